"""The rows of tenants and keys. Every change raises the version, by which servers notice it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from sqlalchemy import Connection, insert, select, update

from julep_server.db.rows import read_row, read_rows, select_records
from julep_server.db.tables import keys, tenancy_version, tenants
from julep_server.json_text import JSON
from julep_server.tenancy.keys import ALL, FROM_COMMAND, Key, Tenant


def version(connection: Connection) -> int:
    """Return the number of changes so far."""
    number: int = connection.execute(select(tenancy_version.c.version)).scalar_one()
    return number


def all_keys(connection: Connection) -> list[Key]:
    """Return every key, the oldest first."""
    query = select_records(Key, keys).order_by(keys.c.created_at, keys.c.id)
    return read_rows(Key, connection.execute(query))


def all_tenants(connection: Connection) -> list[Tenant]:
    """Return every tenant, by name."""
    query = select_records(Tenant, tenants).order_by(tenants.c.name)
    return read_rows(Tenant, connection.execute(query))


def find_tenant(connection: Connection, name: str) -> Tenant | None:
    """Return the tenant of a name."""
    query = select_records(Tenant, tenants).where(tenants.c.name == name)
    row = connection.execute(query).first()
    return None if row is None else read_row(Tenant, row)


def find_key(connection: Connection, sha256: str) -> Key | None:
    """Return the key of a hash."""
    row = connection.execute(select_records(Key, keys).where(keys.c.sha256 == sha256)).first()
    return None if row is None else read_row(Key, row)


def add_tenant(connection: Connection, name: str, moment: int) -> Tenant:
    """Create a tenant."""
    _raise_version(connection)
    tenant = Tenant(str(uuid.uuid4()), name, {}, moment)
    connection.execute(
        insert(tenants).values(id=tenant.id, name=name, limits={}, created_at=moment)
    )
    return tenant


def change_tenant(connection: Connection, identifier: str, **values: str | dict[str, JSON]) -> None:
    """Change a tenant's name or its limits."""
    _raise_version(connection)
    connection.execute(update(tenants).where(tenants.c.id == identifier).values(**values))


def add_key(
    connection: Connection,
    tenant: str,
    name: str,
    sha256: str,
    moment: int,
    *,
    scope: str = ALL,
    origin: str = FROM_COMMAND,
    expires_at: int | None = None,
) -> Key:
    """Enter a key of a tenant."""
    _raise_version(connection)
    key = Key(
        str(uuid.uuid4()), tenant, name, sha256, scope, origin, moment, expires_at, None, None
    )
    columns = {column: getattr(key, column) for column in Key.__dataclass_fields__}
    connection.execute(insert(keys).values(**columns))
    return key


def change_key(connection: Connection, identifier: str, **values: str | int | None) -> None:
    """Change a key's fields."""
    _raise_version(connection)
    connection.execute(update(keys).where(keys.c.id == identifier).values(**values))


def record_use(connection: Connection, used: Mapping[str, int]) -> None:
    """Write when keys were last used, by their ids; servers need not notice it."""
    for identifier, moment in used.items():
        connection.execute(update(keys).where(keys.c.id == identifier).values(last_used_at=moment))


def _raise_version(connection: Connection) -> None:
    connection.execute(update(tenancy_version).values(version=tenancy_version.c.version + 1))
