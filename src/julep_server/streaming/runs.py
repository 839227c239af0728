"""Completions in progress, which continue when the client that started them disconnects.

A run is a task that publishes events. A follower reads the published events first and the new ones
as they come, so a client that reconnects resumes where it stopped, and the model is called once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from julep_server.errors import ApiError, internal_error, unavailable
from julep_server.json_text import JSONObject

KEPT_FOR = 600.0
"""Seconds for which a finished run can be followed without an idempotency key."""

_MAX_FINISHED = 256
_MAX_TOGETHER = 64
_log = logging.getLogger("julep_server")


class Run:
    """One completion of a chat.

    Args:
        identifier: The completion's id.
        tenant: The tenant that it belongs to.
        session_id: The session that it belongs to.

    Attributes:
        events: The data of each event, in order; an event's number is its position, from 1.
        headers: The response's headers, known once the model has begun.
        finished: Whether no more events will come.
        failure: The error that ended the run early.
        result: The response's body, when the run has succeeded.
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
        """Mark the run as finished: no more events will come."""
        self.finished = True
        self.failure = failure
        self._wake()

    async def wait_started(self) -> None:
        """Wait for the first event, or for the end."""
        while not self.events and not self.finished:
            await self._changed.wait()

    async def wait_finished(self) -> None:
        """Wait for the end.

        Raises:
            ApiError: The run failed.
        """
        while not self.finished:
            await self._changed.wait()
        if self.failure is not None:
            raise self.failure

    async def follow(self, after: int, keep_alive: float) -> AsyncIterator[list[tuple[int, str]]]:
        """Yield the number and the data of each event, those to come included.

        Events that are there at the same time, such as the words of one read from the model, are
        yielded together, to be sent at once.

        Args:
            after: The number of the last event to skip; 0 for none.
            keep_alive: Seconds without an event after which an empty list is yielded.
        """
        position = after
        while True:
            while found := self.events[position : position + _MAX_TOGETHER]:
                first = position + 1
                position += len(found)
                yield list(enumerate(found, first))
            if self.finished:
                return
            try:
                async with asyncio.timeout(keep_alive):
                    await self._changed.wait()
            except TimeoutError:
                yield []

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class Runs:
    """The runs of a server process: running ones, and for a while finished ones."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._finished_at: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(
        self, run: Run, work: Callable[[], Awaitable[None]], on_end: Callable[[], None]
    ) -> None:
        """Start a run, which ends when its work is done.

        Args:
            run: The run.
            work: Publishes the run's events.
            on_end: Called when the run has ended, with success or not.
        """
        self._drop_old()
        self._runs[run.id] = run
        task = asyncio.create_task(self._perform(run, work, on_end), name=f"run-{run.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def find(self, identifier: str, tenant: str, session_id: str) -> Run | None:
        """Return a run of this tenant and session; None when there is none of that id."""
        run = self._runs.get(identifier)
        if run is None or (run.tenant, run.session_id) != (tenant, session_id):
            return None
        return run

    def stop(self) -> None:
        """Cancel all runs; their followers receive a 503."""
        for task in self._tasks:
            task.cancel()

    async def aclose(self) -> None:
        """Cancel all runs and wait for their end."""
        self.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _perform(
        self, run: Run, work: Callable[[], Awaitable[None]], on_end: Callable[[], None]
    ) -> None:
        failure: ApiError | None = None
        try:
            await work()
        except ApiError as error:
            failure = error
        except asyncio.CancelledError:
            failure = unavailable("server_stopping", "the server is stopping")
        except Exception:  # noqa: BLE001 - no caller awaits this task
            _log.exception("the completion %s failed", run.id)
            failure = internal_error()
        finally:
            run.finish(failure)
            self._finished_at[run.id] = time.monotonic()
            on_end()

    def _drop_old(self) -> None:
        limit = time.monotonic() - KEPT_FOR
        # Oldest first, as they were added.
        surplus = len(self._finished_at) - _MAX_FINISHED
        for position, (identifier, finished_at) in enumerate(list(self._finished_at.items())):
            if finished_at < limit or position < surplus:
                del self._finished_at[identifier]
                self._runs.pop(identifier, None)
