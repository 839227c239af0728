"""Deletes what is stored for a time only, and folds counts of lists, beside the requests."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import Connection

from julep_server.db.engine import Database, Isolation
from julep_server.db.outage import log_failure
from julep_server.store import jobs, kept_responses, list_parts, processes, streams

INTERVAL = 600.0
"""Seconds between two rounds."""

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

    async def _run(self) -> None:
        while True:
            try:
                await self._database.write(_delete_old, Isolation.LOCKS)
                await self._database.write(list_parts.fold_long, Isolation.LOCKS)
            except Exception as error:  # noqa: BLE001 - the database may be unavailable for a while
                log_failure(_log, error, "deleting what is old failed")
            await asyncio.sleep(INTERVAL)


def _delete_old(connection: Connection) -> None:
    kept_responses.delete_old(connection)
    jobs.delete_old(connection)
    streams.delete_old(connection)
    processes.delete_abandoned(connection)
