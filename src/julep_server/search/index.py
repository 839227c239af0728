"""The index of texts that can be recalled, by their words and by their meaning.

A scope says whose a text is; a search names the scopes that it may see, and nothing in another
scope has a part in it: neither as a result nor in how results are ranked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, delete, func, insert, select

from julep_server.db.tables import passages, source_scopes, vectors
from julep_server.search.chunks import CHUNK
from julep_server.search.fusion import fused
from julep_server.search.meaning import by_meaning
from julep_server.search.question import Question
from julep_server.search.ranking import by_words
from julep_server.search.word_index import word_index

_DEPTH = 50
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """A text that was found.

    Attributes:
        source_id: The document or memory that it is of.
        scope: The scope that made it visible.
        score: How well it fits, greater is better; comparable within one search only.
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
        """Add the texts of a source; they can be found by their words at once.

        Args:
            connection: A transaction that writes.
            source_id: The document or memory.
            scopes: Where the source is visible: short, of letters, digits, ``-`` and ``:``.
            title: Found with each of the texts, by as much of it as a chunk may have.
            texts: The pieces to find.
        """
        if not texts:
            return
        title = title[:CHUNK]
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
        # The database numbers the rows; a source's highest numbers are those just given.
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
        question: Question,
        limit: int,
        distance: float = 1.0,
    ) -> list[Found]:
        """Find the texts in these scopes that fit a question best.

        Args:
            connection: A transaction.
            scopes: All that the caller may see; their texts are ranked together.
            question: What is searched for.
            limit: The most texts to give.
            distance: How far a text may be behind the best one, by words or by meaning, from 0
                (it must fit as well) to 1 (it needs only have something in common).

        Returns:
            The texts, the best first.
        """
        if limit < 1 or not scopes:
            return []
        depth = max(limit, _DEPTH)
        rankings = [by_words(connection, scopes, question.text, depth, distance)]
        if question.vector is not None:
            rankings.append(by_meaning(connection, scopes, question.vector, depth, distance))
        return _read(connection, scopes, fused(rankings)[:limit])


def _read(
    connection: Connection, scopes: Sequence[str], best: Sequence[tuple[int, float]]
) -> list[Found]:
    scope = (
        select(func.min(source_scopes.c.scope))
        .where(source_scopes.c.source_id == passages.c.source_id, source_scopes.c.scope.in_(scopes))
        .scalar_subquery()
    )
    query = select(passages, scope.label("scope"))
    found: list[Found] = []
    for start in range(0, len(best), _AT_ONCE):
        scores = dict(best[start : start + _AT_ONCE])
        order = {seq: place for place, seq in enumerate(scores)}
        rows = connection.execute(query.where(passages.c.seq.in_(scores))).mappings()
        found += [
            Found(row["source_id"], row["scope"], row["title"], row["text"], scores[row["seq"]])
            for row in sorted(rows, key=lambda row: order[row["seq"]])
        ]
    return found


INDEX = PassageIndex()
"""The index of the databases that the server opens."""
