"""Tombstones of deleted records: deleting one again has the same response as the first time."""

from __future__ import annotations

from sqlalchemy import Connection, Select, delete, insert, literal, select

from julep_server.db.tables import tombstones
from julep_server.errors import not_found
from julep_server.store.times import now


def record_deletions(
    connection: Connection, tenant: str, kind: str, identifiers: Select[tuple[str]], owner_id: str
) -> None:
    """Record that an owner's resources, selected by a query, were deleted with it."""
    columns = ("id", "tenant", "kind", "owner_id", "deleted_at")
    rest = (literal(value) for value in (tenant, kind, owner_id, now()))
    rows = select(identifiers.subquery().c.id, *rest)
    connection.execute(insert(tombstones).from_select(columns, rows))


def record_deletion(
    connection: Connection,
    tenant: str,
    kind: str,
    identifier: str,
    owner_id: str | None = None,
    *,
    existed: bool,
) -> int:
    """Return the time of a resource's deletion, in microseconds, and record it if it is new.

    Args:
        connection: A transaction that writes.
        tenant: The caller's tenant.
        kind: The kind of resource, such as ``agent``.
        identifier: The resource's id.
        owner_id: The resource's owner, if it has one.
        existed: Whether the resource has just been deleted; otherwise there was none.

    Raises:
        ApiError: 404 when this tenant, or this owner, never had one of that id.
    """
    if existed:
        moment = now()
        connection.execute(
            insert(tombstones).values(
                id=identifier, tenant=tenant, kind=kind, owner_id=owner_id, deleted_at=moment
            )
        )
        return moment
    deleted_at = find_deletion(connection, tenant, kind, identifier, owner_id)
    if deleted_at is None:
        raise not_found(kind, identifier)
    return deleted_at


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


def forget_deletion(connection: Connection, identifier: str) -> None:
    """Remove the tombstone of a resource that is created again under its id."""
    connection.execute(delete(tombstones).where(tombstones.c.id == identifier))
