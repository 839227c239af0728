"""Memories: what an agent remembers about a user."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from julep_server.db import tables
from julep_server.db.rows import read_row, read_rows, select_records
from julep_server.errors import ApiError, conflict, not_found
from julep_server.json_text import JSON
from julep_server.search.index import INDEX, SearchHit
from julep_server.search.query import SearchQuery
from julep_server.store.resources import new_id
from julep_server.store.times import later_than, now
from julep_server.store.tombstones import record_deletion

TYPES = ("belief", "episode")
"""The types of memories: what is true, and what happened."""

MAX_CONTENT_LENGTH = 2000
"""Characters that a memory may have."""

_KIND = "memory"
_MAX_EXCLUDED = 1000
_MAX_UNCOUNTED = 1000
_ENDINGS = " .!…。！\"'"  # noqa: RUF001 - a CJK exclamation mark


@dataclass(frozen=True, slots=True)
class NewMemory:
    """A memory to store.

    Attributes:
        type: One of ``TYPES``.
        entities: The persons and things that it is about, as JSON objects.
        sentiment: From -1 to 1.
        happened_at: The time of what is remembered, in microseconds.
    """

    type: str
    content: str
    entities: Sequence[JSON]
    sentiment: float
    happened_at: int


@dataclass(frozen=True, slots=True)
class Memory:
    """A stored memory."""

    id: str
    agent_id: str
    user_id: str
    type: str
    content: str
    entities: Sequence[JSON]
    sentiment: float
    happened_at: int
    created_at: int
    updated_at: int
    last_accessed_at: int | None


def add(
    connection: Connection, tenant: str, agent_id: str, user_id: str, new: Iterable[NewMemory]
) -> list[str]:
    """Store what an agent remembers about a user, except what it remembers already.

    Returns:
        The ids of the memories that were stored.
    """
    added: list[str] = []
    table = tables.memories
    known = select(table.c.digest).where(table.c.agent_id == agent_id, table.c.user_id == user_id)
    for memory in new:
        digest = digest_of(memory.content)
        if connection.execute(known.where(table.c.digest == digest)).first() is not None:
            continue
        identifier, moment = new_id(), now()
        connection.execute(
            insert(table).values(
                id=identifier,
                tenant=tenant,
                agent_id=agent_id,
                user_id=user_id,
                type=memory.type,
                content=memory.content,
                digest=digest,
                entities=list(memory.entities),
                sentiment=memory.sentiment,
                happened_at=memory.happened_at,
                created_at=moment,
                updated_at=moment,
            )
        )
        index(connection, identifier, agent_id, user_id, memory.type, memory.content)
        added.append(identifier)
    return added


def index(
    connection: Connection, identifier: str, agent_id: str, user_id: str, kind: str, content: str
) -> None:
    """Let searches find a memory of this type."""
    INDEX.add(connection, identifier, _scopes(agent_id, user_id, kind), "", [content])


def get(connection: Connection, agent_id: str, identifier: str) -> Memory:
    """Return a memory of an agent.

    Raises:
        ApiError: 404 when the agent has none of that id.
    """
    table = tables.memories
    wanted = select_records(Memory, table)
    query = wanted.where(table.c.id == identifier, table.c.agent_id == agent_id)
    row = connection.execute(query).first()
    if row is None:
        raise not_found(_KIND, identifier)
    return read_row(Memory, row)


def create(
    connection: Connection, tenant: str, agent_id: str, user_id: str, new: NewMemory
) -> Memory:
    """Store one memory.

    Raises:
        ApiError: 409 when the agent remembers it already.
    """
    added = add(connection, tenant, agent_id, user_id, [new])
    if not added:
        raise _exists()
    return get(connection, agent_id, added[0])


def change(connection: Connection, memory: Memory, changes: NewMemory) -> Memory:
    """Change a memory; searches find its new text at once.

    Raises:
        ApiError: 409 when the agent has another memory of the same text.
    """
    table = tables.memories
    digest = digest_of(changes.content)
    same = select(table.c.id).where(
        table.c.agent_id == memory.agent_id,
        table.c.user_id == memory.user_id,
        table.c.digest == digest,
        table.c.id != memory.id,
    )
    if connection.execute(same).first() is not None:
        raise _exists()
    connection.execute(
        update(table)
        .where(table.c.id == memory.id)
        .values(
            type=changes.type,
            content=changes.content,
            digest=digest,
            entities=list(changes.entities),
            sentiment=changes.sentiment,
            happened_at=changes.happened_at,
            updated_at=later_than(memory.updated_at),
        )
    )
    if (changes.type, changes.content) != (memory.type, memory.content):
        INDEX.remove(connection, select(table.c.id).where(table.c.id == memory.id))
        about = (memory.agent_id, memory.user_id)
        index(connection, memory.id, *about, changes.type, changes.content)
    return get(connection, memory.agent_id, memory.id)


def recall(
    connection: Connection,
    agent_id: str,
    user_id: str,
    query: SearchQuery,
    limit: int,
    distance: float,
) -> list[Memory]:
    """Return what an agent remembers about a user that matches a query, the nearest first."""
    return of_hits(connection, matching(connection, agent_id, user_id, query, limit, distance))


def matching(
    connection: Connection,
    agent_id: str,
    user_id: str,
    query: SearchQuery,
    limit: int,
    distance: float,
    *,
    with_left_out: bool = False,
) -> list[SearchHit]:
    """Return how an agent's memories about a user match a query, the nearest first."""
    scopes = [_scope(agent_id, user_id=user_id)]
    return INDEX.search(connection, scopes, query, limit, distance, with_left_out=with_left_out)


