"""Streams of other processes, by the tenant and the session that request them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from julep_server.db.text_type import Text

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables anew: what they hold is of use for as long as a stream runs."""
    _drop()
    _create(of_requester=True)


def downgrade() -> None:
    """Make the tables as they were."""
    _drop()
    _create(of_requester=False)


def _drop() -> None:
    op.drop_table("stream_batches")
    op.drop_index("stream_requests_process", "stream_requests")
    op.drop_table("stream_requests")


def _create(*, of_requester: bool) -> None:
    op.create_table(
        "stream_requests",
        sa.Column("run_id", sa.String(36), primary_key=True),
        sa.Column("process", sa.String(12), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False, primary_key=of_requester),
        sa.Column("session_id", sa.String(36), nullable=False, primary_key=of_requester),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("stream_requests_process", "stream_requests", ["process"])
    requester = [
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("session_id", sa.String(36), primary_key=True),
    ]
    op.create_table(
        "stream_batches",
        sa.Column("run_id", sa.String(36), primary_key=True),
        *(requester if of_requester else []),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("code", sa.String(64)),
        sa.Column("message", Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
