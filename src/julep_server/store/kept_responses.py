"""Responses stored for requests that are repeated with the same idempotency key."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from julep_server.db.tables import idempotency
from julep_server.errors import ApiError
from julep_server.json_text import JSON
from julep_server.store.times import now

KEPT_FOR = 24 * 3600 * 1_000_000
"""Microseconds for which a response is stored."""


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A request's key, within its tenant and its operation and path."""

    tenant: str
    scope: str
    key: str

    @property
    def digest(self) -> str:
        """A digest of the key, which can be stored beside what the request has made."""
        text = f"{self.tenant}\0{self.scope}\0{self.key}"
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class KeptResponse:
    """A stored response.

    Attributes:
        fingerprint: Digest of the request's body, and of whether it was streamed.
        body: The response's JSON; for a stream, a list of its events' data.
    """

    fingerprint: str
    status: int
    headers: dict[str, str]
    body: JSON


def find(connection: Connection, key: IdempotencyKey) -> KeptResponse | None:
    """Return the response stored for a request, unless it is too old."""
    query = select(idempotency).where(*_is(key), idempotency.c.created_at > now() - KEPT_FOR)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return KeptResponse(row["fingerprint"], row["status"], row["headers"], row["body"])


class DuplicateRequestError(ApiError):
    """Another server process has performed the same request meanwhile, and stored its response."""

    def __init__(self) -> None:
        message = (
            "another server process has performed this request; repeat it to get that response"
        )
        super().__init__(409, "duplicate_request", message)


def keep(connection: Connection, key: IdempotencyKey, response: KeptResponse) -> None:
    """Store a response, in the transaction that does its work; old responses are deleted.

    Raises:
        DuplicateRequestError: There is a response; the transaction must not be committed.
    """
    connection.execute(delete(idempotency).where(idempotency.c.created_at <= now() - KEPT_FOR))
    try:
        connection.execute(
            insert(idempotency).values(
                tenant=key.tenant,
                scope=key.scope,
                key=key.key,
                fingerprint=response.fingerprint,
                status=response.status,
                headers=response.headers,
                body=response.body,
                created_at=now(),
            )
        )
    except IntegrityError:
        raise DuplicateRequestError from None


def _is(key: IdempotencyKey) -> tuple[ColumnElement[bool], ...]:
    return (
        idempotency.c.tenant == key.tenant,
        idempotency.c.scope == key.scope,
        idempotency.c.key == key.key,
    )
