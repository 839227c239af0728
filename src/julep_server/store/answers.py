"""Answers kept for requests that are repeated with the same idempotency key."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from julep_server.db.tables import idempotency
from julep_server.errors import ApiError
from julep_server.json_text import JSON
from julep_server.store.times import now

KEPT_FOR = 24 * 3600 * 1_000_000
"""Microseconds that an answer is kept."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What names a repeated request: the tenant, the operation with its path, and the key."""

    tenant: str
    scope: str
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A kept answer.

    Attributes:
        fingerprint: Digest of the request's body and form.
        body: The answer's JSON; for a stream the list of its events' data.
    """

    fingerprint: str
    status: int
    headers: dict[str, str]
    body: JSON


def find(connection: Connection, slot: Slot) -> Answer | None:
    """The answer kept for a request, unless it is too old."""
    query = select(idempotency).where(*_is(slot), idempotency.c.created_at > now() - KEPT_FOR)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return Answer(row["fingerprint"], row["status"], row["headers"], row["body"])


class AnsweredElsewhereError(ApiError):
    """Another server process has done the same request meanwhile, and kept its answer."""

    def __init__(self) -> None:
        message = "another server process has answered this request; repeat it to get that answer"
        super().__init__(409, "answered_elsewhere", message)


def keep(connection: Connection, slot: Slot, answer: Answer) -> None:
    """Keep an answer, in the transaction that does what it reports; old ones are dropped.

    Raises:
        AnsweredElsewhereError: There is an answer; the transaction must not be committed.
    """
    connection.execute(delete(idempotency).where(idempotency.c.created_at <= now() - KEPT_FOR))
    try:
        connection.execute(
            insert(idempotency).values(
                tenant=slot.tenant,
                scope=slot.scope,
                key=slot.key,
                fingerprint=answer.fingerprint,
                status=answer.status,
                headers=answer.headers,
                body=answer.body,
                created_at=now(),
            )
        )
    except IntegrityError:
        raise AnsweredElsewhereError from None


def _is(slot: Slot) -> tuple[ColumnElement[bool], ...]:
    return (
        idempotency.c.tenant == slot.tenant,
        idempotency.c.scope == slot.scope,
        idempotency.c.key == slot.key,
    )
