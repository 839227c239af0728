"""Jobs, memories, and the last message that a summary covers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _seq() -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("seq", number, autoincrement=True, nullable=False)


def _number() -> sa.Double[float]:
    return sa.Double()


def upgrade() -> None:
    """Create the tables, and add a column to the sessions."""
    op.create_table(
        "jobs",
        _seq(),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("progress", _number(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("jobs_due", "jobs", ["due_at"], unique=False)
    op.create_index("jobs_subject", "jobs", ["subject_id", "name"], unique=False)
    op.create_index("jobs_updated", "jobs", ["updated_at"], unique=False)
    op.create_table(
        "memories",
        _seq(),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("entities", sa.JSON(), nullable=False),
        sa.Column("sentiment", _number(), nullable=False),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_accessed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("agent_id", "user_id", "digest", name="memories_once"),
    )
    op.create_index("memories_user", "memories", ["user_id"], unique=False)
    op.add_column("sessions", sa.Column("summarised_id", sa.String(length=36), nullable=True))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_column("summarised_id")
    op.drop_table("memories")
    op.drop_table("jobs")
