"""The worker: takes jobs that are due, does them, and notes how they end.

It is woken when a job is added in its process, and looks now and then for those that others added.
What a job makes is stored in the transaction that ends it, and only its newest taker may end it:
whatever is killed, and whenever, a job has its effect once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TypeAlias

from sqlalchemy import Connection

from julep_server.db.engine import Database
from julep_server.jobs.failures import ATTEMPTS, AbortedError, may_pass, pause_after, reason_of
from julep_server.store import jobs
from julep_server.store.jobs import Job, LostError
from julep_server.store.times import now

LEASE = 30.0
"""Seconds after which a job of a process that died is taken again."""

POLL = 1.0
"""Seconds between looks for jobs that other processes added."""

AT_ONCE = 4
"""Jobs that one process does at a time: they wait for a model most of their time."""

_SECOND = 1_000_000
_INTERRUPTED = "the server stopped each time while the job ran"
_log = logging.getLogger("julep_server")

Store: TypeAlias = Callable[[Connection], None]
"""Stores what a job made, in the transaction that ends it."""

Report: TypeAlias = Callable[[float], Awaitable[None]]
"""Says how much of a job is done, in percent."""

Perform: TypeAlias = Callable[[Job, Report], Awaitable[Store]]
"""Does a job; raises AbortedError where it has become pointless."""


class Worker:
    """Does jobs from when it is started until it is stopped.

    Args:
        database: Where the jobs are.
        perform: Does one.
    """

    def __init__(self, database: Database, perform: Perform) -> None:
        self._database = database
        self._perform = perform
        self._awake = asyncio.Event()
        self._stopping = False
        self._loop: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look for jobs now: one was added."""
        self._awake.set()

    def start(self) -> None:
        """Start taking jobs; needs a running event loop."""
        self._loop = asyncio.create_task(self._run(), name="jobs")

    async def stop(self) -> None:
        """Stop; what is not done is given back, to be taken when a server starts again."""
        self._stopping = True
        self.wake()
        for task in self._running:
            task.cancel()
        if self._loop is not None:
            await self._loop
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self) -> None:
        while not self._stopping:
            self._awake.clear()
            try:
                pause = await self._look()
            except Exception:  # noqa: BLE001 - the database may be away for a while
                # The jobs are still there afterwards.
                _log.exception("looking for jobs failed")
                pause = POLL
            if pause > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._awake.wait()

    async def _look(self) -> float:
        """Take a job that is due; gives the seconds until it makes sense to look again."""
        if len(self._running) >= AT_ONCE:
            return POLL
        due = await self._database.read(jobs.next_due)
        if due is None:
            return POLL
        if due > (moment := now()):
            return min(POLL, (due - moment) / _SECOND)
        lease = round(LEASE * _SECOND)
        job = await self._database.write(lambda connection: jobs.take(connection, lease))
        if job is not None:
            # A job taken while the worker stops is begun, and given back at its first step.
            task = asyncio.create_task(self._work(job), name=f"job-{job.id}")
            self._running.add(task)
            task.add_done_callback(self._done)
        return 0.0

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self.wake()

    async def _work(self, job: Job) -> None:
        try:
            note = await self._outcome(job)
            if note is not None:
                await self._database.write(note)
        except LostError:
            _log.info("job %s is another worker's by now", job.id)
        except Exception:  # noqa: BLE001 - the database may be away for a while
            # Its lease runs out, and it is taken again.
            _log.exception("noting the end of job %s failed", job.id)

    async def _outcome(self, job: Job) -> Store | None:
        """Do a job; gives what is left to be noted of its end."""
        if job.attempts > ATTEMPTS:
            return partial(jobs.end, job=job, state="failed", reason=_INTERRUPTED)
        held = asyncio.create_task(self._hold(job), name=f"hold-{job.id}")
        try:
            if self._stopping:
                return partial(jobs.give_back, job=job)
            store = await self._perform(job, partial(self._report, job))
            await self._database.write(partial(_succeed, job, store))
        except asyncio.CancelledError:
            return partial(jobs.give_back, job=job)
        except LostError:
            raise
        except AbortedError as error:
            return partial(jobs.end, job=job, state="aborted", reason=str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, the job has failed
            _log.warning("job %s (%s) failed", job.id, job.name, exc_info=True)
            return _failed(job, error)
        finally:
            held.cancel()
        return None

    async def _hold(self, job: Job) -> None:
        """Renew a job's lease for as long as it is done."""
        lease = round(LEASE * _SECOND)
        while True:
            await asyncio.sleep(LEASE / 3)
            try:
                await self._database.write(partial(jobs.renew, job=job, lease=lease))
            except LostError:
                return
            except Exception:  # noqa: BLE001 - the database may be away for a while
                _log.exception("renewing the lease of job %s failed", job.id)

    async def _report(self, job: Job, percent: float) -> None:
        await self._database.write(partial(jobs.report, job=job, progress=percent))


def _succeed(job: Job, store: Store, connection: Connection) -> None:
    # First, so that nothing is stored by who is no longer the taker.
    jobs.end(connection, job, "succeeded")
    store(connection)


def _failed(job: Job, error: Exception) -> Store:
    reason = reason_of(error)
    if job.attempts >= ATTEMPTS or not may_pass(error):
        return partial(jobs.end, job=job, state="failed", reason=reason)
    pause = round(pause_after(job.attempts, error) * _SECOND)
    told = f"{reason}; tried {job.attempts} of {ATTEMPTS} times"
    return partial(jobs.retry, job=job, reason=told, pause=pause)