def of_hits(connection: Connection, hits: Sequence[SearchHit]) -> list[Memory]:
    """Return the memories that a search found, in its order."""
    return _in_order(connection, [hit.source_id for hit in hits])


def search(
    connection: Connection,
    agent_id: str,
    query: SearchQuery | None,
    *,
    user_id: str | None,
    types: Sequence[str] | None,
    limit: int,
    offset: int,
) -> list[Memory]:
    """Return one page of an agent's memories: first the matches, then the rest, newest first.

    Args:
        connection: A transaction.
        agent_id: The agent.
        query: What to search for; None for nothing.
        user_id: Only memories about this user; None for all.
        types: Only memories of these types; None for all.
        limit: The maximum number of memories.
        offset: The number of memories to skip.
    """
    found: list[str] = []
    if query is not None:
        kinds = None if types is None else [kind for kind in TYPES if kind in types]
        wanted: Sequence[str | None] = [None] if kinds is None else kinds
        scopes = [_scope(agent_id, user_id=user_id, kind=kind) for kind in wanted]
        # No more than there are: the index ranks so many, and reads none of their texts.
        if (end := offset + limit) > _MAX_UNCOUNTED:
            end = min(end, count(connection, agent_id, user_id=user_id, types=types))
        found = INDEX.sources(connection, scopes, query, end)
    nearest = found[offset : offset + limit]
    if (missing := limit - len(nearest)) > 0:
        others = _selected(agent_id, user_id, types)
        skipped = max(0, offset - len(found))
        nearest += _newest(connection, others, found, missing, skipped)
    return _in_order(connection, nearest)


def _newest(
    connection: Connection, selected: Select[str], without: Sequence[str], limit: int, offset: int
) -> list[str]:
    """Return ids of selected memories but some, the newest first."""
    table = tables.memories
    ordered = selected.order_by(table.c.seq.desc())
    if len(without) <= _MAX_EXCLUDED:
        # What is skipped is read from an index alone: by numbers, and not by ids.
        numbers = ordered.with_only_columns(table.c.seq)
        if without:
            known = select(table.c.seq).where(table.c.id.in_(without))
            numbers = numbers.where(table.c.seq.not_in(connection.execute(known).scalars().all()))
        page = numbers.limit(limit).offset(offset).subquery("page")
        query = select(table.c.id).join(page, page.c.seq == table.c.seq)
        return list(connection.execute(query.order_by(table.c.seq.desc())).scalars())
    excluded = set(without)
    rest = [found for found in connection.execute(ordered).scalars() if found not in excluded]
    return rest[offset : offset + limit]


