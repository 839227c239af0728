"""Jobs: work that follows a response, performed by the first process that takes it.

A job that can be taken has a time from which it is due: ``due_at``. Taking it moves that time on by
a lease, in the same statement, so that no other process takes it; the leases of a process that dies
expire, and its jobs are taken again. Attempts are numbered, and only the newest may end the job.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    case,
    func,
    insert,
    select,
    update,
)

from julep_server.db.rows import read_row, select_records
from julep_server.db.tables import jobs
from julep_server.errors import not_found
from julep_server.json_text import JSON, JSONObject
from julep_server.store.old_rows import delete_some
from julep_server.store.resources import new_id
from julep_server.store.times import now

State: TypeAlias = Literal["pending", "in_progress", "retrying", "succeeded", "aborted", "failed"]

KEPT_FOR = 30 * 24 * 3600 * 1_000_000
"""Microseconds for which a job that has ended is stored."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to store.

    Attributes:
        name: The kind of job.
        subject_id: The session that it is about.
        payload: What its handler needs besides stored records.
    """

    name: str
    subject_id: str
    payload: JSONObject = field(default_factory=dict[str, JSON])
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Job:
    """A stored job.

    Attributes:
        progress: Percent done; None if the job doesn't report it.
        attempts: The number of attempts so far, which is the newest attempt's number.
    """

    id: str
    tenant: str
    name: str
    subject_id: str
    payload: JSONObject
    state: str
    reason: str | None
    progress: float | None
    attempts: int
    created_at: int
    updated_at: int


_INSERT = insert(jobs)
_NEXT_DUE = select(func.min(jobs.c.due_at))


class LeaseLostError(Exception):
    """The job's lease expired, and another worker has taken the job."""


def add(connection: Connection, tenant: str, new: NewJob) -> None:
    """Store a job that is due at once."""
    moment = now()
    connection.execute(
        _INSERT,
        {
            "id": new.id,
            "tenant": tenant,
            "name": new.name,
            "subject_id": new.subject_id,
            "payload": new.payload,
            "state": "pending",
            "attempts": 0,
            "due_at": moment,
            "created_at": moment,
            "updated_at": moment,
        },
    )


def delete_old(connection: Connection, most: int) -> int:
    """Delete jobs that ended long ago, and return their number."""
    ended = jobs.c.due_at.is_(None)
    return delete_some(connection, jobs, now() - KEPT_FOR, most, column="updated_at", only=ended)


def get(connection: Connection, tenant: str, identifier: str) -> Job:
    """Return a job of the tenant.

    Raises:
        ApiError: 404 when the tenant has none of that id.
    """
    query = select_records(Job, jobs).where(jobs.c.id == identifier, jobs.c.tenant == tenant)
    row = connection.execute(query).first()
    if row is None:
        raise not_found("job", identifier)
    return read_row(Job, row)


def is_open(connection: Connection, name: str, subject_id: str) -> bool:
    """Check whether a job of this kind and subject has not ended yet."""
    query = select(jobs.c.seq).where(
        jobs.c.name == name, jobs.c.subject_id == subject_id, jobs.c.due_at.is_not(None)
    )
    return connection.execute(query.limit(1)).first() is not None


def next_due(connection: Connection, avoid: Collection[str] = ()) -> int | None:
    """Return the time at which the next job is due, in microseconds; None when there is none.

    Args:
        connection: A transaction.
        avoid: Tenants whose jobs don't count.
    """
    return connection.execute(_NEXT_DUE.where(*_others(avoid))).scalar()


def take(connection: Connection, lease: int, avoid: Collection[str] = ()) -> Job | None:
    """Take the job that has been due longest, in one statement.

    Args:
        connection: A transaction that writes.
        lease: Microseconds after which another worker may take it.
        avoid: Tenants whose jobs are not taken.

    Returns:
        The job, now the caller's; None when no job is due.
    """
    moment = now()
    # SQLite has one writer and needs no lock; elsewhere, rows that others are taking are skipped.
    first = (
        select(jobs.c.seq)
        .where(jobs.c.due_at <= moment, *_others(avoid))
        .order_by(jobs.c.due_at, jobs.c.seq)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = (
        update(jobs)
        .where(jobs.c.seq == first)
        .values(
            state="in_progress",
            attempts=jobs.c.attempts + 1,
            due_at=moment + lease,
            updated_at=moment,
        )
        .returning(*select_records(Job, jobs).selected_columns)
    )
    row = connection.execute(taken).first()
    return None if row is None else read_row(Job, row)


def _others(avoid: Collection[str]) -> list[ColumnElement[bool]]:
    return [jobs.c.tenant.not_in(sorted(avoid))] if avoid else []


def renew(connection: Connection, job: Job, lease: int) -> None:
    """Extend a job's lease.

    Raises:
        LeaseLostError: Another worker has taken the job.
    """
    _change(connection, job, {"due_at": now() + lease})


def report(connection: Connection, job: Job, progress: float) -> None:
    """Store a job's progress, in percent.

    Raises:
        LeaseLostError: Another worker has taken the job.
    """
    _change(connection, job, {"progress": progress, "updated_at": now()})


def change_payload(connection: Connection, job: Job, payload: JSONObject) -> None:
    """Replace a job's payload, so that a later attempt skips what is done.

    Raises:
        LeaseLostError: Another worker has taken the job.
    """
    _change(connection, job, {"payload": payload, "updated_at": now()})


def release(connection: Connection, job: Job) -> None:
    """Make a job due at once, without counting the attempt.

    Raises:
        LeaseLostError: Another worker has taken the job.
    """
    moment = now()
    state: State = "pending" if job.attempts == 1 else "retrying"
    values: dict[str, object] = {"attempts": job.attempts - 1, "due_at": moment}
    _change(connection, job, {**values, "state": state, "updated_at": moment})


def retry(connection: Connection, job: Job, reason: str, delay: int) -> None:
    """Make a job due again after a delay in microseconds.

    Raises:
        LeaseLostError: Another worker has taken the job.
    """
    moment = now()
    values: dict[str, object] = {"state": "retrying", "reason": reason}
    _change(connection, job, {**values, "due_at": moment + delay, "updated_at": moment})


def end(
    connection: Connection,
    job: Job,
    state: Literal["succeeded", "aborted", "failed"],
    reason: str | None = None,
) -> None:
    """End a job, and delete its payload.

    Raises:
        LeaseLostError: Another worker has taken the job.
    """
    values: dict[str, object] = {"state": state, "reason": reason, "payload": {}, "due_at": None}
    if state == "succeeded":
        values["progress"] = case((jobs.c.progress.is_not(None), 100.0))
    _change(connection, job, {**values, "updated_at": now()})


def explain(connection: Connection, job: Job, reason: str) -> None:
    """Add a reason to a job that has ended in this transaction."""
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(reason=reason))


def _change(connection: Connection, job: Job, values: dict[str, object]) -> None:
    changed = connection.execute(update(jobs).where(*_is_held(job)).values(values))
    if changed.rowcount == 0:
        raise LeaseLostError(job.id)


def _is_held(job: Job) -> tuple[ColumnElement[bool], ...]:
    return (
        jobs.c.id == job.id,
        jobs.c.state == "in_progress",
        jobs.c.attempts == job.attempts,
    )
