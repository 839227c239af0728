"""What processes that share a database must know of each other."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from julep_server.db.text_type import Text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of processes, of the keys that they work on, and of streams."""
    op.create_table(
        "processes",
        sa.Column("id", sa.String(12), primary_key=True),
        sa.Column("alive_until", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "claims",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("scope", sa.String(200), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("run_id", sa.String(36), nullable=False),
    )
    op.create_table(
        "stream_requests",
        sa.Column("run_id", sa.String(36), primary_key=True),
        sa.Column("process", sa.String(12), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(36), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("stream_requests_process", "stream_requests", ["process"])
    op.create_table(
        "stream_batches",
        sa.Column("run_id", sa.String(36), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("code", sa.String(64)),
        sa.Column("message", Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for name in ("stream_batches", "stream_requests", "claims", "processes"):
        op.drop_table(name)
