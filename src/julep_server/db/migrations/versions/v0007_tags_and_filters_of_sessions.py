"""Tags of sessions, and indexes to list the sessions of an agent or of a user."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let stored sessions have no tags, and index their owners."""
    op.add_column("sessions", sa.Column("tags", sa.JSON(), nullable=False, server_default="[]"))
    for owner in ("agent", "user"):
        op.create_index(f"sessions_{owner}", "sessions", ["tenant", f"{owner}_id", "created_at"])


def downgrade() -> None:
    """Drop them."""
    for owner in ("agent", "user"):
        op.drop_index(f"sessions_{owner}", "sessions")
    with op.batch_alter_table("sessions") as sessions:
        sessions.drop_column("tags")
