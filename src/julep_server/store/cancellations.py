"""Requests to cancel answers that another process may be writing, and what they cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from julep_server.db.rows import read_rows, select_records
from julep_server.db.tables import cancellations, cancelled_answers
from julep_server.store.times import now

_KEPT_FOR = 600 * 1_000_000


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A request to cancel answers.

    Attributes:
        response_id: The id of the answer; None for all of the session.
    """

    id: str
    tenant: str
    session_id: str
    response_id: str | None
    created_at: int


def add(connection: Connection, cancellation: Cancellation) -> None:
    """Store a request; old ones are deleted."""
    old = select(cancellations.c.id).where(cancellations.c.created_at < now() - _KEPT_FOR)
    connection.execute(
        delete(cancelled_answers).where(cancelled_answers.c.cancellation_id.in_(old))
    )
    connection.execute(delete(cancellations).where(cancellations.c.created_at < now() - _KEPT_FOR))
    connection.execute(
        insert(cancellations).values(
            id=cancellation.id,
            tenant=cancellation.tenant,
            session_id=cancellation.session_id,
            response_id=cancellation.response_id,
            created_at=cancellation.created_at,
        )
    )


def since(connection: Connection, moment: int) -> list[Cancellation]:
    """Return the requests from a moment on, the oldest first."""
    query = select_records(Cancellation, cancellations)
    query = query.where(cancellations.c.created_at >= moment).order_by(cancellations.c.created_at)
    return read_rows(Cancellation, connection.execute(query))


def report(connection: Connection, cancellation_id: str, response_ids: Sequence[str]) -> None:
    """Store the answers that a process has cancelled for a request."""
    rows = [
        {"cancellation_id": cancellation_id, "response_id": identifier}
        for identifier in response_ids
    ]
    connection.execute(insert(cancelled_answers), rows)


def reported(connection: Connection, cancellation_id: str) -> list[str]:
    """Return the answers that were cancelled for a request."""
    table = cancelled_answers
    query = select(table.c.response_id).where(table.c.cancellation_id == cancellation_id)
    return list(connection.execute(query.order_by(table.c.response_id)).scalars())
