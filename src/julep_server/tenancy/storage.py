"""The bytes that a tenant has stored: its texts, without indexes and what a database adds."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    String,
    Table,
    cast,
    func,
    select,
)

from julep_server.db import tables
from julep_server.db.engine import Database

_TEXTS: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (tables.agents, ("name", "about", "instructions", "default_settings", "metadata")),
    (tables.users, ("name", "about", "metadata")),
    (tables.sessions, ("situation", "summary", "metadata", "tags")),
    (tables.docs, ("title", "content", "metadata")),
    (tables.tools, ("function",)),
    (tables.memories, ("content", "entities")),
)
_SHARE = 100
"""Of this many seconds, at most one is spent on counting again."""


def stored_bytes(connection: Connection, tenant: str) -> int:
    """Return the bytes that a tenant has stored."""
    sqlite = connection.dialect.name == "sqlite"

    def size(column: ColumnElement[object]) -> ColumnElement[int]:
        # SQLite's length counts the bytes of a blob.
        if sqlite:
            return func.coalesce(func.length(cast(column, LargeBinary)), 0)
        return func.coalesce(func.octet_length(cast(column, String)), 0)

    total = 0
    for table, names in _TEXTS:
        row = sum((size(table.c[name]) for name in names[1:]), size(table.c[names[0]]))
        total += _total(connection, select(func.sum(row)).where(table.c.tenant == tenant))
    messages, sessions = tables.messages, tables.sessions
    query = (
        select(func.sum(size(messages.c.content)))
        .join_from(sessions, messages, messages.c.session_id == sessions.c.id)
        .where(sessions.c.tenant == tenant)
    )
    return total + _total(connection, query)


def _total(connection: Connection, query: Select[int]) -> int:
    # The sum of no rows is null, and PostgreSQL's a decimal.
    return int(connection.execute(query).scalar() or 0)


@dataclass(slots=True)
class _Count:
    """What was counted, and what requests have sent since.

    Attributes:
        again_at: When it may be counted again.
    """

    counted: int
    sent: int
    again_at: float


class Storage:
    """Knows about how much each tenant has stored.

    It counts in the database, and adds what is sent until it counts again: after a hundred times
    as long as it took, so that counting costs little however much there is.

    Args:
        database: The database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts: dict[str, _Count] = {}

    async def used(self, tenant: str, size: int, limit: int) -> int:
        """Return the bytes of a tenant, before a request of this size.

        Args:
            tenant: The tenant.
            size: The length of the request's body.
            limit: The tenant's limit, at which the count must be a new one.
        """
        known = self._counts.get(tenant)
        if known is None or (
            time.monotonic() >= known.again_at and (known.sent > 0 or known.counted + size > limit)
        ):
            began = time.monotonic()
            counted = await self._database.read(lambda connection: stored_bytes(connection, tenant))
            ended = time.monotonic()
            known = _Count(counted, 0, ended + _SHARE * (ended - began))
            self._counts[tenant] = known
        return known.counted + known.sent

    def add(self, tenant: str, size: int) -> None:
        """Count what a request sends, until it is counted in the database."""
        if (known := self._counts.get(tenant)) is not None:
            known.sent += size
