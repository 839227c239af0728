"""Names of tools of any text, up to 512 characters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a name be longer."""
    _resize(before=64, after=512)


def downgrade() -> None:
    """Cut longer names, and let none be that long again."""
    op.execute("UPDATE tools SET name = substr(name, 1, 64)")
    _resize(before=512, after=64)


def _resize(before: int, after: int) -> None:
    with op.batch_alter_table("tools") as tools:
        tools.alter_column(
            "name",
            existing_type=sa.String(length=before),
            type_=sa.String(length=after),
            existing_nullable=False,
        )
