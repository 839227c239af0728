"""Ranks texts by the cosine between their vector and the query's.

The search is exact: it compares all vectors in the scopes, and no others. With NumPy that takes a
few milliseconds for ten thousand texts whose vectors are in memory, and some twenty for a thousand
without it. Vectors that were not searched lately are read from the database.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from julep_server.db.tables import passages, source_scopes, vectors
from julep_server.search.query import QueryVector
from julep_server.search.vector_cache import MAX_SHARE, Block, vector_cache
from julep_server.search.vectors import nearer

_BATCH_SIZE = 1000
"""Vectors that are read at a time: a few megabytes, however many there are."""


def rank_by_vector(
    connection: Connection,
    scopes: Sequence[str],
    wanted: QueryVector,
    depth: int,
    version: tuple[int, int] | None = None,
) -> list[tuple[int, float]]:
    """Rank the texts in some scopes by their nearness to a vector.

    Args:
        connection: A transaction.
        scopes: All scopes that the caller may see.
        wanted: The query's vector; only vectors of the same embedder are compared.
        depth: The maximum number of texts to rank.
        version: The version of the scopes, by which their vectors are kept in memory; None to read
            them.

    Returns:
        The numbers of the texts, the nearest first, each with how much nearer it is than unrelated
        texts. Texts that are no nearer are not ranked.
    """
    nearest: list[tuple[float, int]] = []
    for block in _blocks(connection, scopes, wanted.embedder, version):
        found = nearer(wanted.values, block.vectors, wanted.unrelated)
        # The number is negated, so that among equals the one stored first comes first.
        near = [(cosine - wanted.unrelated, -block.numbers[place]) for place, cosine in found]
        nearest = heapq.nlargest(depth, [*nearest, *near])
    return [(-number, nearness) for nearness, number in nearest]


def _blocks(
    connection: Connection, scopes: Sequence[str], embedder: str, version: tuple[int, int] | None
) -> Iterator[Block]:
    """Yield the vectors in some scopes: from memory, or as they are read."""
    if version is None:
        yield from _read(connection, scopes, embedder)
        return
    cache, key = vector_cache(connection), (embedder, tuple(sorted(scopes)))
    found = cache.find(key, version)
    if found is not None:
        yield found
        return
    kept: list[Block] | None = []
    size = 0
    for block in _read(connection, scopes, embedder):
        yield block
        size += len(block.vectors)
        if size > MAX_SHARE:
            kept = None
        if kept is not None:
            kept.append(block)
    if kept is not None:
        numbers = [number for block in kept for number in block.numbers]
        cache.keep(key, version, Block(numbers, b"".join(block.vectors for block in kept)))


def _read(connection: Connection, scopes: Sequence[str], embedder: str) -> Iterator[Block]:
    sources = select(source_scopes.c.source_id).where(source_scopes.c.scope.in_(scopes))
    query = (
        select(vectors.c.seq, vectors.c.vector)
        .join(passages, passages.c.seq == vectors.c.seq)
        .where(passages.c.source_id.in_(sources), vectors.c.embedder == embedder)
    )
    for part in connection.execute(query.execution_options(yield_per=_BATCH_SIZE)).partitions():
        yield Block([int(row[0]) for row in part], b"".join(row[1] for row in part))
