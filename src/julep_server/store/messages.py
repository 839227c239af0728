"""A session's history, and the suggestions about its messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from julep_server.db import tables
from julep_server.db.rows import read_row
from julep_server.json_text import JSON
from julep_server.store.paging import Page, count_rows, select_page
from julep_server.store.times import now


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a history.

    Attributes:
        generated: Whether the model wrote it; such a message is never rendered as a template.
        interrupted: Set for the messages of a turn whose answer was broken off when the server
            stopped: a digest of the request's idempotency key, by which its repetition replaces
            them, or an empty text.
    """

    id: str
    role: str
    content: JSON
    name: str | None
    generated: bool
    created_at: int
    interrupted: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A stored suggestion about a message."""

    message_id: str
    session_id: str
    target: str
    content: str
    created_at: int


@dataclass(frozen=True, slots=True)
class NewSuggestion:
    """A suggestion to store: for the ``user`` or the ``agent``."""

    target: str
    content: str


def text_of(content: JSON) -> str:
    """Return the text of a message's content, without its images."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def history(connection: Connection, session_id: str, page: Page | None = None) -> list[Message]:
    """Return the messages of a session, oldest first; all of them unless a page is given."""
    table = tables.messages
    query = select(table).where(table.c.session_id == session_id).order_by(table.c.seq)
    if page is not None:
        query = query.limit(page.limit).offset(page.offset)
    return [read_row(Message, row) for row in connection.execute(query).mappings()]


def count(connection: Connection, session_id: str, wanted: Page) -> int:
    """Return the number of messages of a session."""
    table = tables.messages
    return count_rows(connection, table, wanted, table.c.session_id == session_id)


def append(connection: Connection, session_id: str, messages: Sequence[Message]) -> None:
    """Add messages to the end of a session's history."""
    rows = [
        {
            "id": message.id,
            "session_id": session_id,
            "role": message.role,
            "content": message.content,
            "name": message.name,
            "generated": message.generated,
            "interrupted": message.interrupted,
            "created_at": message.created_at,
        }
        for message in messages
    ]
    connection.execute(insert(tables.messages), rows)


def delete_interrupted(connection: Connection, session_id: str, digest: str) -> None:
    """Delete a turn that was broken off, because its request's repetition replaces it."""
    table = tables.messages
    connection.execute(
        delete(table).where(table.c.session_id == session_id, table.c.interrupted == digest)
    )


def exists(connection: Connection, session_id: str, identifier: str) -> bool:
    """Check whether a message is in a session's history."""
    table = tables.messages
    query = select(table.c.seq).where(table.c.id == identifier, table.c.session_id == session_id)
    return connection.execute(query).first() is not None


def add_suggestions(
    connection: Connection, session_id: str, message_id: str, new: Sequence[NewSuggestion]
) -> None:
    """Store suggestions about a message."""
    rows = [
        {
            "session_id": session_id,
            "message_id": message_id,
            "target": suggestion.target,
            "content": suggestion.content,
            "created_at": now(),
        }
        for suggestion in new
    ]
    if rows:
        connection.execute(insert(tables.suggestions), rows)


def suggestions(connection: Connection, session_id: str, page: Page) -> list[Suggestion]:
    """Return one page of a session's suggestions, oldest first."""
    table = tables.suggestions
    query = select_page(table, page).where(table.c.session_id == session_id)
    return [read_row(Suggestion, row) for row in connection.execute(query).mappings()]


def delete_of(connection: Connection, session_id: str) -> None:
    """Delete a session's history, and the suggestions about its messages."""
    for table in (tables.messages, tables.suggestions):
        connection.execute(delete(table).where(table.c.session_id == session_id))
