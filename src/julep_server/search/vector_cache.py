"""Vectors in memory, so that a search needs not read them again while they are the same.

They are found by the version of their scopes, which a search reads in its own transaction: what
another process changes is noticed like what this one does.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Final, NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

MAX_BYTES: Final = 64 * 2**20
"""The vectors in memory, of one database."""

MAX_SHARE: Final = MAX_BYTES // 2
"""Of one search: vectors that are longer together are read each time."""

Key: TypeAlias = tuple[str, tuple[str, ...]]
"""The embedder, and the scopes."""


class Block(NamedTuple):
    """The vectors of one search.

    Attributes:
        numbers: The numbers of the texts.
        vectors: Their vectors, one after the other.
    """

    numbers: Sequence[int]
    vectors: bytes


class VectorCache:
    """Keeps the vectors of the latest searches."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._size = 0
        self._kept: OrderedDict[Key, tuple[tuple[int, int], Block]] = OrderedDict()

    def find(self, key: Key, version: tuple[int, int]) -> Block | None:
        """Return the vectors of a search, if they are of this version."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found[0] != version:
                return None
            self._kept.move_to_end(key)
            return found[1]

    def keep(self, key: Key, version: tuple[int, int], block: Block) -> None:
        """Keep the vectors of a search, and drop those that were not used for the longest time."""
        with self._lock:
            self._drop(key)
            self._kept[key] = version, block
            self._size += len(block.vectors)
            while self._size > MAX_BYTES:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._size -= len(found[1].vectors)


_CACHES: WeakKeyDictionary[Engine, VectorCache] = WeakKeyDictionary()
_LOCK = Lock()


def vector_cache(connection: Connection) -> VectorCache:
    """Return the cache of the connection's database."""
    with _LOCK:
        found = _CACHES.get(connection.engine)
        if found is None:
            found = _CACHES[connection.engine] = VectorCache()
        return found
