"""Vectors of passages, and the scopes in which passages are visible and ranked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and fill in the scopes and sizes of stored passages."""
    op.create_table(
        "source_scopes",
        sa.Column("scope", sa.String(length=100), nullable=False),
        sa.Column("source_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("scope", "source_id"),
    )
    op.create_index("source_scopes_source", "source_scopes", ["source_id"], unique=False)
    op.create_table(
        "vectors",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("embedder", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    # Only documents have texts so far, and their scope is the owner.
    op.execute("INSERT INTO source_scopes (scope, source_id) SELECT owner_id, id FROM docs")
    op.add_column("passages", sa.Column("size", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE passages SET size = length(text)")


def downgrade() -> None:
    """Drop the tables and the column."""
    with op.batch_alter_table("passages") as passages:
        passages.drop_column("size")
    op.drop_table("vectors")
    op.drop_index("source_scopes_source", table_name="source_scopes")
    op.drop_table("source_scopes")
