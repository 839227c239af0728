"""Vectors of passages, and who can see a passage, which its ranking depends on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, and the scopes and sizes of what is stored."""
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
    # A document's texts are its owner's; no other source has texts yet.
    op.execute("INSERT INTO source_scopes (scope, source_id) SELECT owner_id, id FROM docs")
    op.add_column("passages", sa.Column("size", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE passages SET size = length(text)")


def downgrade() -> None:
    """Forget the vectors and the scopes."""
    with op.batch_alter_table("passages") as passages:
        passages.drop_column("size")
    op.drop_table("vectors")
    op.drop_index("source_scopes_source", table_name="source_scopes")
    op.drop_table("source_scopes")
