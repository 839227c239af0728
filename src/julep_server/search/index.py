"""The index of texts that can be recalled, by words and by vectors.

A scope identifies a text's owner. A search names the scopes that it may see; texts in other scopes
are no results and do not affect the ranking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, delete, func, insert, select

from julep_server.db.tables import passages, source_scopes, vectors
from julep_server.search.fusion import fuse_rankings
from julep_server.search.query import SearchQuery
from julep_server.search.vector_ranking import rank_by_vector
from julep_server.search.word_index import word_index
from julep_server.search.word_ranking import rank_by_words
from julep_server.text.chunks import MAX_CHUNK_LENGTH

_MIN_DEPTH = 50
_BATCH_SIZE = 1000


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A text that matches a query.

    Attributes:
        source_id: The document or memory that it belongs to.
        scope: The scope that made it visible.
        score: The quality of the match; greater is better. Comparable within one search only.
    """

    source_id: str
    scope: str
    title: str
    text: str
    score: float


class PassageIndex:
    """Keeps texts and finds them, in the caller's transaction."""

    def add(
        self,
        connection: Connection,
        source_id: str,
        scopes: Sequence[str],
        title: str,
        texts: Sequence[str],
    ) -> None:
        """Add the texts of a source; searches by words find them at once.

        Args:
            connection: A transaction that writes.
            source_id: The document or memory.
            scopes: Where the source is visible: short names of letters, digits, ``-`` and ``:``.
            title: Indexed with each of the texts, cut to the length of a chunk.
            texts: The texts to index.
        """
        if not texts:
            return
        title = title[:MAX_CHUNK_LENGTH]
        rows = [
            {"source_id": source_id, "title": title, "text": piece, "size": len(piece)}
            for piece in texts
        ]
        connection.execute(insert(passages), rows)
        known = select(source_scopes.c.scope).where(source_scopes.c.source_id == source_id)
        new = dict.fromkeys(scopes).keys() - set(connection.execute(known).scalars())
        if new:
            connection.execute(
                insert(source_scopes), [{"scope": scope, "source_id": source_id} for scope in new]
            )
        # The database numbers the rows; a source's highest numbers are those of the new rows.
        newest = select(passages.c.seq).where(passages.c.source_id == source_id)
        numbers = connection.execute(newest.order_by(passages.c.seq.desc()).limit(len(rows)))
        numbered = zip(reversed(numbers.scalars().all()), texts, strict=True)
        word_index(connection).add(connection, scopes, title, list(numbered))

    def remove(self, connection: Connection, sources: Select[tuple[str]]) -> None:
        """Remove all texts of the sources whose ids are selected."""
        of_sources = passages.c.source_id.in_(sources)
        numbers = select(passages.c.seq).where(of_sources)
        word_index(connection).remove(connection, numbers)
        connection.execute(delete(vectors).where(vectors.c.seq.in_(numbers)))
        connection.execute(delete(source_scopes).where(source_scopes.c.source_id.in_(sources)))
        connection.execute(delete(passages).where(of_sources))

    def search(
        self,
        connection: Connection,
        scopes: Sequence[str],
        query: SearchQuery,
        limit: int,
        distance: float = 1.0,
    ) -> list[SearchHit]:
        """Find the texts in these scopes that match a query best.

        Args:
            connection: A transaction.
            scopes: All scopes that the caller may see; their texts are ranked together.
            query: The words, and the vector, to search for.
            limit: The maximum number of texts.
            distance: How far a text may rank behind the best one, by words or by vectors, from 0
                (it must match as well) to 1 (it needs only have something in common).

        Returns:
            The texts, the best first.
        """
        if limit < 1 or not scopes:
            return []
        depth = max(limit, _MIN_DEPTH)
        rankings = [rank_by_words(connection, scopes, query.text, depth, distance)]
        if query.vector is not None:
            rankings.append(rank_by_vector(connection, scopes, query.vector, depth, distance))
        return _read(connection, scopes, fuse_rankings(rankings)[:limit])


def _read(
    connection: Connection, scopes: Sequence[str], best: Sequence[tuple[int, float]]
) -> list[SearchHit]:
    scope = (
        select(func.min(source_scopes.c.scope))
        .where(source_scopes.c.source_id == passages.c.source_id, source_scopes.c.scope.in_(scopes))
        .scalar_subquery()
    )
    query = select(passages, scope.label("scope"))
    hits: list[SearchHit] = []
    for start in range(0, len(best), _BATCH_SIZE):
        scores = dict(best[start : start + _BATCH_SIZE])
        order = {seq: place for place, seq in enumerate(scores)}
        rows = connection.execute(query.where(passages.c.seq.in_(scores))).mappings()
        hits += [
            SearchHit(row["source_id"], row["scope"], row["title"], row["text"], scores[row["seq"]])
            for row in sorted(rows, key=lambda row: order[row["seq"]])
        ]
    return hits


INDEX = PassageIndex()
"""The index, which has no state of its own: it works on the caller's connection."""
