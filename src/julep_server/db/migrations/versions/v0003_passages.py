"""The index of documents: their chunks, and each database's full text search of them."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from julep_server.text.chunks import split_chunks
from julep_server.text.words import searchable

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index, and fill it with the stored documents."""
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
    if op.get_bind().dialect.name == "sqlite":
        _index_in_sqlite()
    else:
        # No older version of the server has stored documents in PostgreSQL.
        op.execute("CREATE TABLE passages_index (seq BIGINT PRIMARY KEY, terms TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX passages_index_terms ON passages_index USING gin (terms)")


def downgrade() -> None:
    """Drop the index."""
    op.execute("DROP TABLE passages_index")
    op.drop_index("passages_source", table_name="passages")
    op.drop_table("passages")


def _index_in_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE passages_index USING fts5("
        "scope, title, text, tokenize = 'porter unicode61 remove_diacritics 2')"
    )
    connection = op.get_bind()
    stored = connection.execute(sa.text("SELECT id, owner_id, title, content FROM docs")).all()
    for identifier, owner_id, title, content in stored:
        for chunk in split_chunks(json.loads(content)):
            seq = connection.execute(
                sa.text(
                    "INSERT INTO passages (source_id, title, text) VALUES (:id, :title, :text)"
                ),
                {"id": identifier, "title": title, "text": chunk},
            ).lastrowid
            connection.execute(
                sa.text(
                    "INSERT INTO passages_index (rowid, scope, title, text)"
                    " VALUES (:seq, :scope, :title, :text)"
                ),
                {
                    "seq": seq,
                    "scope": owner_id.replace("-", ""),
                    "title": searchable(title),
                    "text": searchable(chunk),
                },
            )
