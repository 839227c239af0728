"""The job that suggests how a conversation may continue."""

from __future__ import annotations

from sqlalchemy import Connection

from julep_server.jobs.after_chat import lines
from julep_server.jobs.context import JobContext, history_deleted, session_of
from julep_server.jobs.worker import Report, Store
from julep_server.models.reflection import Line
from julep_server.store import messages
from julep_server.store.agents import Agent
from julep_server.store.jobs import Job
from julep_server.store.messages import NewSuggestion

_MAX_MESSAGES = 20
"""Messages sent to the model, up to the one that the suggestions are about."""


async def make_suggestions(context: JobContext, job: Job, _report: Report) -> Store:
    """Make suggestions about a message by the model, and store them."""
    message_id = str(job.payload["message_id"])

    def read(connection: Connection) -> tuple[Agent, list[Line]]:
        session, agent = session_of(connection, job)
        history = messages.until(connection, session.id, message_id, _MAX_MESSAGES)
        if not history:
            raise history_deleted()
        return agent, lines(history)

    agent, conversation = await context.database.read(read)
    hints = await context.reflection.hints(context.model_of(job, agent), conversation)

    def store(connection: Connection) -> None:
        session, _ = session_of(connection, job)
        if not messages.exists(connection, session.id, message_id):
            raise history_deleted()
        new = [NewSuggestion(hint.target, hint.content) for hint in hints]
        messages.add_suggestions(connection, session.id, message_id, new)

    return store