def count(
    connection: Connection, agent_id: str, *, user_id: str | None, types: Sequence[str] | None
) -> int:
    """Return the number of an agent's memories: of a user, and of some types, if given."""
    selected = _selected(agent_id, user_id, types).subquery()
    return connection.execute(select(func.count()).select_from(selected)).scalar_one()


def mark_accessed(connection: Connection, identifiers: Sequence[str], moment: int) -> None:
    """Store the time at which memories were recalled."""
    if not identifiers:
        return
    table = tables.memories
    connection.execute(
        update(table).where(table.c.id.in_(identifiers)).values(last_accessed_at=moment)
    )


def remove(connection: Connection, tenant: str, agent_id: str, identifier: str) -> int:
    """Delete a memory of an agent; a repetition returns the time of the first deletion.

    Returns:
        The time of the deletion, in microseconds.

    Raises:
        ApiError: 404 when the agent never had one of that id.
    """
    table = tables.memories
    memory = select(table.c.id).where(table.c.id == identifier, table.c.agent_id == agent_id)
    existed = connection.execute(memory).first() is not None
    _delete(connection, memory)
    return record_deletion(connection, tenant, _KIND, identifier, agent_id, existed=existed)


def delete_of_agent(connection: Connection, agent_id: str) -> None:
    """Delete all memories of an agent."""
    table = tables.memories
    _delete(connection, select(table.c.id).where(table.c.agent_id == agent_id))


def delete_of_user(connection: Connection, user_id: str) -> None:
    """Delete all memories about a user."""
    table = tables.memories
    _delete(connection, select(table.c.id).where(table.c.user_id == user_id))


def _selected(agent_id: str, user_id: str | None, types: Sequence[str] | None) -> Select[str]:
    table = tables.memories
    selected = select(table.c.id).where(table.c.agent_id == agent_id)
    if user_id is not None:
        selected = selected.where(table.c.user_id == user_id)
    if types is None:
        return selected
    # No memory has another one, and PostgreSQL does not compare with every text.
    return selected.where(table.c.type.in_([kind for kind in TYPES if kind in types]))


def _delete(connection: Connection, identifiers: Select[tuple[str]]) -> None:
    INDEX.remove(connection, identifiers)
    table = tables.memories
    connection.execute(delete(table).where(table.c.id.in_(identifiers)))


def _scope(agent_id: str, *, user_id: str | None = None, kind: str | None = None) -> str:
    """Return the search scope of an agent's memories, of one user and of one type if given."""
    return ":".join(filter(None, ["m", agent_id, user_id, kind]))


def _scopes(agent_id: str, user_id: str, kind: str) -> list[str]:
    """Return the search scopes in which a memory is visible."""
    users, kinds = (None, user_id), (None, kind)
    return [_scope(agent_id, user_id=user, kind=of) for user in users for of in kinds]


def _exists() -> ApiError:
    return conflict("memory_exists", "the agent remembers this of the user already")


def digest_of(content: str) -> str:
    """Return a digest of a memory's text, without case, spacing and punctuation at its end."""
    folded = unicodedata.normalize("NFKC", content).casefold()
    return hashlib.sha256(" ".join(folded.split()).strip(_ENDINGS).encode("utf-8")).hexdigest()


def _in_order(connection: Connection, identifiers: Sequence[str]) -> list[Memory]:
    if not identifiers:
        return []
    table = tables.memories
    query = select_records(Memory, table).where(table.c.id.in_(identifiers))
    by_id = {memory.id: memory for memory in read_rows(Memory, connection.execute(query))}
    return [by_id[identifier] for identifier in identifiers if identifier in by_id]
