"""Indexes of the sessions of an agent and of a user."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the indexes."""
    op.create_index("sessions_agent", "sessions", ["agent_id", "created_at"])
    op.create_index("sessions_user", "sessions", ["user_id", "created_at"])


def downgrade() -> None:
    """Remove the indexes."""
    op.drop_index("sessions_user", "sessions")
    op.drop_index("sessions_agent", "sessions")
