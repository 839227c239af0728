"""The worker: takes jobs that are due, performs them, and stores how they end.

It is woken when a job is added in its process, and polls for jobs that other processes added. The
result of a job is stored in the transaction that ends it, and only the newest holder of the lease
may end it: even if a process is killed, a job takes effect once.

Tenants take turns: the next job is one of the tenant that has the fewest running, and a tenant that
has none running need not wait for the others' to end.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TypeAlias

from sqlalchemy import Connection

from julep_server.db.engine import Database, Isolation
from julep_server.db.outage import DatabaseUnavailableError, log_failure
from julep_server.db.turns import IN_BACKGROUND
from julep_server.jobs.failures import (
    MAX_ATTEMPTS,
    AbortedError,
    delay_after,
    is_transient,
    reason_of,
)
from julep_server.store import jobs
from julep_server.store.jobs import Job, LeaseLostError
from julep_server.store.times import now

LEASE = 30.0
"""Seconds after which a job of a process that died is taken again."""

RENEWAL_INTERVAL = LEASE / 3
"""Seconds between two renewals of a running job's lease."""

POLL_INTERVAL = 1.0
"""Seconds between two looks for jobs that other processes added."""

MAX_CONCURRENT = 4
"""Jobs that one process performs at a time; they spend most of their time waiting for a model."""

MAX_BEYOND = 4
"""Jobs beyond those, each of a tenant that has none running."""

_SECOND = 1_000_000
_INTERRUPTED = "the server stopped during each attempt"
_log = logging.getLogger("julep_server")

Store: TypeAlias = Callable[[Connection], None]
"""Stores what a job produced, in the transaction that ends it."""

Report: TypeAlias = Callable[[float], Awaitable[None]]
"""Reports a job's progress, in percent."""

Perform: TypeAlias = Callable[[Job, Report], Awaitable[Store]]
"""Performs a job; raises AbortedError when it has become pointless."""


