"""Indexes for metadata filters, and for pages far from the start."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_LISTS = {
    "agents_created": ("agents", "tenant", "created_at"),
    "agents_updated": ("agents", "tenant", "updated_at"),
    "users_created": ("users", "tenant", "created_at"),
    "users_updated": ("users", "tenant", "updated_at"),
    "sessions_created": ("sessions", "tenant", "created_at"),
    "sessions_updated": ("sessions", "tenant", "updated_at"),
    "sessions_agent": ("sessions", "agent_id", "created_at"),
    "sessions_user": ("sessions", "user_id", "created_at"),
    "docs_owner": ("docs", "owner_id", "created_at"),
    "docs_updated": ("docs", "owner_id", "updated_at"),
}


def upgrade() -> None:
    """Index entries of metadata, and add the order among equal times to the indexes of lists."""
    op.create_index("metadata_entries_entry", "metadata_entries", ["entry", "resource_id"])
    op.create_index("memories_agent", "memories", ["agent_id", "seq"])
    for name, (table, *columns) in _LISTS.items():
        op.drop_index(name, table)
        op.create_index(name, table, [*columns, "seq"])


def downgrade() -> None:
    """Restore the indexes."""
    op.drop_index("metadata_entries_entry", "metadata_entries")
    op.drop_index("memories_agent", "memories")
    for name, (table, *columns) in _LISTS.items():
        op.drop_index(name, table)
        op.create_index(name, table, columns)
