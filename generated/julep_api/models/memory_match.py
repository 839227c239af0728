"""The model `MemoryMatch`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, Literal, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class MemoryMatch(Model):
    """A memory that matches a query.

    Attributes:
        memory_id: The memory's id, a UUID v4.
        text: The text of the memory.
        score: The quality of the match, by which matches are ordered: 1 / (60 + rank), summed over
            both rankings. 0 for one that is too far from the best of both.
        score_by_words: The score by words (BM25), to be compared within one search. Absent if no
            word matches.
        rank_by_words: The rank by words, from 1. Absent if no word matches. At least 1.
        score_by_meaning: How much nearer the text is than unrelated texts, by the cosine of their
            vectors. Absent if it is no nearer, or if there are no vectors.
        rank_by_meaning: The rank by meaning, from 1. Absent if the text is no nearer than unrelated
            ones. At least 1.
        left_out: Why it was not shown to the model: others are better than it (`limit`), or it is
            too far behind the best (`distance`). Absent if it was shown. One of "limit",
            "distance".

    Example:
        >>> from julep_api.models import MemoryMatch
        >>> data = {'memory_id': '5d8b3e17-c6a2-4b9f-8e04-1a7f2c6d9b38',
        ...         'text': 'Ada likes her rye bread sliced.',
        ...         'score': 0.0164,
        ...         'score_by_words': 0.8,
        ...         'rank_by_words': 1,
        ...         'left_out': 'limit'}
        >>> model = MemoryMatch.from_dict(data)
        >>> MemoryMatch.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "memory_id",
            "text",
            "score",
            "score_by_words",
            "rank_by_words",
            "score_by_meaning",
            "rank_by_meaning",
            "left_out",
        )

    memory_id: str
    """The memory's id, a UUID v4."""

    text: str
    """The text of the memory."""

    score: float
    """The quality of the match, by which matches are ordered: 1 / (60 + rank), summed over both
    rankings. 0 for one that is too far from the best of both."""

    score_by_words: float | None
    """The score by words (BM25), to be compared within one search. Absent if no word matches."""

    rank_by_words: int | None
    """The rank by words, from 1. Absent if no word matches. At least 1."""

    score_by_meaning: float | None
    """How much nearer the text is than unrelated texts, by the cosine of their vectors. Absent if it
    is no nearer, or if there are no vectors."""

    rank_by_meaning: int | None
    """The rank by meaning, from 1. Absent if the text is no nearer than unrelated ones. At least 1."""

    left_out: MemoryMatchLeftOut | None
    """Why it was not shown to the model: others are better than it (`limit`), or it is too far behind
    the best (`distance`). Absent if it was shown. One of "limit", "distance"."""

    def __init__(
        self,
        /,
        memory_id: UUID | str,
        text: str,
        score: float,
        score_by_words: float | None = None,
        rank_by_words: int | None = None,
        score_by_meaning: float | None = None,
        rank_by_meaning: int | None = None,
        left_out: MemoryMatchLeftOut | Literal["limit", "distance"] | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "memory_id": memory_id,
                "text": text,
                "score": score,
                "score_by_words": score_by_words,
                "rank_by_words": rank_by_words,
                "score_by_meaning": score_by_meaning,
                "rank_by_meaning": rank_by_meaning,
                "left_out": left_out,
            },
            additional,
        )

    @classmethod
    def from_dict(cls, data: JSON, *, partial: bool = False) -> Self:
        """Read a model from decoded JSON; see `Model`.

        Args:
            data: A JSON object.
            partial: Whether required properties may be missing; they are ``None`` then.

        Raises:
            DecodeError: If a required property is missing or null, or a value has a wrong type.
        """
        global _last_memory_id
        if type(data) is not dict:
            decoding.not_an_object(data)
        self = _new(cls)
        get = data.get
        known = 8
        x: JSON
        x = get("memory_id")
        if type(x) is str:
            last = _last_memory_id
            if x == last:
                x = last
            else:
                _last_memory_id = x
            self.memory_id = x
        else:
            self.memory_id = decoding.lacking(data, "memory_id", "a string", x, partial)
            known = -1
        x = get("text")
        if type(x) is str:
            self.text = x
        else:
            self.text = decoding.lacking(data, "text", "a string", x, partial)
            known = -1
        x = get("score")
        if type(x) is float or type(x) is int:
            self.score = x
        else:
            self.score = decoding.lacking(data, "score", "a number", x, partial)
            known = -1
        # No optional property is there: so are most chunks of a stream.
        if len(data) == 3 and known > 0:
            self.score_by_words = None
            self.rank_by_words = None
            self.score_by_meaning = None
            self.rank_by_meaning = None
            self.left_out = None
            self._extra = None
            return self
        x = get("score_by_words")
        if type(x) is float or type(x) is int:
            self.score_by_words = x
        elif x is None:
            self.score_by_words = None
            known -= 1
        else:
            raise decoding.mismatch("score_by_words", "a number", x)
        x = get("rank_by_words")
        if type(x) is int:
            self.rank_by_words = x
        elif x is None:
            self.rank_by_words = None
            known -= 1
        else:
            raise decoding.mismatch("rank_by_words", "an integer", x)
        x = get("score_by_meaning")
        if type(x) is float or type(x) is int:
            self.score_by_meaning = x
        elif x is None:
            self.score_by_meaning = None
            known -= 1
        else:
            raise decoding.mismatch("score_by_meaning", "a number", x)
        x = get("rank_by_meaning")
        if type(x) is int:
            self.rank_by_meaning = x
        elif x is None:
            self.rank_by_meaning = None
            known -= 1
        else:
            raise decoding.mismatch("rank_by_meaning", "an integer", x)
        x = get("left_out")
        if type(x) is str:
            self.left_out = _memory_match_left_out.get(x) or MemoryMatchLeftOut(x)
        elif x is None:
            self.left_out = None
            known -= 1
        else:
            raise decoding.mismatch("left_out", "a string", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
# The ids read last: items of a list that refer to the same resource share one string.
_last_memory_id: str = ""
_KEYS: Final = frozenset(
    {
        "memory_id",
        "text",
        "score",
        "score_by_words",
        "rank_by_words",
        "score_by_meaning",
        "rank_by_meaning",
        "left_out",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "memory_id",
        "text",
        "score",
    }
)

# At the end, since models may need each other.
from .memory_match_left_out import MemoryMatchLeftOut

_memory_match_left_out: Final = decoding.members(MemoryMatchLeftOut)


encoding.declare(
    MemoryMatch,
    Field("memory_id", "memory_id", encoding.uuid4),
    Field("text", "text", encoding.string()),
    Field("score", "score", encoding.number()),
    Field("score_by_words", "score_by_words", encoding.number(), required=False),
    Field("rank_by_words", "rank_by_words", encoding.integer(minimum=1), required=False),
    Field("score_by_meaning", "score_by_meaning", encoding.number(), required=False),
    Field("rank_by_meaning", "rank_by_meaning", encoding.integer(minimum=1), required=False),
    Field("left_out", "left_out", encoding.choice("limit", "distance"), required=False),
)
