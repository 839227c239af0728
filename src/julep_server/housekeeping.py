"""Deletes what is stored for a time only, and folds counts of lists, beside the requests."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from sqlalchemy import Connection

from julep_server.db.engine import Database, Isolation
from julep_server.db.outage import log_failure
from julep_server.store import jobs, kept_responses, list_parts, processes, streams

INTERVAL: Final = 60.0
"""Seconds between two rounds."""

BATCH: Final = 500
"""The rows that one transaction deletes, so that no writer waits for long."""

_PAUSE: Final = 0.05
"""Seconds between two transactions, for what else is written."""

_log = logging.getLogger("julep_server")


class Housekeeping:
    """Deletes old responses, jobs, events of streams and claims, and folds, from start to stop.

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
        while True:
            if await self._database.write(_delete_some, Isolation.LOCKS) < BATCH:
                return
            await asyncio.sleep(_PAUSE)

    async def _run(self) -> None:
        while True:
            try:
                await self.delete_old()
                await self._database.write(list_parts.fold_long, Isolation.LOCKS)
            except Exception as error:  # noqa: BLE001 - the database may be unavailable for a while
                log_failure(_log, error, "deleting what is old failed")
            await asyncio.sleep(INTERVAL)


def _delete_some(connection: Connection) -> int:
    processes.delete_abandoned(connection)
    deleted = 0
    for store in (kept_responses, jobs, streams):
        deleted += store.delete_old(connection, BATCH - deleted)
    return deleted
