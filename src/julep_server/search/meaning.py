"""Ranks texts by what they mean: the cosine of their vector and the question's.

The search is exact: it compares every vector in the scopes, and no other's. That takes about a
millisecond for a thousand texts with NumPy, and some twenty without.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from sqlalchemy import Connection, select

from julep_server.db.tables import passages, source_scopes, vectors
from julep_server.search.question import Vector
from julep_server.search.vectors import cosines

_AT_ONCE = 1000
"""Vectors in memory at a time: a few megabytes, however many there are."""


def by_meaning(
    connection: Connection, scopes: Sequence[str], wanted: Vector, depth: int, distance: float
) -> list[int]:
    """Rank the texts in some scopes by their nearness to a vector.

    Args:
        connection: A transaction.
        scopes: All that the caller may see.
        wanted: The question's vector; only those of the same embedder are compared.
        depth: The most texts to rank.
        distance: How far a text may be behind the nearest, from 0 to 1, where an unrelated text
            would be at 1. What is no nearer than unrelated texts are is never given.

    Returns:
        The numbers of the texts, the nearest first.
    """
    sources = select(source_scopes.c.source_id).where(source_scopes.c.scope.in_(scopes))
    query = (
        select(vectors.c.seq, vectors.c.vector)
        .join(passages, passages.c.seq == vectors.c.seq)
        .where(passages.c.source_id.in_(sources), vectors.c.embedder == wanted.embedder)
    )
    nearest: list[tuple[float, int]] = []
    for part in connection.execute(query.execution_options(yield_per=_AT_ONCE)).partitions():
        numbers = [int(row[0]) for row in part]
        found = cosines(wanted.values, [bytes(row[1]) for row in part])
        near = [
            # The number is negated, so that of equals the first that was stored comes first.
            (cosine - wanted.unrelated, -number)
            for number, cosine in zip(numbers, found, strict=True)
            if cosine > wanted.unrelated
        ]
        nearest = heapq.nlargest(depth, [*nearest, *near])
    least = nearest[0][0] * (1 - distance) if nearest else 0.0
    return [-number for nearness, number in nearest if nearness >= least]
