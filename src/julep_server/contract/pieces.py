"""Small pieces of a large value, so that finding its violations takes time in proportion to it.

The validator lists all violations of a value or none, and each takes a tenth of a millisecond: a
list of 200,000 wrong messages kept it busy for half a minute. A piece has a few of the whole's
items; what it lacks is not missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from julep_server.json_text import JSON, JSONObject

SMALL: Final = 150
"""Values that a piece may have of a list or an object."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a value.

    Attributes:
        offsets: For each list that is cut, by its path in the piece, the number of items before.
    """

    value: JSON
    offsets: Mapping[Path, int] = field(default_factory=dict[Path, int])

    def original_path(self, path: Sequence[str | int]) -> list[str | int]:
        """Return the path in the whole value of a path in the piece."""
        return [
            step + self.offsets.get((*path[:position],), 0) if isinstance(step, int) else step
            for position, step in enumerate(path)
        ]

    def within(self, step: str | int, value: JSON, offset: int = 0) -> Piece:
        """Return this piece as a part of a larger value."""
        offsets: dict[Path, int] = {(step, *path): n for path, n in self.offsets.items()}
        return Piece(value, {**offsets, (): offset} if offset else offsets)


def pieces_of(value: JSON) -> Iterator[Piece]:
    """Yield pieces in which each part of a value occurs; a small value is its only piece."""
    weights: dict[int, int] = {}
    _weigh(value, weights)
    yield from _pieces(value, weights)


def _pieces(value: JSON, weights: Mapping[int, int]) -> Iterator[Piece]:
    if weights.get(id(value), 1) <= SMALL:
        yield Piece(value)
    elif isinstance(value, dict):
        yield from _pieces_of_object(value, weights)
    elif isinstance(value, list):
        yield from _pieces_of_list(value, weights)


def _pieces_of_object(value: JSONObject, weights: Mapping[int, int]) -> Iterator[Piece]:
    part: JSONObject = {}
    weight = 0
    large: JSONObject = {}
    for key, item in value.items():
        own = weights.get(id(item), 1)
        if own > SMALL:
            large[key] = item
            continue
        if weight + own > SMALL:
            yield Piece(part)
            part, weight = {}, 0
        part[key] = item
        weight += own
    # An item may be judged by the ones beside it, as a part of a message by its type.
    for key, item in large.items():
        for piece in _pieces(item, weights):
            yield piece.within(key, {**part, key: piece.value})
    if part and not large:
        yield Piece(part)


def _pieces_of_list(value: list[JSON], weights: Mapping[int, int]) -> Iterator[Piece]:
    start = weight = 0
    for position, item in enumerate(value):
        own = weights.get(id(item), 1)
        if own > SMALL or weight + own > SMALL:
            if position > start:
                yield Piece(value[start:position], {(): start})
            start, weight = position, 0
        if own > SMALL:
            for piece in _pieces(item, weights):
                yield piece.within(0, [piece.value], position)
            start = position + 1
        else:
            weight += own
    if start < len(value):
        yield Piece(value[start:], {(): start})


def _weigh(value: JSON, weights: dict[int, int]) -> int:
    """Return the number of values in a value, and note that of each list and object."""
    if isinstance(value, (list, dict)):
        items = value if isinstance(value, list) else value.values()
        weights[id(value)] = found = 1 + sum(_weigh(item, weights) for item in items)
        return found
    return 1