class Worker:
    """Performs jobs from start to stop.

    Args:
        database: The database that holds the jobs.
        perform: Performs one job.
    """

    def __init__(self, database: Database, perform: Perform) -> None:
        self._database = database
        self._perform = perform
        self._awake = asyncio.Event()
        self._stopping = False
        # Whether a job was taken at the last look: there may be another one.
        self._took = False
        self._loop: asyncio.Task[None] | None = None
        self._running: dict[asyncio.Task[None], str] = {}

    def wake(self) -> None:
        """Look for jobs at once, because one was added."""
        self._awake.set()

    def start(self) -> None:
        """Start taking jobs; needs a running event loop."""
        self._loop = asyncio.create_task(self._run(), name="jobs")

    async def stop(self) -> None:
        """Stop, and release unfinished jobs for the next server that starts."""
        self._stopping = True
        self.wake()
        for task in self._running:
            task.cancel()
        if self._loop is not None:
            await self._loop
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self) -> None:
        # The jobs, whose tasks are created here, have turns of their own at the database.
        IN_BACKGROUND.set(True)
        while not self._stopping:
            self._awake.clear()
            try:
                delay = await self._take_next()
            except Exception as error:  # noqa: BLE001 - whatever the error, it may be transient
                # The jobs are still there afterwards.
                log_failure(_log, error, "looking for jobs failed")
                delay = POLL_INTERVAL
            if delay > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(delay):
                        await self._awake.wait()

    async def _take_next(self) -> float:
        """Start a job that is due; return the seconds until the next look."""
        if len(self._running) >= MAX_CONCURRENT + MAX_BEYOND:
            return POLL_INTERVAL
        running = Counter(self._running.values())
        if not self._took:
            others = running if len(self._running) >= MAX_CONCURRENT else ()
            due = await self._database.read(partial(jobs.next_due, avoid=others), snapshot=False)
            if due is None:
                return POLL_INTERVAL
            if due > (moment := now()):
                return min(POLL_INTERVAL, (due - moment) / _SECOND)
        take = partial(_take_in_turn, running=running)
        self._took = False
        job = await self._database.write(take, Isolation.LOCKS)
        if job is not None:
            self._took = True
            # A job taken while the worker stops is released in its first step.
            task = asyncio.create_task(self._work(job), name=f"job-{job.id}")
            self._running[task] = job.tenant
            task.add_done_callback(self._done)
        return 0.0

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self.wake()

    async def _work(self, job: Job) -> None:
        try:
            store_end = await self._attempt(job)
            if store_end is not None:
                await self._database.write(store_end, Isolation.LOCKS)
        except LeaseLostError:
            _log.info("job %s was taken by another worker meanwhile", job.id)
        except Exception as error:  # noqa: BLE001 - whatever the error, it may be transient
            # Its lease expires, and it is taken again.
            log_failure(_log, error, "storing the end of job %s failed", job.id)

    async def _attempt(self, job: Job) -> Store | None:
        """Perform a job; return a function that stores its end, or None when that is stored."""
        if job.attempts > MAX_ATTEMPTS:
            return partial(jobs.end, job=job, state="failed", reason=_INTERRUPTED)
        renewing = asyncio.create_task(self._renew(job), name=f"lease-{job.id}")
        try:
            if self._stopping:
                return partial(jobs.release, job=job)
            store = await self._perform(job, partial(self._report, job))
            await self._database.write(partial(_succeed, job, store))
        except asyncio.CancelledError:
            return partial(jobs.release, job=job)
        except LeaseLostError:
            raise
        except AbortedError as error:
            return partial(jobs.end, job=job, state="aborted", reason=str(error))
        except Exception as error:  # noqa: BLE001 - whatever the error, the attempt has failed
            if not isinstance(error, DatabaseUnavailableError):
                _log.warning("job %s (%s) failed", job.id, job.name, exc_info=True)
            return _failed(job, error)
        finally:
            renewing.cancel()
        return None

    async def _renew(self, job: Job) -> None:
        """Renew a job's lease until cancelled."""
        lease = round(LEASE * _SECOND)
        while True:
            await asyncio.sleep(RENEWAL_INTERVAL)
            try:
                renew = partial(jobs.renew, job=job, lease=lease)
                await self._database.write(renew, Isolation.LOCKS)
            except LeaseLostError:
                return
            except Exception as error:  # noqa: BLE001 - whatever the error, it may be transient
                log_failure(_log, error, "renewing the lease of job %s failed", job.id)

    async def _report(self, job: Job, percent: float) -> None:
        report = partial(jobs.report, job=job, progress=percent)
        await self._database.write(report, Isolation.LOCKS)


def _take_in_turn(connection: Connection, running: Counter[str]) -> Job | None:
    """Take a job of the tenant that has the fewest running."""
    lease = round(LEASE * _SECOND)
    levels = sorted(set(running.values()))
    full = running.total() >= MAX_CONCURRENT
    # Beyond the usual number, only tenants that have none running.
    for fewest in levels[:1] if full else levels:
        avoid = [tenant for tenant, count in running.items() if count >= fewest]
        if (job := jobs.take(connection, lease, avoid)) is not None:
            return job
    return None if full else jobs.take(connection, lease)


def _succeed(job: Job, store: Store, connection: Connection) -> None:
    # First, so that a worker that has lost the lease stores nothing.
    jobs.end(connection, job, "succeeded")
    store(connection)


def _failed(job: Job, error: Exception) -> Store:
    reason = reason_of(error)
    if job.attempts >= MAX_ATTEMPTS or not is_transient(error):
        return partial(jobs.end, job=job, state="failed", reason=reason)
    delay = round(delay_after(job.attempts, error) * _SECOND)
    text = f"{reason}; attempt {job.attempts} of {MAX_ATTEMPTS}"
    return partial(jobs.retry, job=job, reason=text, delay=delay)
