"""A session's history, and the suggestions about its messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, String, bindparam, delete, insert, select

from julep_server.db import tables
from julep_server.db.conditions import FirstOfIndex
from julep_server.db.rows import iterate_rows, read_rows, select_records
from julep_server.json_text import JSON
from julep_server.store.paging import Page, count_rows, read_page
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


_TABLE = tables.messages
_KEY = _TABLE.c.session_id, _TABLE.c.seq
_OF_SESSION = FirstOfIndex(_TABLE.c.session_id, bindparam("session", type_=String()))
_HISTORY = select_records(Message, _TABLE).where(_OF_SESSION).order_by(*_KEY)
_PAGE = _HISTORY.limit(bindparam("limit"))
# What is skipped is read from the index alone.
_NUMBERS = (
    select(_TABLE.c.seq)
    .where(_OF_SESSION)
    .order_by(*_KEY)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
    .subquery("page")
)
_LATER_PAGE = (
    select_records(Message, _TABLE)
    .join(_NUMBERS, _NUMBERS.c.seq == _TABLE.c.seq)
    .order_by(_TABLE.c.seq)
)
_BEFORE = (
    select_records(Message, _TABLE)
    .add_columns(_TABLE.c.seq)
    .where(_OF_SESSION, _TABLE.c.seq < bindparam("before"))
    .order_by(*(column.desc() for column in _KEY))
    .limit(bindparam("limit"))
)
_SEQ = select(_TABLE.c.seq).where(_OF_SESSION, _TABLE.c.id == bindparam("of_id"))
_BETWEEN = _HISTORY.where(_TABLE.c.seq > bindparam("after"), _TABLE.c.seq <= bindparam("until"))
_INSERT = insert(_TABLE)
_NEWEST = 2**63 - 1
_FIRST_BATCH = 32
_MAX_BATCH = 1024


def history(connection: Connection, session_id: str) -> list[Message]:
    """Return the messages of a session, oldest first."""
    return read_rows(Message, connection.execute(_HISTORY, {"session": session_id}))


def page(connection: Connection, session_id: str, wanted: Page) -> Iterator[Message]:
    """Return one page of a session's messages, read one by one as they are consumed."""
    values = {"session": session_id, "limit": wanted.limit, "offset": wanted.offset}
    query = _PAGE if wanted.offset == 0 else _LATER_PAGE
    return iterate_rows(Message, connection.execute(query, values))


def newest_first(connection: Connection, session_id: str) -> Iterator[Message]:
    """Yield the messages of a session, the newest first; they are read as they are needed."""
    before, limit = _NEWEST, _FIRST_BATCH
    while True:
        values = {"session": session_id, "before": before, "limit": limit}
        rows = connection.execute(_BEFORE, values).all()
        for *fields, _ in rows:
            yield Message(*fields)
        if len(rows) < limit:
            return
        before, limit = rows[-1][-1], min(4 * limit, _MAX_BATCH)


def until(connection: Connection, session_id: str, until_id: str, limit: int) -> list[Message]:
    """Return the last messages up to one, oldest first; none if it is gone."""
    last = _seq_of(connection, session_id, until_id)
    if last is None:
        return []
    values = {"session": session_id, "before": last + 1, "limit": limit}
    rows = connection.execute(_BEFORE, values).all()
    return [Message(*fields) for *fields, _ in reversed(rows)]


def between(
    connection: Connection, session_id: str, after_id: str | None, until_id: str
) -> list[Message] | None:
    """Return the messages that follow one, from the start if it is gone, up to another one.

    Returns:
        The messages, oldest first; None if there is no message to read up to.
    """
    until = _seq_of(connection, session_id, until_id)
    if until is None:
        return None
    after = None if after_id is None else _seq_of(connection, session_id, after_id)
    values = {"session": session_id, "after": after or 0, "until": until}
    return read_rows(Message, connection.execute(_BETWEEN, values))


def count(connection: Connection, session_id: str, wanted: Page) -> int:
    """Return the number of messages of a session."""
    return count_rows(connection, _TABLE, ("session_id", session_id), wanted)


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
    connection.execute(_INSERT, rows)


def delete_interrupted(connection: Connection, session_id: str, digest: str) -> None:
    """Delete a turn that was broken off, because its request's repetition replaces it."""
    table = tables.messages
    connection.execute(
        delete(table).where(table.c.session_id == session_id, table.c.interrupted == digest)
    )


def exists(connection: Connection, session_id: str, identifier: str) -> bool:
    """Check whether a message is in a session's history."""
    return _seq_of(connection, session_id, identifier) is not None


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


def suggestions(connection: Connection, session_id: str, page: Page) -> Iterator[Suggestion]:
    """Return one page of a session's suggestions, oldest first."""
    return read_page(connection, Suggestion, tables.suggestions, ("session_id", session_id), page)


def delete_of(connection: Connection, session_id: str) -> None:
    """Delete a session's history, and the suggestions about its messages."""
    for table in (tables.messages, tables.suggestions):
        connection.execute(delete(table).where(table.c.session_id == session_id))


def _seq_of(connection: Connection, session_id: str, identifier: str) -> int | None:
    return connection.execute(_SEQ, {"session": session_id, "of_id": identifier}).scalar()
