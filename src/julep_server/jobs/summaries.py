"""Sums up the history that has no room in the prompt any more."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from julep_server.chat.prompt import Scene, rendered_history, unsummarised
from julep_server.jobs.after_chat import lines
from julep_server.jobs.failures import AbortedError
from julep_server.jobs.kinds import Means, session_of
from julep_server.jobs.worker import Report, Store
from julep_server.models.reflection import Line
from julep_server.models.tokens import count
from julep_server.store import jobs, messages
from julep_server.store.jobs import Job
from julep_server.store.messages import Message
from julep_server.store.sessions import sessions
from julep_server.store.users import users

_LEAST = 50
"""Tokens that every summary may have."""

_STEP = 2000
"""Tokens of history that a model reads at a time, where a session's budget is smaller."""


async def summarise(means: Means, job: Job, report: Report) -> Store:
    """Sum up the history as far as a message, from where the session's summary ends."""
    while not await _attempt(means, job, report):
        # Another job's summary was stored meanwhile: this one goes on from there.
        pass
    return lambda _: None


async def _attempt(means: Means, job: Job, report: Report) -> bool:
    """Sum up and store; gives False where the summary that it went on from is not the newest."""
    until = str(job.payload["message_id"])

    def read(connection: Connection) -> tuple[Scene, Sequence[Message]]:
        session, agent = session_of(connection, job)
        user = users.find(connection, job.tenant, session.user_id) if session.user_id else None
        history = messages.history(connection, session.id)
        if all(message.id != until for message in history):
            raise _deleted()
        return Scene(session, agent, user), history

    scene, history = await means.database.read(read)
    session = scene.session
    left = _up_to(until, unsummarised(session, rendered_history(scene, history)))
    if not left:
        return True
    budget = session.token_budget or _STEP
    summary = session.summary or ""
    steps = _steps(lines(left), max(_STEP, budget))
    for number, step in enumerate(steps):
        if len(steps) > 1:
            await report(100 * number / len(steps))
        limit = max(_LEAST, budget // 4)
        summary = await means.reflection.summary(scene.agent.model, summary, step, limit)

    def store(connection: Connection) -> bool:
        jobs.note(connection, job, job.payload)
        newest, _ = session_of(connection, job)
        if not messages.exists(connection, session.id, until):
            raise _deleted()
        if newest.summarised_id != session.summarised_id:
            return False
        values = {"summary": summary, "summarised_id": until}
        sessions.change(connection, job.tenant, newest, values, None)
        return True

    return await means.database.write(store)


def _deleted() -> AbortedError:
    return AbortedError("the history was deleted")


def _up_to(identifier: str, history: Sequence[Message]) -> Sequence[Message]:
    """The messages up to one; none where it is not among them, as it is summed up already."""
    ends = [index for index, message in enumerate(history) if message.id == identifier]
    return history[: ends[0] + 1] if ends else []


def _steps(said: Sequence[Line], size: int) -> list[list[Line]]:
    """Cut what was said into parts of a size in tokens; a long line is a part of its own."""
    steps: list[list[Line]] = []
    room = 0
    for line in said:
        tokens = count(line.text)
        if tokens > room:
            steps.append([])
            room = size
        steps[-1].append(line)
        room -= tokens
    return steps
