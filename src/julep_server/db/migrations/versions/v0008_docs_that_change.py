"""The time of a document's last change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the time; no document has changed before."""
    op.add_column("docs", sa.Column("updated_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE docs SET updated_at = created_at")
    with op.batch_alter_table("docs") as docs:
        docs.alter_column("updated_at", existing_type=sa.BigInteger(), nullable=False)
    op.create_index("docs_updated", "docs", ["owner_id", "updated_at"])


def downgrade() -> None:
    """Forget the time."""
    op.drop_index("docs_updated", "docs")
    with op.batch_alter_table("docs") as docs:
        docs.drop_column("updated_at")
