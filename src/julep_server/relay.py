"""Streams at another process than the one that calls the model.

Processes that share a database pass events on by it, and only those of streams whose client came to
another process. That one stores a request; the stream's process looks for requests, and stores the
stream's events in batches until its end, which the other one reads as they come. A stream that
nobody else wants costs nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial

from sqlalchemy import Connection

from julep_server.db.engine import Database, Isolation
from julep_server.db.outage import DatabaseUnavailableError, log_failure
from julep_server.errors import ApiError, internal_error, unavailable
from julep_server.json_text import JSON
from julep_server.store import cancellations, processes, streams
from julep_server.store.cancellations import Cancellation
from julep_server.store.streams import Batch, StreamRequest
from julep_server.streaming.event_stream import stream_gone
from julep_server.streaming.runs import Run, Runs

RENEWAL = processes.LEASE / 3_000_000
"""Seconds between two renewals of the time until which a process counts as alive."""

BATCH_INTERVAL = 0.1
"""Seconds between two batches of a stream, and between two looks for one."""

LOOK_INTERVAL = 0.2
"""Seconds between two looks for what other processes request, while answers are written."""

_IDLE_INTERVAL = 1.0
# Clocks of two machines may differ by as much.
_TOLERANCE = 60 * 1_000_000
_log = logging.getLogger("julep_server")


class Relay:
    """Passes the events of streams on to other processes, and receives theirs.

    Args:
        database: The database that the processes share.
        runs: The runs of this process.

    Attributes:
        process: The id of this process.
        expected: Ids of runs that are about to start.
        on_cancellations: Called after each look with the requests to cancel answers that may be of
            this process; none while it writes no answer.
    """

    def __init__(self, database: Database, runs: Runs) -> None:
        self._database = database
        self._runs = runs
        self._sent: set[StreamRequest] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.process = processes.new_process_id()
        self.expected: set[str] = set()
        self.on_cancellations: Callable[[Sequence[Cancellation]], Awaitable[None]] | None = None

    @property
    def stopped(self) -> bool:
        """Whether the runs of this process have been stopped."""
        return self._runs.stopped

    def new_run_id(self) -> str:
        """Return an id for a run of this process."""
        return processes.new_run_id(self.process)

    async def start(self) -> None:
        """Start, if other processes may share the database."""
        if self._database.shared:
            # A database that is away at this moment is waited for, as it is later.
            await self._succeeds(self._renew)
            self._spawn(self._repeat(self._renew, lambda: asyncio.sleep(RENEWAL)))
            self._spawn(self._repeat(self._look, self._wait_to_look))

    async def stop(self) -> None:
        """Stop; others may take over at once what this process worked on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._database.shared:
            ended = partial(processes.end, process=self.process)
            # Without a database its lease ends this process a little later.
            with suppress(DatabaseUnavailableError):
                await self._database.write(ended, Isolation.LOCKS)

    async def follow(self, run_id: str, tenant: str, session_id: str) -> Run | None:
        """Return a run of another process, whose events come by the database.

        Returns:
            The run; None if there is no such process. A run that its process does not know, or that
            is another tenant's or session's, fails as one that can't be resumed.
        """
        owner = processes.process_of(run_id)
        if not self._database.shared or owner == self.process:
            return None
        alive = partial(processes.is_alive, process=owner)
        if not await self._database.read(alive, snapshot=False):
            return None
        wanted = StreamRequest(run_id, tenant, session_id)
        await self._database.write(partial(streams.request, wanted=wanted), Isolation.LOCKS)
        run = self._runs.find(run_id, tenant, session_id)
        if run is None or run.failure is not None:
            # The failure may have been that of reading it, as when the database was away.
            run = Run(run_id, tenant, session_id)
            run.relayed = True
            self._runs.start(run, partial(self._receive, run, wanted), lambda: None)
        return run

    async def wait_begun(self, run: Run) -> None:
        """Wait until a run of another process has begun or failed, or its process is surely alive.

        One that was killed counts as alive for a while; then its run fails without an event, and
        the work may be done here. One that renews its lease meanwhile waits for its model.
        """
        until = partial(processes.alive_until, process=processes.process_of(run.id))
        known = await self._database.read(until, snapshot=False)
        while not run.events and not run.finished:
            await run.wait_started(_IDLE_INTERVAL)
            found = await self._database.read(until, snapshot=False)
            if known is not None and found is not None and found > known:
                return

    async def _receive(self, run: Run, wanted: StreamRequest) -> None:
        """Publish the events of another process's run until its end."""
        number, waited = 0, 0.0
        alive = partial(processes.is_alive, process=processes.process_of(run.id))
        while True:
            # Before the events are read, because it may have ended after it has stored the last.
            has_ended = waited > RENEWAL and not await self._database.read(alive, snapshot=False)
            read = partial(streams.batches, wanted=wanted, after=number)
            found = await self._database.read(read, snapshot=False)
            for batch in found:
                if batch.number != number + 1:
                    # The first ones are old, and deleted: what is left is not the whole stream.
                    raise stream_gone()
                number = batch.number
                run.headers = batch.headers
                for data in batch.events:
                    run.publish(str(data))
                if batch.status is not None:
                    raise ApiError(batch.status, batch.code or "", batch.message or "")
                if batch.finished:
                    return
            if has_ended and not found:
                raise unavailable("server_stopping", "the process that wrote the answer has ended")
            waited = 0.0 if found or waited > RENEWAL else waited + BATCH_INTERVAL
            await asyncio.sleep(BATCH_INTERVAL)

    async def _look(self) -> None:
        """Start to send the runs that other processes have requested, and pass on cancellations."""
        began_at = self._runs.began_at
        since = None if began_at is None else began_at - _TOLERANCE
        read = partial(_news, process=self.process, since=since)
        requested, cancelled = await self._database.read(read, snapshot=False)
        # What was deleted since is not kept here either.
        self._sent &= set(requested)
        for wanted in requested:
            if wanted not in self._sent and wanted.run_id not in self.expected:
                self._sent.add(wanted)
                self._spawn(self._send(wanted))
        if self.on_cancellations is not None:
            await self.on_cancellations(cancelled)

    async def _send(self, wanted: StreamRequest) -> None:
        """Store the events of a run, those to come included."""
        number = 0
        try:
            async for batch in self._batches(wanted):
                await self._store(wanted, batch)
                number = batch.number
        except Exception:  # noqa: BLE001 - no caller awaits this task
            # Otherwise its followers wait for as long as this process is alive.
            _log.exception("passing on the stream %s failed", wanted.run_id)
            await self._store(wanted, _last(number + 1, (), {}, internal_error()))

    async def _batches(self, wanted: StreamRequest) -> AsyncIterator[Batch]:
        """Yield the events of a run in batches, those to come included."""
        run = self._runs.find(wanted.run_id, wanted.tenant, wanted.session_id)
        if run is None:
            yield _last(1, (), {}, stream_gone())
            return
        number, position = 1, 0
        while not run.finished:
            await run.wait_after(position)
            if events := run.events[position:]:
                position += len(events)
                yield _batch(number, events, run.headers)
                number += 1
            await asyncio.sleep(BATCH_INTERVAL)
        yield _last(number, run.events[position:], run.headers, run.failure)

    async def _store(self, wanted: StreamRequest, batch: Batch) -> None:
        work = partial(streams.add, wanted=wanted, batch=batch)
        while True:
            try:
                await self._database.write(work, Isolation.LOCKS)
            except DatabaseUnavailableError:
                # Also when it was lost at the end of the writing: the batch may be stored.
                await asyncio.sleep(_IDLE_INTERVAL)
            else:
                return

    async def _renew(self) -> None:
        renewed = partial(processes.renew, process=self.process)
        await self._database.write(renewed, Isolation.LOCKS)

    async def _wait_to_look(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_IDLE_INTERVAL):
                await self._runs.wait_running()
        await asyncio.sleep(LOOK_INTERVAL)

    async def _repeat(
        self,
        work: Callable[[], Coroutine[None, None, None]],
        wait: Callable[[], Coroutine[None, None, None]],
    ) -> None:
        while True:
            await wait()
            # Soon, because a process that renews nothing counts as dead.
            while not await self._succeeds(work):  # noqa: ASYNC110 - there is no event of it
                await asyncio.sleep(_IDLE_INTERVAL)

    async def _succeeds(self, work: Callable[[], Coroutine[None, None, None]]) -> bool:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - the database may be unavailable for a while
            log_failure(_log, error, "sharing the database with other processes failed")
            return False
        return True

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work, name="relay")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _news(
    connection: Connection, process: str, since: int | None
) -> tuple[list[StreamRequest], list[Cancellation]]:
    """Return the streams that were requested of a process, and the cancellations since a moment."""
    found = [] if since is None else cancellations.since(connection, since)
    return streams.requested(connection, process), found


def _batch(number: int, events: list[str], headers: dict[str, str]) -> Batch:
    return Batch(number, list[JSON](events), headers, False, None, None, None)


def _last(
    number: int, events: list[str] | tuple[()], headers: dict[str, str], failure: ApiError | None
) -> Batch:
    status, code, message = None, None, None
    if failure is not None:
        status, code, message = failure.status, failure.code, failure.message
    return Batch(number, list[JSON](events), headers, True, status, code, message)
