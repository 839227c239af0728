"""A tokenizer by byte pair encoding with byte fallback, of the kind that came with Llama 2.

It reads the files of the package tokenizers, which would bring a dozen others.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path

from julep_server.json_text import loads, objects_in

_SPACE = "\N{LOWER ONE EIGHTH BLOCK}"
# No token has a space after another character, so no merge crosses the end of such a piece.
_PIECE = re.compile(f"{_SPACE}*[^{_SPACE}]+|{_SPACE}+")
_CACHED_PIECES = 2**15
_MAX_CACHED_LENGTH = 40


class BytePairs:
    """Splits a text into tokens.

    Args:
        vocabulary: The number of each token.
        merges: The pairs of tokens that are joined, the first ones first.
    """

    def __init__(self, vocabulary: Mapping[str, int], merges: Iterable[Sequence[str]]) -> None:
        self._vocabulary = vocabulary
        self._merges: dict[tuple[int, int], tuple[int, int]] = {
            (vocabulary[left], vocabulary[right]): (rank, vocabulary[left + right])
            for rank, (left, right) in enumerate(merges)
        }
        self._known_piece = lru_cache(_CACHED_PIECES)(self._piece)

    @classmethod
    def from_file(cls, path: Path) -> BytePairs:
        """Read a tokenizer.

        Raises:
            ValueError: The file is no tokenizer of this kind.
        """
        document = loads(path.read_bytes())
        (model,) = objects_in([document.get("model")] if isinstance(document, dict) else None)
        vocabulary, merges = model.get("vocab"), model.get("merges")
        if model.get("byte_fallback") is not True or not isinstance(vocabulary, dict):
            raise ValueError(f"{path} is not a tokenizer with byte fallback")
        numbers = {token: number for token, number in vocabulary.items() if isinstance(number, int)}
        pairs = merges if isinstance(merges, list) else []
        return cls(numbers, (pair.split(" ") for pair in pairs if isinstance(pair, str)))

    def encode(self, text: str) -> list[int]:
        """Return the numbers of a text's tokens."""
        pieces = _PIECE.findall(_SPACE + text.replace(" ", _SPACE)) if text else []
        return list(
            chain.from_iterable(
                self._known_piece(piece) if len(piece) <= _MAX_CACHED_LENGTH else self._piece(piece)
                for piece in pieces
            )
        )

    def _piece(self, piece: str) -> Sequence[int]:
        tokens = [*chain.from_iterable(map(self._symbols, piece))]
        count = len(tokens)
        previous = list(range(-1, count - 1))
        following = [*range(1, count), -1]
        heap: list[tuple[int, int, int, int]] = []

        def offer(left: int) -> None:
            """Add the pair that begins at a position, if it can be joined."""
            right = following[left]
            if left >= 0 and right >= 0:
                merge = self._merges.get((tokens[left], tokens[right]))
                if merge is not None:
                    heapq.heappush(heap, (merge[0], left, tokens[left], tokens[right]))

        for position in range(count - 1):
            offer(position)
        while heap:
            _, left, first, second = heapq.heappop(heap)
            right = following[left]
            if tokens[left] != first or right < 0 or tokens[right] != second:
                # One of the two has been joined with another meanwhile.
                continue
            tokens[left], tokens[right] = self._merges[first, second][1], -1
            following[left] = after = following[right]
            if after >= 0:
                previous[after] = left
                offer(left)
            if previous[left] >= 0:
                offer(previous[left])
        return tuple(token for token in tokens if token >= 0)

    def _symbols(self, character: str) -> list[int]:
        """Return a character's token, or those of its bytes."""
        known = self._vocabulary.get(character)
        if known is not None:
            return [known]
        return [self._vocabulary[f"<0x{byte:02X}>"] for byte in character.encode("utf-8")]
