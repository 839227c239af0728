"""Tombstones of deleted records: deleting one again has the same response as the first time."""

from __future__ import annotations

from sqlalchemy import Connection, Select, insert, literal, select

from julep_server.db.tables import tombstones
from julep_server.errors import not_found
from julep_server.store.times import now


def add_tombstone(
    connection: Connection, tenant: str, kind: str, identifier: str, owner_id: str | None = None
) -> int:
    """Record that a resource was deleted.

    Returns:
        The time of the deletion, in microseconds.
    """
    moment = now()
    connection.execute(
        insert(tombstones).values(
            id=identifier, tenant=tenant, kind=kind, owner_id=owner_id, deleted_at=moment
        )
    )
    return moment


def add_tombstones(
    connection: Connection, tenant: str, kind: str, identifiers: Select[tuple[str]], owner_id: str
) -> None:
    """Record that an owner's resources, selected by a query, were deleted with it."""
    columns = ("id", "tenant", "kind", "owner_id", "deleted_at")
    rest = (literal(value) for value in (tenant, kind, owner_id, now()))
    rows = select(identifiers.subquery().c.id, *rest)
    connection.execute(insert(tombstones).from_select(columns, rows))


def get_deletion(
    connection: Connection, tenant: str, kind: str, identifier: str, owner_id: str | None = None
) -> int:
    """Return the time of a resource's deletion, in microseconds.

    Raises:
        ApiError: 404 when this tenant, or this owner, never deleted one of that id.
    """
    moment = find_deletion(connection, tenant, kind, identifier, owner_id)
    if moment is None:
        raise not_found(kind, identifier)
    return moment


def find_deletion(
    connection: Connection, tenant: str, kind: str, identifier: str, owner_id: str | None = None
) -> int | None:
    """Return the time of a resource's deletion, in microseconds; None if it was not deleted."""
    owner = tombstones.c.owner_id
    moment = connection.execute(
        select(tombstones.c.deleted_at).where(
            tombstones.c.id == identifier,
            tombstones.c.tenant == tenant,
            tombstones.c.kind == kind,
            owner.is_(None) if owner_id is None else owner == owner_id,
        )
    ).scalar()
    return None if moment is None else int(moment)
