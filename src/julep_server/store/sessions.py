"""Sessions, and the records that are deleted with them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from julep_server.db import tables
from julep_server.errors import not_found
from julep_server.json_text import JSONObject
from julep_server.store import messages
from julep_server.store.resources import ResourceStore, new_id


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
    tags: list[str]
    created_at: int
    updated_at: int


sessions = ResourceStore(tables.sessions, "session", Session)


def fork_session(
    connection: Connection, tenant: str, original: Session, message_id: str | None
) -> Session:
    """Store a session with a copy of another one's history.

    Args:
        connection: A transaction that writes.
        tenant: The tenant of both.
        original: The session to copy.
        message_id: The last message to copy; None for all.

    Raises:
        ApiError: 404 when the session has no such message.
    """
    history = messages.history(connection, original.id)
    ids = [message.id for message in history]
    if message_id is not None:
        if message_id not in ids:
            raise not_found("message", message_id)
        history = history[: ids.index(message_id) + 1]
    copies = [replace(message, id=new_id()) for message in history]
    new_ids = dict(zip(ids, [copy.id for copy in copies], strict=False))
    values: dict[str, object] = {
        "agent_id": original.agent_id,
        "user_id": original.user_id,
        "situation": original.situation,
        "render_templates": original.render_templates,
        "token_budget": original.token_budget,
        "context_overflow": original.context_overflow,
        "tags": original.tags,
        "summary": None,
        "summarised_id": None,
    }
    # A summary of more than what is copied reveals what came later.
    if original.summarised_id in new_ids:
        values |= {"summary": original.summary, "summarised_id": new_ids[original.summarised_id]}
    session = sessions.insert(connection, tenant, values, original.metadata)
    if copies:
        messages.append(connection, session.id, copies)
    return session


def delete_session(connection: Connection, tenant: str, identifier: str) -> int:
    """Delete a session with its history and suggestions.

    Returns:
        The time of the deletion, in microseconds.
    """
    moment = sessions.delete(connection, tenant, identifier)
    messages.delete_of(connection, identifier)
    return moment
