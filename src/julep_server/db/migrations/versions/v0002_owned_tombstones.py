"""The owners of deleted docs, tools and memories."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the owner to the tombstones."""
    op.add_column("tombstones", sa.Column("owner_id", sa.String(length=36), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("tombstones") as tombstones:
        tombstones.drop_column("owner_id")
