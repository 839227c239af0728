"""Cancels running answers, also those that another process of the same database writes.

A process that doesn't have the answer stores the request to cancel it. While a process writes
answers, it looks for such requests, together with those for its streams.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from functools import partial

from julep_server.db.engine import Database
from julep_server.relay import LOOK_INTERVAL, Relay
from julep_server.store import cancellations
from julep_server.store.cancellations import Cancellation
from julep_server.store.resources import new_id
from julep_server.store.times import now
from julep_server.streaming.runs import Runs

MAX_WAIT = 4 * LOOK_INTERVAL
"""Seconds that a request to cancel waits for other processes."""


class Cancellations:
    """Cancels the answers of all processes that share a database.

    Args:
        database: The database.
        runs: The answers of this process.
        relay: Looks for requests of other processes.
    """

    def __init__(self, database: Database, runs: Runs, relay: Relay) -> None:
        self._database = database
        self._runs = runs
        self._seen: set[str] = set()
        relay.on_cancellations = self._apply

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
            await asyncio.sleep(LOOK_INTERVAL / 4)
            found = await self._database.read(
                partial(cancellations.reported, cancellation_id=request.id)
            )
        return found

    async def _apply(self, requests: Sequence[Cancellation]) -> None:
        """Cancel the answers of this process that others have requested to be cancelled."""
        if not requests:
            self._seen.clear()
        for request in requests:
            if request.id in self._seen:
                continue
            self._seen.add(request.id)
            cancelled = await self._runs.cancel(
                request.tenant, request.session_id, request.response_id, request.created_at
            )
            if cancelled:
                report = partial(
                    cancellations.report, cancellation_id=request.id, response_ids=cancelled
                )
                await self._database.write(report)
