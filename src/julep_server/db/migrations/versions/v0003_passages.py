"""The index of documents: their chunks, and SQLite's full text search of them."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import SQLAlchemyError

from julep_server.search.chunks import chunks
from julep_server.search.index import INDEX

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index, and fill it with the documents there are."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        raise SQLAlchemyError("the full text index is written for SQLite only")
    op.create_table(
        "passages",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("source_id", sa.String(length=36), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("passages_source", "passages", ["source_id"], unique=False)
    op.execute(
        "CREATE VIRTUAL TABLE passages_index USING fts5("
        "scope, title, text, tokenize = 'porter unicode61 remove_diacritics 2')"
    )
    stored = connection.execute(sa.text("SELECT id, owner_id, title, content FROM docs")).all()
    for identifier, owner_id, title, content in stored:
        INDEX.add(connection, identifier, [owner_id], title, chunks(json.loads(content)))


def downgrade() -> None:
    """Remove the index."""
    op.execute("DROP TABLE passages_index")
    op.drop_index("passages_source", table_name="passages")
    op.drop_table("passages")
