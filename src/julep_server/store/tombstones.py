"""What was deleted is remembered, so that deleting it again is answered as the first time."""

from __future__ import annotations

from sqlalchemy import Connection, Select, insert, literal, select

from julep_server.db.tables import tombstones
from julep_server.errors import not_found
from julep_server.store.times import now


def bury(
    connection: Connection, tenant: str, kind: str, identifier: str, owner_id: str | None = None
) -> int:
    """Remember that a resource was deleted.

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


def bury_of(
    connection: Connection, tenant: str, kind: str, identifiers: Select[tuple[str]], owner_id: str
) -> None:
    """Remember that all resources of an owner, which a query gives, were deleted with it."""
    columns = ("id", "tenant", "kind", "owner_id", "deleted_at")
    rest = (literal(value) for value in (tenant, kind, owner_id, now()))
    rows = select(identifiers.subquery().c.id, *rest)
    connection.execute(insert(tombstones).from_select(columns, rows))


def buried(
    connection: Connection, tenant: str, kind: str, identifier: str, owner_id: str | None = None
) -> int:
    """When a resource was deleted, in microseconds.

    Raises:
        ApiError: 404 where this tenant, or this owner, never deleted one of that id.
    """
    moment = when_buried(connection, tenant, kind, identifier, owner_id)
    if moment is None:
        raise not_found(kind, identifier)
    return moment


def when_buried(
    connection: Connection, tenant: str, kind: str, identifier: str, owner_id: str | None = None
) -> int | None:
    """When a resource was deleted, in microseconds; None where it never was."""
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
