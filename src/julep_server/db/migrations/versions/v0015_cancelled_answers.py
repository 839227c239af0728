"""Cancellations of answers that another process writes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of requests to cancel, and of what was cancelled for them."""
    op.create_table(
        "cancellations",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(36), nullable=False),
        sa.Column("response_id", sa.String(36)),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("cancellations_created", "cancellations", ["created_at"])
    op.create_table(
        "cancelled_answers",
        sa.Column("cancellation_id", sa.String(36), primary_key=True),
        sa.Column("response_id", sa.String(36), primary_key=True),
    )


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("cancelled_answers")
    op.drop_table("cancellations")
