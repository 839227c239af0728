"""Responses stored for requests that are repeated with the same idempotency key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, Insert, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from julep_server.db.rows import read_row, select_records
from julep_server.db.tables import idempotency
from julep_server.errors import ApiError
from julep_server.json_text import JSON
from julep_server.store.old_rows import delete_some
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


_FIND = select_records(KeptResponse, idempotency).where(
    idempotency.c.tenant == bindparam("of_tenant"),
    idempotency.c.scope == bindparam("of_scope"),
    idempotency.c.key == bindparam("of_key"),
    idempotency.c.created_at > bindparam("oldest"),
)


def find(connection: Connection, key: IdempotencyKey) -> KeptResponse | None:
    """Return the response stored for a request, unless it is too old."""
    row = connection.execute(_FIND, {**_values(key), "oldest": now() - KEPT_FOR}).first()
    return None if row is None else read_row(KeptResponse, row)


class DuplicateRequestError(ApiError):
    """Another server process has performed the same request meanwhile, and stored its response."""

    def __init__(self) -> None:
        message = (
            "another server process has performed this request; repeat it to get that response"
        )
        super().__init__(409, "duplicate_request", message)


def keep(connection: Connection, key: IdempotencyKey, response: KeptResponse) -> None:
    """Store a response, in the transaction that does its work.

    Raises:
        DuplicateRequestError: There is a response; the transaction must not be committed.
    """
    moment = now()
    new = {
        "tenant": key.tenant,
        "scope": key.scope,
        "key": key.key,
        "fingerprint": response.fingerprint,
        "status": response.status,
        "headers": response.headers,
        "body": response.body,
        "created_at": moment,
    }
    into = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    stored = connection.execute(_keep(into), {**new, "oldest": moment - KEPT_FOR})
    if stored.first() is None:
        raise DuplicateRequestError


def delete_old(connection: Connection, most: int) -> int:
    """Delete responses that are no longer returned, and return their number."""
    return delete_some(connection, idempotency, now() - KEPT_FOR, most)


@cache
def _keep(into: Callable[[Table], sqlite.Insert | postgresql.Insert]) -> Insert:
    """Return the statement that stores a response, unless there is one that is not too old."""
    statement = into(idempotency)
    given = statement.excluded
    changed = ("fingerprint", "status", "headers", "body", "created_at")
    stored = statement.on_conflict_do_update(
        index_elements=["tenant", "scope", "key"],
        set_={name: given[name] for name in changed},
        where=idempotency.c.created_at <= bindparam("oldest"),
    )
    return stored.returning(idempotency.c.seq)


def _values(key: IdempotencyKey) -> dict[str, str]:
    return {"of_tenant": key.tenant, "of_scope": key.scope, "of_key": key.key}
