"""Running streams whose clients came to another process: requests for them, and their events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, bindparam

from julep_server.db.rows import read_rows, select_records
from julep_server.db.tables import stream_batches, stream_requests
from julep_server.json_text import JSON
from julep_server.store.old_rows import delete_some
from julep_server.store.processes import process_of, upsert
from julep_server.store.times import now

KEPT_FOR = 3600 * 1_000_000
"""Microseconds for which events are stored: longer than any run that can be followed."""


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """A request of another process for the events of a run."""

    run_id: str
    tenant: str
    session_id: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Some events of a run.

    Attributes:
        number: The batch's number, from 1.
        events: The data of the events.
        headers: The headers of the stream.
        finished: Whether no more events will come.
        status: The status of the error that ended the run, if one did; with its code and message.
    """

    number: int
    events: Sequence[JSON]
    headers: dict[str, str]
    finished: bool
    status: int | None
    code: str | None
    message: str | None


def request(connection: Connection, wanted: StreamRequest) -> None:
    """Request the events of a run from its process, which checks whose they are."""
    new = upsert(connection)(stream_requests).on_conflict_do_nothing()
    values = {"process": process_of(wanted.run_id), "created_at": now()}
    connection.execute(new, {**asdict(wanted), **values})


_REQUESTED = select_records(StreamRequest, stream_requests).where(
    stream_requests.c.process == bindparam("of_process")
)


def requested(connection: Connection, process: str) -> list[StreamRequest]:
    """Return the runs of a process whose events were requested."""
    return read_rows(StreamRequest, connection.execute(_REQUESTED, {"of_process": process}))


_BATCHES = (
    select_records(Batch, stream_batches)
    .where(stream_batches.c.run_id == bindparam("of_run"))
    .where(stream_batches.c.tenant == bindparam("of_tenant"))
    .where(stream_batches.c.session_id == bindparam("of_session"))
    .where(stream_batches.c.number > bindparam("after"))
    .order_by(stream_batches.c.number)
)


def batches(connection: Connection, wanted: StreamRequest, after: int) -> list[Batch]:
    """Return the batches for a request that follow one."""
    of = {
        "of_run": wanted.run_id,
        "of_tenant": wanted.tenant,
        "of_session": wanted.session_id,
        "after": after,
    }
    return read_rows(Batch, connection.execute(_BATCHES, of))


def add(connection: Connection, wanted: StreamRequest, batch: Batch) -> None:
    """Store a batch for a request, unless it is stored already.

    A batch is stored again when it is not known whether it was, as when the connection is lost
    while it is committed.
    """
    connection.execute(
        upsert(connection)(stream_batches).on_conflict_do_nothing(),
        {
            **asdict(wanted),
            "number": batch.number,
            "events": batch.events,
            "headers": batch.headers,
            "finished": batch.finished,
            "status": batch.status,
            "code": batch.code,
            "message": batch.message,
            "created_at": now(),
        },
    )


def delete_old(connection: Connection, most: int) -> int:
    """Delete events that nobody reads any more, then the requests for them; return their number."""
    deleted = 0
    for table in (stream_batches, stream_requests):
        deleted += delete_some(connection, table, now() - KEPT_FOR, most - deleted)
    return deleted
