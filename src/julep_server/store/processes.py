"""The processes that share a database: which are alive, and the keys that each works on.

A process renews the time until which it counts as alive. The id of a run begins with that of its
process: each leads to the other, and no stream must be registered.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, Insert, Table, bindparam, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from julep_server.db.rows import read_row, select_records
from julep_server.db.tables import claims, processes
from julep_server.store.kept_responses import IdempotencyKey
from julep_server.store.times import now

LEASE = 10_000_000
"""Microseconds after which a process that renews nothing counts as dead."""

_LENGTH = 12


def new_process_id() -> str:
    """Return a new id of a process."""
    return uuid.uuid4().hex[:_LENGTH]


def new_run_id(process: str) -> str:
    """Return a new id of a run, a UUID v4 that begins with the id of its process."""
    return str(uuid.UUID(hex=process + uuid.uuid4().hex[_LENGTH:]))


def process_of(run_id: str) -> str:
    """Return the id of a run's process."""
    return run_id.replace("-", "")[:_LENGTH]


def upsert(connection: Connection) -> Callable[[Table], sqlite.Insert | postgresql.Insert]:
    """Return the function that builds the database's INSERT … ON CONFLICT."""
    return sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert


def renew(connection: Connection, process: str) -> None:
    """Store that a process is alive, and forget those that have long been dead."""
    moment = now()
    connection.execute(_renew(upsert(connection)), {"id": process, "alive_until": moment + LEASE})
    connection.execute(_DELETE_DEAD, {"long_ago": moment - 100 * LEASE})


def end(connection: Connection, process: str) -> None:
    """Store that a process has ended; others may take over its keys."""
    connection.execute(delete(processes).where(processes.c.id == process))


def is_alive(connection: Connection, process: str) -> bool:
    """Check whether a process is alive."""
    return alive_until(connection, process) is not None


def alive_until(connection: Connection, process: str) -> int | None:
    """Return the time until which a process counts as alive; None if it does not."""
    row = connection.execute(_ALIVE, {"process": process, "now": now()}).first()
    return None if row is None else int(row.alive_until)


@dataclass(frozen=True, slots=True)
class Holder:
    """The request that works on a key."""

    fingerprint: str
    run_id: str


def claim(
    connection: Connection, key: IdempotencyKey, fingerprint: str, run_id: str
) -> Holder | None:
    """Claim a key for a run, unless another process that is alive works on it.

    Returns:
        None if the key is claimed; otherwise the request that works on it.
    """
    values = {"tenant": key.tenant, "scope": key.scope, "key": key.key}
    new = {**values, "fingerprint": fingerprint, "run_id": run_id}
    mine = {"now": now(), "mine": process_of(run_id)}
    claimed = connection.execute(_claim(upsert(connection)), {**new, **mine})
    if claimed.first() is not None:
        return None
    row = connection.execute(_HOLDER, _of(key)).first()
    # It may have been released meanwhile: the next attempt claims it.
    return Holder(fingerprint, "") if row is None else read_row(Holder, row)


def is_held(connection: Connection, key: IdempotencyKey) -> bool:
    """Check whether a process that is alive works on a key."""
    row = connection.execute(_HOLDER, _of(key)).first()
    return row is not None and is_alive(connection, process_of(read_row(Holder, row).run_id))


def release(connection: Connection, key: IdempotencyKey, run_id: str) -> None:
    """Release the key that a run has claimed."""
    connection.execute(_RELEASE, {**_of(key), "run": run_id})


def delete_abandoned(connection: Connection) -> None:
    """Delete the claims of processes that have long been dead."""
    connection.execute(delete(claims).where(_CLAIMANT.not_in(select(processes.c.id))))


# The id of the process that has a claim.
_CLAIMANT = func.substr(func.replace(claims.c.run_id, "-", ""), 1, _LENGTH)
_DELETE_DEAD = delete(processes).where(processes.c.alive_until < bindparam("long_ago"))
_ALIVE = select(processes.c.alive_until).where(
    processes.c.id == bindparam("process"), processes.c.alive_until > bindparam("now")
)
_THIS_KEY = (
    claims.c.tenant == bindparam("of_tenant"),
    claims.c.scope == bindparam("of_scope"),
    claims.c.key == bindparam("of_key"),
)
_HOLDER = select_records(Holder, claims).where(*_THIS_KEY)
_RELEASE = delete(claims).where(*_THIS_KEY, claims.c.run_id == bindparam("run"))


def _of(key: IdempotencyKey) -> dict[str, str]:
    return {"of_tenant": key.tenant, "of_scope": key.scope, "of_key": key.key}


@cache
def _renew(into: Callable[[Table], sqlite.Insert | postgresql.Insert]) -> Insert:
    statement = into(processes)
    return statement.on_conflict_do_update(
        index_elements=["id"], set_={"alive_until": statement.excluded.alive_until}
    )


@cache
def _claim(into: Callable[[Table], sqlite.Insert | postgresql.Insert]) -> Insert:
    """Return the statement that takes a key which is free, one's own, or that of a dead process."""
    statement = into(claims)
    given = statement.excluded
    # A subquery of no claims: it would not see the one that has just been committed.
    alive = select(processes.c.id).where(processes.c.alive_until > bindparam("now"))
    claimed = statement.on_conflict_do_update(
        index_elements=["tenant", "scope", "key"],
        set_={"fingerprint": given.fingerprint, "run_id": given.run_id},
        where=or_(bindparam("mine") == _CLAIMANT, _CLAIMANT.not_in(alive)),
    )
    return claimed.returning(claims.c.run_id)
