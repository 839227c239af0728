"""What is known of scopes without reading their texts: number, length, and a version.

Each change of a scope's texts adds a row, so that writers of the same scope don't wait for each
other, and what a search needs of a scope is the sum of its rows. Now and then a writer replaces
them by their sum.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select

from julep_server.db.tables import passages, scope_changes, source_scopes

_TOKEN_BITS = 40
_COMPACT_EVERY = 64
"""The rows of a scope that are written before they are replaced, on average."""


class ScopeState(NamedTuple):
    """The texts in some scopes.

    Attributes:
        texts: Their number.
        characters: Their length together.
        version: Differs whenever a text or a vector was added or removed; None for scopes of which
            nothing is known.
    """

    texts: int
    characters: int
    version: tuple[int, int] | None


_STATE = select(
    func.count(),
    func.sum(scope_changes.c.texts),
    func.sum(scope_changes.c.characters),
    func.sum(scope_changes.c.token),
).where(scope_changes.c.scope.in_(bindparam("scopes", expanding=True)))
_INSERT = insert(scope_changes)
_COMPACT = (
    delete(scope_changes)
    .where(scope_changes.c.scope == bindparam("of"))
    .returning(scope_changes.c.texts, scope_changes.c.characters)
)


def scope_state(connection: Connection, scopes: Sequence[str]) -> ScopeState:
    """Return the state of some scopes, which have no texts in common."""
    rows, texts, characters, tokens = connection.execute(_STATE, {"scopes": list(scopes)}).one()
    version = (int(rows), int(tokens)) if rows else None
    return ScopeState(int(texts or 0), int(characters or 0), version)


def record_texts(
    connection: Connection, scopes: Iterable[str], texts: int = 0, characters: int = 0
) -> None:
    """Record that texts, or only vectors of texts, were added to some scopes."""
    _record(connection, [(scope, texts, characters) for scope in sorted({*scopes})])


def record_removal(connection: Connection, sources: Select[tuple[str]]) -> None:
    """Record that the texts of some sources, which are still stored, will be removed."""
    rows = connection.execute(
        select(source_scopes.c.scope, func.count(), func.sum(passages.c.size))
        .join(passages, passages.c.source_id == source_scopes.c.source_id)
        .where(source_scopes.c.source_id.in_(sources))
        .group_by(source_scopes.c.scope)
        .order_by(source_scopes.c.scope)
    )
    _record(connection, [(str(row[0]), -int(row[1]), -int(row[2])) for row in rows])


def record_vectors(connection: Connection, sources: Iterable[str]) -> None:
    """Record that some sources' vectors were stored."""
    ids = sorted({*sources})
    scopes = select(source_scopes.c.scope).where(source_scopes.c.source_id.in_(ids)).distinct()
    record_texts(connection, connection.execute(scopes).scalars().all())


def _record(connection: Connection, changes: Sequence[tuple[str, int, int]]) -> None:
    # Random, so that no two states have the same sum, not even one that was rolled back.
    tokens = [random.getrandbits(_TOKEN_BITS) for _ in changes]
    rows = [
        {"scope": scope, "token": token, "texts": texts, "characters": characters}
        for token, (scope, texts, characters) in zip(tokens, changes, strict=True)
    ]
    if rows:
        connection.execute(_INSERT, rows)
    for token, (scope, *_) in zip(tokens, changes, strict=True):
        if token % _COMPACT_EVERY == 0:
            _compact(connection, scope)


def _compact(connection: Connection, scope: str) -> None:
    """Replace the rows of a scope by their sum."""
    rows = connection.execute(_COMPACT, {"of": scope}).all()
    texts, characters = sum(row[0] for row in rows), sum(row[1] for row in rows)
    if texts:
        token = random.getrandbits(_TOKEN_BITS)
        row = {"scope": scope, "token": token, "texts": texts, "characters": characters}
        connection.execute(_INSERT, row)
