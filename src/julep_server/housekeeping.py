"""Deletes what is stored for a time only, beside the requests."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeAlias

from sqlalchemy import Connection

from julep_server.db.engine import Database, Isolation
from julep_server.db.outage import log_failure
from julep_server.store import jobs, kept_responses, processes, streams

INTERVAL: Final = 60.0
"""Seconds between two looks for what is old."""

BATCH: Final = 500
"""The rows that one transaction deletes, so that no writer waits for long."""

_PAUSE: Final = 0.05
"""Seconds between two transactions, for what else is written."""

_DeleteSome: TypeAlias = Callable[[Connection, int], int]
_KINDS: Final[Sequence[_DeleteSome]] = (
    kept_responses.delete_old,
    jobs.delete_old,
    streams.delete_old,
)
_log = logging.getLogger("julep_server")


class Housekeeping:
    """Deletes old responses, jobs, events of streams and claims, from start to stop.

    Args:
        database: The database that holds them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start; needs a running event loop."""
        self._task = asyncio.create_task(self._run(), name="housekeeping")

    async def stop(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def delete_old(self) -> None:
        """Delete all that is old now."""
        for delete_some in _KINDS:
            delete = partial(_delete, delete_some)
            deleted = BATCH
            while deleted >= BATCH:
                deleted = await self._database.write(delete, Isolation.LOCKS)
                await asyncio.sleep(_PAUSE)
        await self._database.write(processes.delete_abandoned, Isolation.LOCKS)

    async def _run(self) -> None:
        while True:
            try:
                await self.delete_old()
            except Exception as error:  # noqa: BLE001 - the database may be unavailable for a while
                log_failure(_log, error, "deleting what is old failed")
            await asyncio.sleep(INTERVAL)


def _delete(delete_some: _DeleteSome, connection: Connection) -> int:
    return delete_some(connection, BATCH)
