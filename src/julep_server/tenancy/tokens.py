"""The tokens of each tenant's chats today: counted here, and added to the database now and then."""

from __future__ import annotations

import time
from collections.abc import Mapping

from sqlalchemy import Connection, insert, select, update

from julep_server.db.engine import Database
from julep_server.db.tables import token_usage

DAY = 86400
_MAX_AGE = 5.0
"""Seconds after which the tokens counted by other processes are read again."""


def today() -> int:
    """Return the day, in days since 1970 (UTC)."""
    return int(time.time()) // DAY


def seconds_to_tomorrow() -> int:
    """Return the seconds until the day ends, at least one."""
    return DAY - int(time.time()) % DAY


class TokenCounts:
    """Counts tokens; a killed process loses those of its last seconds.

    Args:
        database: The database, where the counts of all processes are added up.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unsaved: dict[tuple[str, int], int] = {}
        self._saved: dict[tuple[str, int], tuple[int, float]] = {}

    def add(self, tenant: str, tokens: int) -> None:
        """Count tokens of today."""
        place = (tenant, today())
        self._unsaved[place] = self._unsaved.get(place, 0) + tokens

    async def used(self, tenant: str) -> int:
        """Return the tokens of today."""
        place = (tenant, today())
        saved, moment = self._saved.get(place, (0, -_MAX_AGE))
        if time.monotonic() - moment >= _MAX_AGE:
            saved = await self._database.read(lambda connection: _count(connection, place))
            self._saved[place] = (saved, time.monotonic())
        return saved + self._unsaved.get(place, 0)

    def known(self, tenant: str) -> int:
        """Return the tokens of today, as far as they are known without a look."""
        place = (tenant, today())
        return self._saved.get(place, (0, 0.0))[0] + self._unsaved.get(place, 0)

    async def save(self) -> None:
        """Add what was counted to the database."""
        counted, self._unsaved = self._unsaved, {}
        if not counted:
            return
        try:
            totals = await self._database.write(lambda connection: _add(connection, counted))
        except BaseException:
            for place, tokens in counted.items():
                self._unsaved[place] = self._unsaved.get(place, 0) + tokens
            raise
        moment, day = time.monotonic(), today()
        for place, total in totals.items():
            self._saved[place] = (total, moment)
        for place in [place for place in self._saved if place[1] != day]:
            del self._saved[place]


def _count(connection: Connection, place: tuple[str, int]) -> int:
    tenant, day = place
    query = select(token_usage.c.tokens).where(
        token_usage.c.tenant == tenant, token_usage.c.day == day
    )
    return connection.execute(query).scalar() or 0


def _add(
    connection: Connection, counted: Mapping[tuple[str, int], int]
) -> dict[tuple[str, int], int]:
    """Add counts, and return the sums. Transactions that do it at once run one after the other."""
    totals: dict[tuple[str, int], int] = {}
    for (tenant, day), tokens in counted.items():
        before = _count(connection, (tenant, day))
        here = (token_usage.c.tenant == tenant, token_usage.c.day == day)
        changed = update(token_usage).where(*here).values(tokens=token_usage.c.tokens + tokens)
        if connection.execute(changed).rowcount == 0:
            row = {"tenant": tenant, "day": day, "tokens": tokens}
            connection.execute(insert(token_usage).values(row))
        totals[tenant, day] = before + tokens
    return totals
