"""Jobs: what is done after an answer, by whichever process gets to it first.

A job that can be taken has a time from which it can: ``due_at``. Whoever takes it moves that time
on by a lease, in the same statement, so nobody else takes it; a process that dies lets its leases
run out, and the job is taken again. Each taking has a number, and only the newest may end the job.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    case,
    delete,
    func,
    insert,
    select,
    update,
)

from julep_server.db.tables import jobs
from julep_server.errors import not_found
from julep_server.json_text import JSON, JSONObject
from julep_server.store.resources import new_id
from julep_server.store.times import now

State: TypeAlias = Literal["pending", "in_progress", "retrying", "succeeded", "aborted", "failed"]

KEPT_FOR = 30 * 24 * 3600 * 1_000_000
"""Microseconds for which a job that has ended can be asked for."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to store.

    Attributes:
        name: What kind of job it is.
        subject_id: What it is about: a session.
        payload: What it works on, besides what is stored.
    """

    name: str
    subject_id: str
    payload: JSONObject = field(default_factory=dict[str, JSON])
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Job:
    """A stored job.

    Attributes:
        progress: Percent done; None where that can't be said.
        attempts: How many times it was taken; the number of the newest taking.
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


class LostError(Exception):
    """The job was taken by another worker meanwhile, which does it now."""


def add(connection: Connection, tenant: str, new: NewJob) -> None:
    """Store a job that can be taken at once; those that ended long ago are dropped."""
    moment = now()
    connection.execute(
        delete(jobs).where(jobs.c.due_at.is_(None), jobs.c.updated_at <= moment - KEPT_FOR)
    )
    connection.execute(
        insert(jobs).values(
            id=new.id,
            tenant=tenant,
            name=new.name,
            subject_id=new.subject_id,
            payload=new.payload,
            state="pending",
            attempts=0,
            due_at=moment,
            created_at=moment,
            updated_at=moment,
        )
    )


def get(connection: Connection, tenant: str, identifier: str) -> Job:
    """A job of the tenant.

    Raises:
        ApiError: 404 where it has none of that id.
    """
    query = select(jobs).where(jobs.c.id == identifier, jobs.c.tenant == tenant)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise not_found("job", identifier)
    return _read(row)


def is_open(connection: Connection, name: str, subject_id: str) -> bool:
    """Whether a job of this kind and subject is still to end."""
    query = select(jobs.c.seq).where(
        jobs.c.name == name, jobs.c.subject_id == subject_id, jobs.c.due_at.is_not(None)
    )
    return connection.execute(query.limit(1)).first() is not None


def next_due(connection: Connection) -> int | None:
    """When the next job can be taken, in microseconds; None when there is none."""
    return connection.execute(select(func.min(jobs.c.due_at))).scalar()


def take(connection: Connection, lease: int) -> Job | None:
    """Take the job that is due longest, in one statement.

    Args:
        connection: A transaction that writes.
        lease: Microseconds after which another worker may take it.

    Returns:
        The job, now the caller's; None when no job is due.
    """
    moment = now()
    # SQLite has one writer and needs no lock; elsewhere, rows that others are taking are passed by.
    first = (
        select(jobs.c.seq)
        .where(jobs.c.due_at <= moment)
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
        .returning(*jobs.c)
    )
    row = connection.execute(taken).mappings().first()
    return None if row is None else _read(row)


def renew(connection: Connection, job: Job, lease: int) -> None:
    """Keep a job for another lease.

    Raises:
        LostError: It is the caller's no more.
    """
    _change(connection, job, {"due_at": now() + lease})


def report(connection: Connection, job: Job, progress: float) -> None:
    """Say how much of a job is done.

    Raises:
        LostError: It is the caller's no more.
    """
    _change(connection, job, {"progress": progress, "updated_at": now()})


def note(connection: Connection, job: Job, payload: JSONObject) -> None:
    """Change what a job works on, so that what is done of it isn't done again.

    Raises:
        LostError: It is the caller's no more.
    """
    _change(connection, job, {"payload": payload, "updated_at": now()})


def give_back(connection: Connection, job: Job) -> None:
    """Let others take a job at once, as if it had not been taken.

    Raises:
        LostError: It is the caller's no more.
    """
    moment = now()
    state: State = "pending" if job.attempts == 1 else "retrying"
    values: dict[str, object] = {"attempts": job.attempts - 1, "due_at": moment}
    _change(connection, job, {**values, "state": state, "updated_at": moment})


def retry(connection: Connection, job: Job, reason: str, pause: int) -> None:
    """Let a job be taken again after a pause in microseconds.

    Raises:
        LostError: It is the caller's no more.
    """
    moment = now()
    values: dict[str, object] = {"state": "retrying", "reason": reason}
    _change(connection, job, {**values, "due_at": moment + pause, "updated_at": moment})


def end(
    connection: Connection,
    job: Job,
    state: Literal["succeeded", "aborted", "failed"],
    reason: str | None = None,
) -> None:
    """End a job for good. What it worked on is not kept.

    Raises:
        LostError: It is the caller's no more.
    """
    values: dict[str, object] = {"state": state, "reason": reason, "payload": {}, "due_at": None}
    if state == "succeeded":
        values["progress"] = case((jobs.c.progress.is_not(None), 100.0))
    _change(connection, job, {**values, "updated_at": now()})


def _change(connection: Connection, job: Job, values: dict[str, object]) -> None:
    changed = connection.execute(update(jobs).where(*_is_held(job)).values(values))
    if changed.rowcount == 0:
        raise LostError(job.id)


def _is_held(job: Job) -> tuple[ColumnElement[bool], ...]:
    return (
        jobs.c.id == job.id,
        jobs.c.state == "in_progress",
        jobs.c.attempts == job.attempts,
    )


def _read(row: RowMapping) -> Job:
    return Job(
        id=row["id"],
        tenant=row["tenant"],
        name=row["name"],
        subject_id=row["subject_id"],
        payload=row["payload"],
        state=row["state"],
        reason=row["reason"],
        progress=row["progress"],
        attempts=row["attempts"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
