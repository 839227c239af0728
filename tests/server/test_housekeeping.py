"""What is stored for a time only: deleted when it is old, in small transactions."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, Table, event, func, insert, select, text, update

from julep_server.db.engine import Database, Isolation
from julep_server.db.tables import idempotency, jobs, stream_batches, stream_requests
from julep_server.housekeeping import Housekeeping
from julep_server.store import jobs as job_store
from julep_server.store import kept_responses, streams
from julep_server.store.times import now

pytestmark = pytest.mark.once

MINUTE = 60_000_000
BATCH = 20
SOME = 50

Row = dict[str, object]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def response(number: int, moment: int) -> Row:
    key: Row = {"tenant": "t", "scope": "s", "key": f"key {number}", "created_at": moment}
    return {**key, "fingerprint": "f", "status": 201, "headers": {}, "body": {"id": number}}


def job(number: int, moment: int, due: int | None = None) -> Row:
    times = {"due_at": due, "created_at": moment, "updated_at": moment}
    state = "succeeded" if due is None else "pending"
    kind: Row = {"name": "summary", "subject_id": "s", "payload": {}, "state": state, "attempts": 1}
    return {"id": f"job {number}", "tenant": "t", **kind, **times}


def requested(number: int, moment: int) -> Row:
    of = {"run_id": f"run {number}", "tenant": "t", "session_id": "s"}
    return {**of, "process": "p", "created_at": moment}


def batch(number: int, moment: int) -> Row:
    of = {"run_id": "run", "tenant": "t", "session_id": "s", "number": number}
    return {**of, "events": [], "headers": {}, "finished": False, "created_at": moment}


KINDS: list[tuple[Table, Callable[[int, int], Row], int]] = [
    (idempotency, response, kept_responses.KEPT_FOR),
    (jobs, job, job_store.KEPT_FOR),
    (stream_requests, requested, streams.KEPT_FOR),
    (stream_batches, batch, streams.KEPT_FOR),
]


def fill(connection: Connection) -> None:
    """Add some old rows and three young ones of each kind, and old jobs that are to be done."""
    for table, row, kept_for in KINDS:
        old, young = now() - kept_for - MINUTE, now() - kept_for + MINUTE
        rows = [row(number, young if number < 3 else old) for number in range(SOME + 3)]
        connection.execute(insert(table), rows)
    old = now() - job_store.KEPT_FOR - MINUTE
    connection.execute(insert(jobs), [job(number, old, due=old) for number in (-1, -2)])


def left(connection: Connection) -> list[int]:
    counts = (select(func.count()).select_from(table) for table, *_ in KINDS)
    return [connection.execute(count).scalar_one() for count in counts]


def test_what_is_old_is_deleted_a_few_rows_at_a_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("julep_server.housekeeping.BATCH", BATCH)
    deleted: list[int] = []

    def count(_connection: object, cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("BEGIN"):
            deleted.append(0)
        elif statement.startswith("DELETE"):
            deleted[-1] += getattr(cursor, "rowcount")  # noqa: B009 - of two drivers

    async def delete() -> list[int]:
        await database.write(fill)
        engine = await database.read(lambda connection: connection.engine)
        event.listen(engine, "after_cursor_execute", count)
        await Housekeeping(database).delete_old()
        event.remove(engine, "after_cursor_execute", count)
        return await database.read(left)

    assert asyncio.run(delete()) == [3, 3 + 2, 3, 3]
    assert max(deleted) == BATCH
    assert sum(deleted) == len(KINDS) * SOME


def test_a_response_that_is_stored_anew_meanwhile_is_kept(database: Database) -> None:
    writing, go_on = threading.Event(), threading.Event()

    def store_anew(connection: Connection) -> None:
        connection.execute(update(idempotency).values(created_at=now()))
        writing.set()
        assert go_on.wait(60)

    async def delete() -> list[int]:
        old = response(1, now() - kept_responses.KEPT_FOR - MINUTE)
        await database.write(lambda connection: connection.execute(insert(idempotency), [old]))
        storing = asyncio.create_task(database.write(store_anew, Isolation.LOCKS))
        await asyncio.to_thread(writing.wait)
        deleting = asyncio.create_task(Housekeeping(database).delete_old())
        await until_waiting(database)
        go_on.set()
        await storing
        await deleting
        return await database.read(left)

    assert asyncio.run(delete())[0] == 1


async def until_waiting(database: Database) -> None:
    """Wait until a transaction waits for another one's row; SQLite has one writer at a time."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )

    def waiting(connection: Connection) -> bool:
        if connection.dialect.name == "sqlite":
            return True
        return bool(connection.execute(query).scalar_one())

    found = False
    while not found:
        await asyncio.sleep(0.01)
        found = await database.read(waiting)
