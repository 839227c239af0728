"""Completions while they are written: they go on when the connection that asked for them is gone.

A run is a task that publishes events. Whoever follows it gets those already published and then the
new ones, so a client that comes back reads on where it stopped, and the model writes only once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from julep_server.errors import ApiError, unavailable
from julep_server.json_text import JSONObject

KEPT_FOR = 600.0
"""Seconds that a finished run can still be followed without an idempotency key."""

_KEPT = 256
_log = logging.getLogger("julep_server")


class Run:
    """One completion of a chat.

    Args:
        identifier: The completion's id.
        tenant: Whose it is.
        session_id: The session that it belongs to.

    Attributes:
        events: Each event's data, in order; an event's number is its position, from 1.
        headers: The answer's headers, known once the model has begun.
        finished: Whether no more events will come.
        failure: Why the run ended early.
        result: The whole answer, when the run has ended well.
    """

    def __init__(self, identifier: str, tenant: str, session_id: str) -> None:
        self.id = identifier
        self.tenant = tenant
        self.session_id = session_id
        self.events: list[str] = []
        self.headers: dict[str, str] = {}
        self.finished = False
        self.failure: ApiError | None = None
        self.result: JSONObject = {}
        self._changed = asyncio.Event()

    def publish(self, data: str) -> None:
        """Add an event."""
        self.events.append(data)
        self._wake()

    def finish(self, failure: ApiError | None = None) -> None:
        """No more events will come."""
        self.finished = True
        self.failure = failure
        self._wake()

    async def answered(self) -> None:
        """Wait for the first event, or for the end."""
        while not self.events and not self.finished:
            await self._changed.wait()

    async def ended(self) -> None:
        """Wait for the end.

        Raises:
            ApiError: The run failed.
        """
        while not self.finished:
            await self._changed.wait()
        if self.failure is not None:
            raise self.failure

    async def follow(self, after: int, pause: float) -> AsyncIterator[tuple[int, str] | None]:
        """Give the events after one, those to come included.

        Args:
            after: The number of the last event that is not wanted; 0 for all.
            pause: After this many seconds without an event, None is given.
        """
        position = after
        while True:
            while position < len(self.events):
                position += 1
                yield position, self.events[position - 1]
            if self.finished:
                return
            try:
                async with asyncio.timeout(pause):
                    await self._changed.wait()
            except TimeoutError:
                yield None

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class Runs:
    """The runs of a server process, and for a while those that have ended."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._ended: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(
        self, run: Run, work: Callable[[], Awaitable[None]], ended: Callable[[], None]
    ) -> None:
        """Start a run; it has ended when its work is done.

        Args:
            run: The run.
            work: Publishes the run's events.
            ended: Called when the run has ended, well or not.
        """
        self._drop_old()
        self._runs[run.id] = run
        task = asyncio.create_task(self._perform(run, work, ended), name=f"run-{run.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def find(self, identifier: str, tenant: str, session_id: str) -> Run | None:
        """A run of this tenant and session."""
        run = self._runs.get(identifier)
        if run is None or (run.tenant, run.session_id) != (tenant, session_id):
            return None
        return run

    def stop(self) -> None:
        """End all runs now; those who wait for them are told that the server stops."""
        for task in self._tasks:
            task.cancel()

    async def stopped(self) -> None:
        """Wait until all runs have ended."""
        self.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _perform(
        self, run: Run, work: Callable[[], Awaitable[None]], ended: Callable[[], None]
    ) -> None:
        failure: ApiError | None = None
        try:
            await work()
        except ApiError as error:
            failure = error
        except asyncio.CancelledError:
            failure = unavailable("server_stopping", "the server is stopping")
        except Exception:  # noqa: BLE001 - nobody else would hear of it
            _log.exception("the completion %s failed", run.id)
            failure = ApiError(500, "internal_error", "something went wrong in the server")
        finally:
            run.finish(failure)
            self._ended[run.id] = time.monotonic()
            ended()

    def _drop_old(self) -> None:
        limit = time.monotonic() - KEPT_FOR
        # Oldest first, as they were added.
        surplus = len(self._ended) - _KEPT
        for position, (identifier, ended) in enumerate(list(self._ended.items())):
            if ended < limit or position < surplus:
                del self._ended[identifier]
                self._runs.pop(identifier, None)
