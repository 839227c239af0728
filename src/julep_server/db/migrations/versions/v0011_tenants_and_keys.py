"""Tenants with ids of their own, their keys, and the tokens that they have used."""

from __future__ import annotations

import time
import uuid

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_LOCAL = "local"
# The tables whose rows belong to a tenant.
_OWNED = ("agents", "users", "sessions", "docs", "tools", "memories", "jobs", "tombstones")


def upgrade() -> None:
    """Create the tables; each tenant that has data keeps it, and the hash of its key."""
    tenants = op.create_table(
        "tenants",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    keys = op.create_table(
        "keys",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sha256"),
    )
    op.create_index("keys_tenant", "keys", ["tenant"], unique=False)
    version = op.create_table(
        "tenancy_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "token_usage",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "day"),
    )
    connection = op.get_bind()
    found = {_LOCAL}
    for table in _OWNED:
        owner = sa.column("tenant", sa.String())
        found.update(connection.scalars(sa.select(owner).select_from(sa.table(table)).distinct()))
    moment = time.time_ns() // 1000
    op.bulk_insert(version, [{"id": 1, "version": 1}])
    op.bulk_insert(
        tenants,
        [
            {"id": tenant, "name": _name(tenant), "limits": {}, "created_at": moment}
            for tenant in sorted(found)
        ],
    )
    op.bulk_insert(
        keys,
        [
            {
                "id": str(uuid.uuid4()),
                "tenant": tenant,
                "name": _name(tenant),
                "sha256": tenant,
                "scope": "all",
                "origin": "migration",
                "created_at": moment,
            }
            for tenant in sorted(found - {_LOCAL})
        ],
    )


def _name(tenant: str) -> str:
    # The hash of its key is all that is known of it.
    return tenant if tenant == _LOCAL else f"key-{tenant[:12]}"


def downgrade() -> None:
    """Drop them."""
    for table in ("token_usage", "tenancy_version", "keys", "tenants"):
        op.drop_table(table)
