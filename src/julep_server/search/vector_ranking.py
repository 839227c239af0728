"""Ranks texts by the cosine between their vector and the query's.

The search is exact: it compares all vectors in the scopes, and no others. That takes about a
millisecond for a thousand texts with NumPy, and some twenty without.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from sqlalchemy import Connection, select

from julep_server.db.tables import passages, source_scopes, vectors
from julep_server.search.query import QueryVector
from julep_server.search.vectors import cosines

_BATCH_SIZE = 1000
"""Vectors in memory at a time: a few megabytes, however many there are."""


def rank_by_vector(
    connection: Connection, scopes: Sequence[str], wanted: QueryVector, depth: int
) -> list[tuple[int, float]]:
    """Rank the texts in some scopes by their nearness to a vector.

    Args:
        connection: A transaction.
        scopes: All scopes that the caller may see.
        wanted: The query's vector; only vectors of the same embedder are compared.
        depth: The maximum number of texts to rank.

    Returns:
        The numbers of the texts, the nearest first, each with how much nearer it is than unrelated
        texts. Texts that are no nearer are not ranked.
    """
    sources = select(source_scopes.c.source_id).where(source_scopes.c.scope.in_(scopes))
    query = (
        select(vectors.c.seq, vectors.c.vector)
        .join(passages, passages.c.seq == vectors.c.seq)
        .where(passages.c.source_id.in_(sources), vectors.c.embedder == wanted.embedder)
    )
    nearest: list[tuple[float, int]] = []
    for part in connection.execute(query.execution_options(yield_per=_BATCH_SIZE)).partitions():
        numbers = [int(row[0]) for row in part]
        found = cosines(wanted.values, [bytes(row[1]) for row in part])
        near = [
            # The number is negated, so that among equals the one stored first comes first.
            (cosine - wanted.unrelated, -number)
            for number, cosine in zip(numbers, found, strict=True)
            if cosine > wanted.unrelated
        ]
        nearest = heapq.nlargest(depth, [*nearest, *near])
    return [(-number, nearness) for nearness, number in nearest]
