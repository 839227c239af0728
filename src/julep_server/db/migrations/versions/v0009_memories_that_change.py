"""The time of a memory's last change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the time; no memory has changed before."""
    op.add_column("memories", sa.Column("updated_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE memories SET updated_at = created_at")
    with op.batch_alter_table("memories") as memories:
        memories.alter_column("updated_at", existing_type=sa.BigInteger(), nullable=False)


def downgrade() -> None:
    """Forget the time."""
    with op.batch_alter_table("memories") as memories:
        memories.drop_column("updated_at")
