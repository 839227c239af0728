"""Turns: of tenants, whose jobs don't wait for each other's, and of jobs between requests."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest

from julep_server.db.engine import Database
from julep_server.db.turns import BACKGROUND_TURN, IN_BACKGROUND, Turns
from julep_server.jobs import worker
from julep_server.jobs.worker import MAX_BEYOND, MAX_CONCURRENT, Report, Store, Worker
from julep_server.store import jobs
from julep_server.store.jobs import Job, NewJob


class Performer:
    """Performs jobs one step at a time, as the test lets it."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Event()

    async def perform(self, job: Job, _report: Report) -> Store:
        self.begun.append(job.name)
        self._changed.set()
        await self._ends.setdefault(job.name, asyncio.Event()).wait()
        return lambda _: None

    def end(self, name: str) -> None:
        self._ends[name].set()

    async def wait_begun(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.begun) < count:
                await self._changed.wait()
                self._changed.clear()


async def add(database: Database, tenants: Sequence[str]) -> None:
    """Store a job for each of the tenants, named by the tenant and a number."""
    numbers = Counter[str]()
    for tenant in tenants:
        numbers[tenant] += 1
        new = NewJob(f"{tenant}{numbers[tenant]}", "s")
        await database.write(partial(jobs.add, tenant=tenant, new=new))


@pytest.fixture(autouse=True)
def frequent_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "POLL_INTERVAL", 0.01)


def test_turns_go_round(database_url: str) -> None:
    async def main() -> None:
        database, performer = Database(database_url), Performer()
        await add(database, ["a"] * 5 + ["b"] * 5)
        running = Worker(database, performer.perform)
        running.start()
        await performer.wait_begun(MAX_CONCURRENT)
        assert performer.begun == ["a1", "b1", "a2", "b2"]
        performer.end("b1")
        await performer.wait_begun(MAX_CONCURRENT + 1)
        assert performer.begun[-1] == "b3"
        # One beyond for a tenant that has none; no more than that.
        await add(database, ["c"] * 3)
        await performer.wait_begun(MAX_CONCURRENT + 2)
        await asyncio.sleep(0.1)
        assert performer.begun[MAX_CONCURRENT + 1 :] == ["c1"]
        await running.stop()
        database.close()

    asyncio.run(main())


def test_the_number_of_jobs_is_bounded(database_url: str) -> None:
    async def main() -> None:
        database, performer = Database(database_url), Performer()
        await add(database, [f"tenant-{letter}-" for letter in "abcdefghijkl"])
        running = Worker(database, performer.perform)
        running.start()
        await performer.wait_begun(MAX_CONCURRENT + MAX_BEYOND)
        await asyncio.sleep(0.1)
        assert len(performer.begun) == MAX_CONCURRENT + MAX_BEYOND
        await running.stop()
        database.close()

    asyncio.run(main())


class HeldThread:
    """One thread with turns, which begins when it is released; what it ran is in ``ran``."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(1)
        self._released = threading.Event()
        self._threads.submit(self._released.wait)
        self._turns = Turns(self._threads)
        self._background = contextvars.copy_context()
        self._background.run(IN_BACKGROUND.set, True)
        self.ran: list[str] = []

    def request(self, name: str) -> Future[None]:
        return self._turns.submit(partial(self.ran.append, name))

    def job(self, name: str) -> Future[None]:
        return self._background.run(self.request, name)

    def release(self) -> list[str]:
        self._released.set()
        self._threads.shutdown(wait=True)
        return self.ran


@pytest.mark.once
def test_a_job_has_its_turn_among_many_requests() -> None:
    thread = HeldThread()
    for number in range(100):
        thread.request(f"request {number}")
    for number in range(3):
        thread.job(f"job {number}")
    ran = thread.release()
    # One of eight, each kind in its order.
    assert [ran.index(f"job {number}") for number in range(3)] == [
        BACKGROUND_TURN * turn - 1 for turn in (1, 2, 3)
    ]
    requests = [name for name in ran if name.startswith("request")]
    assert requests == [f"request {number}" for number in range(100)]


@pytest.mark.once
def test_few_requests_and_jobs_run_in_order_of_arrival() -> None:
    thread = HeldThread()
    names = ["job 1", "request 1", "job 2", "job 3", "request 2"]
    for name in names:
        (thread.job if name.startswith("job") else thread.request)(name)
    assert thread.release() == names


@pytest.mark.once
def test_a_unit_that_is_no_longer_wanted_takes_no_other_ones_turn() -> None:
    thread = HeldThread()
    first = thread.request("first")
    thread.job("job")
    thread.request("last")
    first.cancel()
    assert thread.release() == ["job", "last"]


def test_jobs_progress_under_requests(database_url: str) -> None:
    """For each request that has ended another one comes, and all steps of the jobs have turns."""

    async def main() -> None:
        database, ended = Database(database_url), 0
        await add(database, ["a"] * 5)

        async def perform(_job: Job, _report: Report) -> Store:
            nonlocal ended
            await database.write(lambda _: None)
            ended += 1
            return lambda _: None

        written = 0

        async def requests() -> None:
            nonlocal written
            while ended < 5:
                await database.write(lambda _: None)
                written += 1

        running = Worker(database, perform)
        running.start()
        await asyncio.gather(*(requests() for _ in range(100)))
        await running.stop()
        database.close()
        # Of one job after the other: three units each, and the look for the next one.
        assert written < 5 * 4 * BACKGROUND_TURN * 5

    asyncio.run(main())
