"""Cancels running answers, also those that another process of the same database writes.

A process that doesn't have the answer stores the request to cancel it. While a process writes
answers, it looks for such requests; a process without running answers, and one whose answers are
short, never looks.
"""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial

from julep_server.db.engine import Database
from julep_server.db.outage import log_failure
from julep_server.store import cancellations
from julep_server.store.cancellations import Cancellation
from julep_server.store.resources import new_id
from julep_server.store.times import now
from julep_server.streaming.runs import Runs

POLL_INTERVAL = 0.25
"""Seconds between two looks for requests of other processes, while answers are written."""

MAX_WAIT = 3 * POLL_INTERVAL
"""Seconds that a request to cancel waits for other processes."""

# Clocks of two machines may differ by as much.
_TOLERANCE = 60 * 1_000_000
_log = logging.getLogger("julep_server")


class Cancellations:
    """Cancels the answers of all processes that share a database.

    Args:
        database: The database.
        runs: The answers of this process.
    """

    def __init__(self, database: Database, runs: Runs) -> None:
        self._database = database
        self._runs = runs
        self._seen: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start looking for requests of other processes; needs a running event loop."""
        if self._database.shared:
            self._task = asyncio.create_task(self._watch(), name="cancellations")

    async def stop(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def cancel(self, tenant: str, session_id: str, response_id: str | None) -> list[str]:
        """Cancel running answers of a session.

        Args:
            tenant: The tenant that they belong to.
            session_id: The session that they belong to.
            response_id: The id of the answer; None for all of the session.

        Returns:
            The ids of the answers that were cancelled. Where this process had some, those that
            others cancel are not waited for, and are not among them.
        """
        own = await self._runs.cancel(tenant, session_id, response_id)
        if not self._database.shared or (own and response_id is not None):
            return own
        request = Cancellation(new_id(), tenant, session_id, response_id, now())
        self._seen.add(request.id)
        await self._database.write(partial(cancellations.add, cancellation=request))
        limit = time.monotonic() + MAX_WAIT
        found = own
        while not own and time.monotonic() < limit and not (found and response_id is not None):
            await asyncio.sleep(POLL_INTERVAL / 5)
            found = await self._database.read(
                partial(cancellations.reported, cancellation_id=request.id)
            )
        return found

    async def _watch(self) -> None:
        while True:
            await self._runs.wait_running()
            await asyncio.sleep(POLL_INTERVAL)
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 - the database may be unavailable for a while
                log_failure(_log, error, "looking for cancelled answers failed")

    async def _look(self) -> None:
        began_at = self._runs.began_at
        if began_at is None:
            self._seen.clear()
            return
        moment = began_at - _TOLERANCE
        for request in await self._database.read(partial(cancellations.since, moment=moment)):
            if request.id in self._seen:
                continue
            self._seen.add(request.id)
            cancelled = await self._runs.cancel(
                request.tenant, request.session_id, request.response_id, request.created_at
            )
            if cancelled:
                await self._database.write(
                    partial(
                        cancellations.report, cancellation_id=request.id, response_ids=cancelled
                    )
                )
