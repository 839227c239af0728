"""Completions in progress, which continue when the client that started them disconnects.

A run is a task that publishes events. A follower reads the published events first and the new ones
as they come, so a client that reconnects resumes where it stopped, and the model is called once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

from julep_server.errors import ApiError, conflict, internal_error
from julep_server.idle_timer import IdleTimer
from julep_server.json_text import JSONObject

KEPT_FOR = 600.0
"""Seconds for which a finished run can be followed without an idempotency key."""

_MAX_FINISHED = 256
_MAX_TOGETHER = 64
_log = logging.getLogger("julep_server")

_Key: TypeAlias = tuple[str, str, str]


class Run:
    """One completion of a chat.

    Args:
        identifier: The completion's id.
        tenant: The tenant that it belongs to.
        session_id: The session that it belongs to.

    Attributes:
        events: The data of each event, in order; an event's number is its position, from 1.
        began_at: When it began, in microseconds since 1970.
        headers: The response's headers, known once the model has begun.
        finished: Whether no more events will come.
        failure: The error that ended the run early.
        cancellable: Whether the run can be cancelled, as it can until its result is stored.
        cancelled: Whether a caller has cancelled it.
        relayed: Whether another process writes it, which is the one to cancel it.
        result: The response's body, when the run has succeeded.
    """

    def __init__(self, identifier: str, tenant: str, session_id: str) -> None:
        self.id = identifier
        self.tenant = tenant
        self.session_id = session_id
        self.events: list[str] = []
        self.began_at = time.time_ns() // 1000
        self.headers: dict[str, str] = {}
        self.finished = False
        self.failure: ApiError | None = None
        self.cancellable = True
        self.cancelled = False
        self.relayed = False
        self.result: JSONObject = {}
        self._waiters: list[asyncio.Future[bool]] = []

    def publish(self, data: str) -> None:
        """Add an event."""
        self.events.append(data)
        self._wake()

    def finish(self, failure: ApiError | None = None) -> None:
        """Mark the run as finished: no more events will come."""
        self.finished = True
        self.failure = failure
        self._wake()

    async def wait_started(self, limit: float) -> None:
        """Wait for the first event, or for the end, for so many seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit):
                await self.wait_after(0)

    async def wait_after(self, position: int) -> None:
        """Wait for more events than this number, or for the end."""
        while len(self.events) <= position and not self.finished:
            await self._waiter()

    async def wait_finished(self) -> None:
        """Wait for the end.

        Raises:
            ApiError: The run failed.
        """
        while not self.finished:
            await self._waiter()
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
        waiter: asyncio.Future[bool] | None = None

        def stop_waiting() -> None:
            if waiter is not None and not waiter.done():
                waiter.set_result(False)

        idle = IdleTimer(keep_alive, stop_waiting)
        try:
            while True:
                while found := self.events[position : position + _MAX_TOGETHER]:
                    first = position + 1
                    position += len(found)
                    yield list(enumerate(found, first))
                if self.finished:
                    return
                waiter = self._waiter()
                idle.touch()
                if not await waiter:
                    yield []
        finally:
            idle.stop()

    def _waiter(self) -> asyncio.Future[bool]:
        """Return a future that the next change sets to True."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        return waiter

    def _wake(self) -> None:
        if self._waiters:
            waiters, self._waiters = self._waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(True)


class Runs:
    """The runs of a server process: running ones, and for a while finished ones.

    Their keys have the tenant and the session too: others may have tried to follow the same run of
    another process, and each attempt is a run here.
    """

    def __init__(self) -> None:
        self._runs: dict[_Key, Run] = {}
        self._finished_at: dict[_Key, float] = {}
        self._tasks: dict[_Key, asyncio.Task[ApiError | None]] = {}
        self._stopped = False
        self._running = asyncio.Event()

    @property
    def running(self) -> int:
        """The number of runs that are running."""
        return len(self._tasks)

    @property
    def stopped(self) -> bool:
        """Whether the runs have been stopped, because the server stops."""
        return self._stopped

    @property
    def began_at(self) -> int | None:
        """When the oldest running run began, in microseconds; None if there is none."""
        return next((self._runs[key].began_at for key in self._tasks), None)

    async def wait_running(self) -> None:
        """Wait until there is a running run."""
        await self._running.wait()

    def start(
        self, run: Run, work: Callable[[], Awaitable[None]], on_end: Callable[[], None]
    ) -> None:
        """Start a run, which ends when its work is done.

        Args:
            run: The run.
            work: Publishes the run's events.
            on_end: Called when the run has ended, with success or not.

        Raises:
            ApiError: 503 when the runs have been stopped.
        """
        if self._stopped:
            on_end()
            raise _stopped(run)
        self._drop_old()
        key = (run.id, run.tenant, run.session_id)
        self._runs[key] = run
        self._finished_at.pop(key, None)
        task = asyncio.create_task(_failure_of(run, work), name=f"run-{run.id}")
        self._tasks[key] = task
        self._running.set()

        def end(done: asyncio.Task[ApiError | None]) -> None:
            del self._tasks[key]
            if not self._tasks:
                self._running.clear()
            # A task that is cancelled before its first step has no result.
            run.finish(_stopped(run) if done.cancelled() else done.result())
            self._finished_at[key] = time.monotonic()
            on_end()

        task.add_done_callback(end)

    def find(self, identifier: str, tenant: str, session_id: str) -> Run | None:
        """Return a run of this tenant and session; None when there is none of that id."""
        return self._runs.get((identifier, tenant, session_id))

    async def cancel(
        self, tenant: str, session_id: str, identifier: str | None, until: int | None = None
    ) -> list[str]:
        """Cancel running runs and wait for their end; their followers receive a 409.

        Args:
            tenant: The tenant that they belong to.
            session_id: The session that they belong to.
            identifier: The id of the run; None for all of the session.
            until: Those that began after this moment, in microseconds, go on, unless the id is
                given; None for all.

        Returns:
            The ids of the runs that were cancelled, the oldest first.
        """
        cancelled: dict[str, asyncio.Task[ApiError | None]] = {}
        for key, task in self._tasks.items():
            run = self._runs[key]
            if key[1:] != (tenant, session_id) or run.relayed or not run.cancellable:
                continue
            of_session = identifier is None and (until is None or run.began_at <= until)
            if of_session or identifier == run.id:
                run.cancelled, run.cancellable = True, False
                cancelled[run.id] = task
                task.cancel()
        if cancelled:
            await asyncio.wait(cancelled.values())
        return list(cancelled)

    def stop(self) -> None:
        """Cancel all runs and refuse new ones; their followers receive a 503.

        A run whose result is being stored is left to end: the work of a transaction can't be
        taken back.
        """
        self._stopped = True
        for key, task in self._tasks.items():
            if self._runs[key].cancellable:
                task.cancel()

    async def aclose(self, limit: float = 0.0) -> None:
        """Wait for the end of all runs, and cancel those that take longer.

        Args:
            limit: Seconds to wait.
        """
        if self._tasks and limit > 0 and not self._stopped:
            await asyncio.wait(self._tasks.values(), timeout=limit)
        self.stop()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _drop_old(self) -> None:
        limit = time.monotonic() - KEPT_FOR
        # Oldest first, as they were added.
        surplus = len(self._finished_at) - _MAX_FINISHED
        for position, (key, finished_at) in enumerate(list(self._finished_at.items())):
            if finished_at < limit or position < surplus:
                del self._finished_at[key]
                self._runs.pop(key, None)


async def _failure_of(run: Run, work: Callable[[], Awaitable[None]]) -> ApiError | None:
    """Do a run's work, and return the error by which it failed."""
    try:
        await work()
    except ApiError as error:
        return error
    except asyncio.CancelledError:
        return _stopped(run)
    except Exception:  # noqa: BLE001 - no caller awaits this task
        _log.exception("the completion %s failed", run.id)
        return internal_error()
    return None


def server_stopping() -> ApiError:
    """Return the 503 for what the server's stop has ended."""
    message, headers = "the server is stopping", {"Retry-After": "1"}
    return ApiError(503, "server_stopping", message, headers=headers)


def _stopped(run: Run) -> ApiError:
    if run.cancelled:
        return conflict("chat_cancelled", "the answer was cancelled")
    return server_stopping()
