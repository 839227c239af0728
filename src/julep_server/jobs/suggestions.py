"""Suggests how a conversation may go on."""

from __future__ import annotations

from sqlalchemy import Connection

from julep_server.jobs.after_chat import lines
from julep_server.jobs.failures import AbortedError
from julep_server.jobs.kinds import Means, session_of
from julep_server.jobs.worker import Report, Store
from julep_server.models.reflection import Line
from julep_server.store import messages
from julep_server.store.agents import Agent
from julep_server.store.jobs import Job
from julep_server.store.messages import NewSuggestion

_READ = 20
"""Messages up to the one that suggestions are about."""


async def suggest(means: Means, job: Job, _report: Report) -> Store:
    """Ask for suggestions about a message."""
    message_id = str(job.payload["message_id"])

    def read(connection: Connection) -> tuple[Agent, list[Line]]:
        session, agent = session_of(connection, job)
        history = messages.history(connection, session.id)
        found = [index for index, message in enumerate(history) if message.id == message_id]
        if not found:
            raise _deleted()
        end = found[0] + 1
        return agent, lines(history[max(0, end - _READ) : end])

    agent, said = await means.database.read(read)
    hints = await means.reflection.hints(agent.model, said)

    def store(connection: Connection) -> None:
        session, _ = session_of(connection, job)
        if not messages.exists(connection, session.id, message_id):
            raise _deleted()
        new = [NewSuggestion(hint.target, hint.content) for hint in hints]
        messages.suggest(connection, session.id, message_id, new)

    return store


def _deleted() -> AbortedError:
    return AbortedError("the history was deleted")
