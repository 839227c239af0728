"""The number and the length of the texts in each scope; pages of memories about a user."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, with one row for each scope that has texts, and extend the index."""
    op.create_table(
        "scope_changes",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("scope", sa.String(100), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("texts", sa.BigInteger(), nullable=False),
        sa.Column("characters", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.execute(
        "INSERT INTO scope_changes (scope, token, texts, characters)"
        " SELECT scope, 0, count(*), sum(size) FROM source_scopes"
        " JOIN passages ON passages.source_id = source_scopes.source_id GROUP BY scope"
    )
    op.create_index("scope_changes_scope", "scope_changes", ["scope"])
    op.drop_index("memories_user", "memories")
    op.create_index("memories_user", "memories", ["user_id", "agent_id", "seq"])


def downgrade() -> None:
    """Remove the table, and restore the index."""
    op.drop_index("memories_user", "memories")
    op.create_index("memories_user", "memories", ["user_id"])
    op.drop_table("scope_changes")
