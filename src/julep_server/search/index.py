"""The index of texts that can be recalled, by words and by vectors.

A scope identifies a text's owner. A search names the scopes that it may see; texts in other scopes
are no results and do not affect the ranking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select

from julep_server.db.tables import passages, source_scopes, vectors
from julep_server.search.fusion import fuse_rankings
from julep_server.search.query import SearchQuery
from julep_server.search.scope_changes import record_removal, record_texts, scope_state
from julep_server.search.vector_ranking import rank_by_vector
from julep_server.search.word_index import word_index
from julep_server.search.word_ranking import rank_by_words
from julep_server.text.chunks import MAX_CHUNK_LENGTH

_MIN_DEPTH = 50
_BATCH_SIZE = 1000

Ranking: TypeAlias = Sequence[tuple[int, float]]
"""Numbers of texts with their scores, the best first."""

LeftOut: TypeAlias = Literal["limit", "distance"]
"""Why a text that matches is not a result: better ones fill the limit, or it is too far."""


class Place(NamedTuple):
    """A text's place in a ranking, from 1, and its score there."""

    rank: int
    score: float


class Match(NamedTuple):
    """How well a text matches a query.

    Attributes:
        score: The quality of the match; greater is better. Comparable within one search only.
        by_words: Its place by words; None if no word matches.
        by_meaning: Its place by meaning; None if it is no nearer than unrelated texts.
        left_out: Why it is not a result; None if it is one.
    """

    score: float
    by_words: Place | None
    by_meaning: Place | None
    left_out: LeftOut | None


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A text that matches a query.

    Attributes:
        source_id: The document or memory that it belongs to.
        scope: The scope that made it visible.
    """

    source_id: str
    scope: str
    title: str
    text: str
    match: Match


_INSERT = insert(passages).returning(passages.c.seq, sort_by_parameter_order=True)


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
        numbers = connection.execute(_INSERT, rows).scalars().all()
        known = select(source_scopes.c.scope).where(source_scopes.c.source_id == source_id)
        new = dict.fromkeys(scopes).keys() - set(connection.execute(known).scalars())
        if new:
            connection.execute(
                insert(source_scopes), [{"scope": scope, "source_id": source_id} for scope in new]
            )
        record_texts(connection, scopes, len(texts), sum(map(len, texts)))
        numbered = list(zip(numbers, texts, strict=True))
        word_index(connection).add(connection, scopes, title, numbered)

    def remove(self, connection: Connection, sources: Select[tuple[str]]) -> None:
        """Remove all texts of the sources whose ids are selected."""
        of_sources = passages.c.source_id.in_(sources)
        numbers = select(passages.c.seq).where(of_sources)
        record_removal(connection, sources)
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
        *,
        with_left_out: bool = False,
    ) -> list[SearchHit]:
        """Find the texts in these scopes that match a query best.

        Args:
            connection: A transaction.
            scopes: All scopes that the caller may see; their texts are ranked together.
            query: The words, and the vector, to search for.
            limit: The maximum number of texts.
            distance: How far a text may rank behind the best one, by words or by vectors, from 0
                (it must match as well) to 1 (it needs only have something in common).
            with_left_out: Whether the texts that match and are no results follow the results.

        Returns:
            The texts, the best first.
        """
        matches = _ranked(connection, scopes, query, limit, distance)
        wanted = [found for found in matches if with_left_out or found[1].left_out is None]
        return _read(connection, scopes, wanted)

    def sources(
        self, connection: Connection, scopes: Sequence[str], query: SearchQuery, limit: int
    ) -> list[str]:
        """Return the sources of the texts that match a query best, each once, the best first.

        Args:
            connection: A transaction.
            scopes: All scopes that the caller may see.
            query: What to search for.
            limit: The maximum number of texts.
        """
        ranked = [seq for seq, _ in _ranked(connection, scopes, query, limit, 1.0)[:limit]]
        source_of: dict[int, str] = {}
        for start in range(0, len(ranked), _BATCH_SIZE):
            numbers = ranked[start : start + _BATCH_SIZE]
            rows = connection.execute(_SOURCES, {"numbers": numbers})
            source_of |= {int(row[0]): str(row[1]) for row in rows}
        return list(dict.fromkeys(source_of[seq] for seq in ranked))


_SOURCES = select(passages.c.seq, passages.c.source_id).where(
    passages.c.seq.in_(bindparam("numbers", expanding=True))
)


def _ranked(
    connection: Connection,
    scopes: Sequence[str],
    query: SearchQuery,
    limit: int,
    distance: float,
) -> list[tuple[int, Match]]:
    """Rank the texts in some scopes by a query."""
    if limit < 1 or not scopes:
        return []
    depth = max(limit, _MIN_DEPTH)
    state = scope_state(connection, scopes)
    if not state.texts:
        return []
    words = rank_by_words(connection, scopes, query.text, depth, state)
    meaning: Ranking = []
    if query.vector is not None:
        meaning = rank_by_vector(connection, scopes, query.vector, depth, state.version)
    return _matches(words, meaning, limit, distance)


def _matches(
    words: Ranking, meaning: Ranking, limit: int, distance: float
) -> list[tuple[int, Match]]:
    """Merge both rankings: first the results, then the texts that are left out."""
    fused = fuse_rankings([_near(words, distance), _near(meaning, distance)])
    by_words, by_meaning = _places(words), _places(meaning)
    found: dict[int, Match] = {}
    for position, (seq, score) in enumerate(fused):
        left_out: LeftOut | None = None if position < limit else "limit"
        found[seq] = Match(score, by_words.get(seq), by_meaning.get(seq), left_out)
    for seq in [*by_words, *by_meaning]:
        far = Match(0.0, by_words.get(seq), by_meaning.get(seq), "distance")
        found.setdefault(seq, far)
    return list(found.items())


def _near(ranking: Ranking, distance: float) -> list[int]:
    least = ranking[0][1] * (1 - distance) if ranking else 0.0
    return [seq for seq, score in ranking if score >= least]


def _places(ranking: Ranking) -> dict[int, Place]:
    return {seq: Place(rank, score) for rank, (seq, score) in enumerate(ranking, start=1)}


def _read(
    connection: Connection, scopes: Sequence[str], best: Sequence[tuple[int, Match]]
) -> list[SearchHit]:
    scope = (
        select(func.min(source_scopes.c.scope))
        .where(source_scopes.c.source_id == passages.c.source_id, source_scopes.c.scope.in_(scopes))
        .scalar_subquery()
    )
    query = select(passages, scope.label("scope"))
    hits: list[SearchHit] = []
    for start in range(0, len(best), _BATCH_SIZE):
        matches = dict(best[start : start + _BATCH_SIZE])
        order = {seq: place for place, seq in enumerate(matches)}
        rows = connection.execute(query.where(passages.c.seq.in_(matches))).mappings()
        hits += [
            SearchHit(
                row["source_id"], row["scope"], row["title"], row["text"], matches[row["seq"]]
            )
            for row in sorted(rows, key=lambda row: order[row["seq"]])
        ]
    return hits


INDEX = PassageIndex()
"""The index, which has no state of its own: it works on the caller's connection."""
