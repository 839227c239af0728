"""The index of texts that can be recalled.

What is found depends on the database's full text search, which no two databases share: this is
the interface, and SQLite's FTS5 is behind it. A scope says whose a text is; a search names the
scopes that it may see, and the index looks at nothing else's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, Select, bindparam, delete, insert, select, text

from julep_server.db.tables import passages
from julep_server.search.words import question_words, searchable


@dataclass(frozen=True, slots=True)
class Found:
    """A text that was found.

    Attributes:
        source_id: The document or memory that it is of.
        score: How well it fits, greater is better; comparable within one search only.
    """

    source_id: str
    title: str
    text: str
    score: float


class TextIndex(Protocol):
    """Keeps texts and finds them by their words, in the caller's transaction."""

    def add(
        self,
        connection: Connection,
        source_id: str,
        scopes: Sequence[str],
        title: str,
        texts: Sequence[str],
    ) -> None:
        """Add the texts of a source, visible in each of the scopes."""
        ...

    def remove(self, connection: Connection, sources: Select[tuple[str]]) -> None:
        """Remove all texts of the sources whose ids are selected."""
        ...

    def search(
        self, connection: Connection, scopes: Sequence[str], question: str, limit: int
    ) -> list[Found]:
        """The texts in these scopes that fit a question best, the best first."""
        ...


class SqliteIndex:
    """FTS5: words by their English stems, without accents; ranked by BM25."""

    def add(
        self,
        connection: Connection,
        source_id: str,
        scopes: Sequence[str],
        title: str,
        texts: Sequence[str],
    ) -> None:
        """See :class:`TextIndex`."""
        if not texts:
            return
        rows = [{"source_id": source_id, "title": title, "text": chunk} for chunk in texts]
        connection.execute(insert(passages), rows)
        # The database numbers the rows; a source's highest numbers are those just given.
        newest = select(passages.c.seq).where(passages.c.source_id == source_id)
        numbers = connection.execute(newest.order_by(passages.c.seq.desc()).limit(len(rows)))
        tokens = " ".join(map(_token, scopes))
        connection.execute(
            text(
                "INSERT INTO passages_index (rowid, scope, title, text)"
                " VALUES (:seq, :scope, :title, :text)"
            ),
            [
                {
                    "seq": seq,
                    "scope": tokens,
                    "title": searchable(title),
                    "text": searchable(chunk),
                }
                for seq, chunk in zip(reversed(list(numbers.scalars())), texts, strict=True)
            ],
        )

    def remove(self, connection: Connection, sources: Select[tuple[str]]) -> None:
        """See :class:`TextIndex`."""
        of_sources = passages.c.source_id.in_(sources)
        numbers = connection.execute(select(passages.c.seq).where(of_sources)).scalars().all()
        if numbers:
            connection.execute(
                text("DELETE FROM passages_index WHERE rowid = :seq"),
                [{"seq": seq} for seq in numbers],
            )
            connection.execute(delete(passages).where(of_sources))

    def search(
        self, connection: Connection, scopes: Sequence[str], question: str, limit: int
    ) -> list[Found]:
        """See :class:`TextIndex`."""
        words = question_words(question)
        if not words or not scopes or limit < 1:
            return []
        # Quoted, a word is never one of FTS5's operators.
        visible = " OR ".join(f'"{_token(scope)}"' for scope in scopes)
        wanted = " OR ".join(f'"{word}"' for word in words)
        query = text(
            "SELECT passages.source_id, passages.title, passages.text,"
            # A title says more than a sentence; whose a text is says nothing.
            " bm25(passages_index, 0.0, 2.0, 1.0) AS rank"
            " FROM passages_index JOIN passages ON passages.seq = passages_index.rowid"
            " WHERE passages_index MATCH :match ORDER BY rank, passages.seq LIMIT :most"
        ).bindparams(
            bindparam("match", f"scope : ({visible}) AND {{title text}} : ({wanted})"),
            bindparam("most", limit),
        )
        return [
            # BM25 of FTS5 is smaller where it fits better.
            Found(row["source_id"], row["title"], row["text"], -float(row["rank"]))
            for row in connection.execute(query).mappings()
        ]


def _token(scope: str) -> str:
    """A scope as one word of the index."""
    return scope.replace("-", "").replace(":", "x")


INDEX: TextIndex = SqliteIndex()
"""The index of the databases that the server opens."""
