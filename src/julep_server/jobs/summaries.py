"""The job that summarises the history that no longer fits in the prompt."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from julep_server.jobs.after_chat import text_line
from julep_server.jobs.context import JobContext, history_deleted, session_of
from julep_server.jobs.worker import Report, Store
from julep_server.models.reflection import Line
from julep_server.prompt.history import active_summary
from julep_server.prompt.prompt_input import PromptInput
from julep_server.prompt.rendering import rendered
from julep_server.store import jobs, messages
from julep_server.store.jobs import Job
from julep_server.store.messages import Message
from julep_server.store.sessions import sessions
from julep_server.store.users import users
from julep_server.text.tokens import count_tokens

_MIN_LIMIT = 50
"""Tokens that every summary may have."""

_MIN_STEP = 2000
"""Tokens of history that the model reads at a time, if the session's budget is smaller."""


_MAX_LINE_LENGTH = 8000
_SPEAKERS = {"user": "user", "assistant": "agent", "system": "system"}


async def summarise_history(context: JobContext, job: Job, report: Report) -> Store:
    """Summarise the history up to a message, from where the session's summary ends."""
    while not await _attempt(context, job, report):
        # Another job has stored a summary meanwhile: continue from that one.
        pass
    return lambda _: None


async def _attempt(context: JobContext, job: Job, report: Report) -> bool:
    """Summarise and store; return False when another summary was stored meanwhile."""
    until = str(job.payload["message_id"])

    def read(connection: Connection) -> tuple[PromptInput, Sequence[Message]]:
        session, agent = session_of(connection, job)
        user = users.find(connection, job.tenant, session.user_id) if session.user_id else None
        # Without a message, from where an active summary ends.
        after = None if active_summary(session) is None else session.summarised_id
        history = messages.between(connection, session.id, after, until)
        if history is None:
            raise history_deleted()
        return PromptInput(session, agent, user), history

    source, history = await context.database.read(read)
    session = source.session
    parts = await rendered(context.templates, source, history)
    omitted = parts.history
    if not omitted:
        return True
    budget = session.token_budget or _MIN_STEP
    summary = session.summary or ""
    model = context.model_of(job, source.agent)
    steps = _split_steps(_all_lines(omitted), max(_MIN_STEP, budget))
    for number, step in enumerate(steps):
        if len(steps) > 1:
            await report(100 * number / len(steps))
        limit = max(_MIN_LIMIT, budget // 4)
        summary = await context.reflection.summary(model, summary, step, limit)

    def write(connection: Connection) -> bool:
        # Fails if the job's lease was lost.
        jobs.change_payload(connection, job, job.payload)
        newest, _ = session_of(connection, job)
        if not messages.exists(connection, session.id, until):
            raise history_deleted()
        if newest.summarised_id != session.summarised_id:
            return False
        values = {"summary": summary, "summarised_id": until}
        sessions.change(connection, job.tenant, newest, values, None)
        return True

    return await context.database.write(write)


def _all_lines(omitted: Sequence[Message]) -> list[Line]:
    """Return everything that was said, results of functions included; long texts in parts."""
    found: list[Line] = []
    for message in omitted:
        text = text_line(message)
        speaker = _SPEAKERS.get(message.role, "function")
        found += [
            Line(speaker, text[start : start + _MAX_LINE_LENGTH])
            for start in range(0, len(text), _MAX_LINE_LENGTH)
        ]
    return found


def _split_steps(omitted: Sequence[Line], size: int) -> list[list[Line]]:
    """Split lines into steps of at most this many tokens; a longer line is a step of its own."""
    steps: list[list[Line]] = []
    room = 0
    for line in omitted:
        tokens = count_tokens(line.text)
        if tokens > room:
            steps.append([])
            room = size
        steps[-1].append(line)
        room -= tokens
    return steps
