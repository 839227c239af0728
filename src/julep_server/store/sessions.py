"""Sessions, and the records that are deleted with them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from julep_server.db import tables
from julep_server.json_text import JSONObject
from julep_server.store import messages
from julep_server.store.resources import ResourceStore


@dataclass(frozen=True, slots=True)
class Session:
    """A stored session.

    Attributes:
        summarised_id: The last message that the summary covers.
    """

    id: str
    agent_id: str
    user_id: str | None
    situation: str | None
    summary: str | None
    summarised_id: str | None
    metadata: JSONObject
    render_templates: bool
    token_budget: int | None
    context_overflow: str | None
    created_at: int
    updated_at: int


sessions = ResourceStore(tables.sessions, "session", Session)


def delete_session(connection: Connection, tenant: str, identifier: str) -> int:
    """Delete a session with its history and suggestions.

    Returns:
        The time of the deletion, in microseconds.
    """
    moment = sessions.delete(connection, tenant, identifier)
    messages.delete_of(connection, identifier)
    return moment
