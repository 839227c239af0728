"""Tenants take turns: the jobs of one do not wait for those of another."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from functools import partial

import pytest

from julep_server.db.engine import Database
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
