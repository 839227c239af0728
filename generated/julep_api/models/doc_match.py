"""The model `DocMatch`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class DocMatch(Model):
    """A part of a document that matches a query.

    Attributes:
        doc_id: The document's id, a UUID v4.
        title: The document's title.
        text: The text of the part.
        score: The quality of the match, by which matches are ordered: 1 / (60 + rank), summed over
            both rankings. 0 for one that is too far from the best of both.
        agent_id: The agent that the document belongs to, if it is an agent's.
        user_id: The user that the document belongs to, if it is a user's.
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
        >>> from julep_api.models import DocMatch
        >>> data = {'doc_id': 'e2a7c5b9-14d8-4e6f-b3a0-7c9d1f5e8b62',
        ...         'agent_id': '3f1c2a8e-5b7d-4c1e-9a60-8d2f4b7e1c05',
        ...         'title': 'Opening hours',
        ...         'text': 'On Saturdays we close at 13.',
        ...         'score': 0.0328,
        ...         'score_by_words': 1.25,
        ...         'rank_by_words': 1,
        ...         'score_by_meaning': 0.31,
        ...         'rank_by_meaning': 2}
        >>> model = DocMatch.from_dict(data)
        >>> DocMatch.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "doc_id",
            "title",
            "text",
            "score",
            "agent_id",
            "user_id",
            "score_by_words",
            "rank_by_words",
            "score_by_meaning",
            "rank_by_meaning",
            "left_out",
        )

    doc_id: str
    """The document's id, a UUID v4."""

    title: str
    """The document's title."""

    text: str
    """The text of the part."""

    score: float
    """The quality of the match, by which matches are ordered: 1 / (60 + rank), summed over both
    rankings. 0 for one that is too far from the best of both."""

    agent_id: str | None
    """The agent that the document belongs to, if it is an agent's."""

    user_id: str | None
    """The user that the document belongs to, if it is a user's."""

    score_by_words: float | None
    """The score by words (BM25), to be compared within one search. Absent if no word matches."""

    rank_by_words: int | None
    """The rank by words, from 1. Absent if no word matches. At least 1."""

    score_by_meaning: float | None
    """How much nearer the text is than unrelated texts, by the cosine of their vectors. Absent if it
    is no nearer, or if there are no vectors."""

    rank_by_meaning: int | None
    """The rank by meaning, from 1. Absent if the text is no nearer than unrelated ones. At least 1."""

    left_out: DocMatchLeftOut | None
    """Why it was not shown to the model: others are better than it (`limit`), or it is too far behind
    the best (`distance`). Absent if it was shown. One of "limit", "distance"."""

    def __init__(
        self,
        /,
        doc_id: UUID | str,
        title: str,
        text: str,
        score: float,
        agent_id: UUID | str | None = None,
        user_id: UUID | str | None = None,
        score_by_words: float | None = None,
        rank_by_words: int | None = None,
        score_by_meaning: float | None = None,
        rank_by_meaning: int | None = None,
        left_out: DocMatchLeftOut | Literal["limit", "distance"] | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "doc_id": doc_id,
                "title": title,
                "text": text,
                "score": score,
                "agent_id": agent_id,
                "user_id": user_id,
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
        global _last_doc_id, _last_agent_id, _last_user_id
        if type(data) is not dict:
            decoding.not_an_object(data)
        self = _new(cls)
        get = data.get
        known = 11
        x: JSON
        x = get("doc_id")
        if type(x) is str:
            last = _last_doc_id
            if x == last:
                x = last
            else:
                _last_doc_id = x
            self.doc_id = x
        else:
            self.doc_id = decoding.lacking(data, "doc_id", "a string", x, partial)
            known = -1
        x = get("title")
        if type(x) is str:
            self.title = x
        else:
            self.title = decoding.lacking(data, "title", "a string", x, partial)
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
        if len(data) == 4 and known > 0:
            self.agent_id = None
            self.user_id = None
            self.score_by_words = None
            self.rank_by_words = None
            self.score_by_meaning = None
            self.rank_by_meaning = None
            self.left_out = None
            self._extra = None
            return self
        x = get("agent_id")
        if type(x) is str:
            last = _last_agent_id
            if x == last:
                x = last
            else:
                _last_agent_id = x
            self.agent_id = x
        elif x is None:
            self.agent_id = None
            known -= 1
        else:
            raise decoding.mismatch("agent_id", "a string", x)
        x = get("user_id")
        if type(x) is str:
            last = _last_user_id
            if x == last:
                x = last
            else:
                _last_user_id = x
            self.user_id = x
        elif x is None:
            self.user_id = None
            known -= 1
        else:
            raise decoding.mismatch("user_id", "a string", x)
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
            self.left_out = _doc_match_left_out.get(x) or DocMatchLeftOut(x)
        elif x is None:
            self.left_out = None
            known -= 1
        else:
            raise decoding.mismatch("left_out", "a string", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self

    @classmethod
    def from_checked(cls, source: Any) -> Self:
        """Read a model from an object with its fields as attributes; see `PageReader`.

        Args:
            source: An object whose attributes have JSON of the right plain types. Of the others,
                absent ones are ``UNSET``.

        Raises:
            ValueError: If a text is not what the contract describes.
            DecodeError: If another value is not.
        """
        global _last_doc_id, _last_agent_id, _last_user_id
        self = _new(cls)
        x: Any
        x = source.doc_id
        if x == _last_doc_id:
            x = _last_doc_id
        else:
            _last_doc_id = x
        self.doc_id = x
        x = source.title
        self.title = x
        x = source.text
        self.text = x
        x = source.score
        self.score = x
        x = source.agent_id
        if x is None:
            self.agent_id = None
        else:
            if x == _last_agent_id:
                x = _last_agent_id
            else:
                _last_agent_id = x
            self.agent_id = x
        x = source.user_id
        if x is None:
            self.user_id = None
        else:
            if x == _last_user_id:
                x = _last_user_id
            else:
                _last_user_id = x
            self.user_id = x
        x = source.score_by_words
        self.score_by_words = x
        x = source.rank_by_words
        self.rank_by_words = x
        x = source.score_by_meaning
        self.score_by_meaning = x
        x = source.rank_by_meaning
        self.rank_by_meaning = x
        x = source.left_out
        if x is None:
            self.left_out = None
        else:
            self.left_out = DocMatchLeftOut(x)
        self._extra = None
        return self

    @classmethod
    def replace_usual(cls, items: list[Any], at: int) -> int:
        """Replace JSON objects of a page by models, up to the first unusual one; see `PageReader`.

        Usual is what has the keys of the first one, which are known, with valid values and without
        a null in the place of an absent one.

        Args:
            items: JSON that nothing else uses.
            at: The index of the first one.

        Returns:
            The index of the first that was not replaced.
        """
        global _last_doc_id, _last_agent_id, _last_user_id
        last_doc_id = _last_doc_id
        last_agent_id = _last_agent_id
        last_user_id = _last_user_id
        x: Any
        data: Any = items[at]
        try:
            if not _KEYS.issuperset(data):
                return at
            size = len(data)
            has_agent_id = "agent_id" in data
            has_user_id = "user_id" in data
            has_score_by_words = "score_by_words" in data
            has_rank_by_words = "rank_by_words" in data
            has_score_by_meaning = "score_by_meaning" in data
            has_rank_by_meaning = "rank_by_meaning" in data
            has_left_out = "left_out" in data
            for at in range(at, len(items)):
                data = items[at]
                if len(data) != size:
                    return at
                self = _new(cls)
                x = data["doc_id"]
                if x != last_doc_id:
                    if type(x) is not str:
                        return at
                    last_doc_id = _last_doc_id = x
                self.doc_id = last_doc_id
                x = data["title"]
                if not (type(x) is str):
                    return at
                self.title = x
                x = data["text"]
                if not (type(x) is str):
                    return at
                self.text = x
                x = data["score"]
                if not (type(x) is float or type(x) is int):
                    return at
                self.score = x
                if not has_agent_id:
                    self.agent_id = None
                else:
                    x = data["agent_id"]
                    if x != last_agent_id:
                        if type(x) is not str:
                            return at
                        last_agent_id = _last_agent_id = x
                    self.agent_id = last_agent_id
                if not has_user_id:
                    self.user_id = None
                else:
                    x = data["user_id"]
                    if x != last_user_id:
                        if type(x) is not str:
                            return at
                        last_user_id = _last_user_id = x
                    self.user_id = last_user_id
                if not has_score_by_words:
                    self.score_by_words = None
                else:
                    x = data["score_by_words"]
                    if not (type(x) is float or type(x) is int):
                        return at
                    self.score_by_words = x
                if not has_rank_by_words:
                    self.rank_by_words = None
                else:
                    x = data["rank_by_words"]
                    if not (type(x) is int):
                        return at
                    self.rank_by_words = x
                if not has_score_by_meaning:
                    self.score_by_meaning = None
                else:
                    x = data["score_by_meaning"]
                    if not (type(x) is float or type(x) is int):
                        return at
                    self.score_by_meaning = x
                if not has_rank_by_meaning:
                    self.rank_by_meaning = None
                else:
                    x = data["rank_by_meaning"]
                    if not (type(x) is int):
                        return at
                    self.rank_by_meaning = x
                if not has_left_out:
                    self.left_out = None
                else:
                    x = data["left_out"]
                    if type(x) is not str:
                        return at
                    self.left_out = _doc_match_left_out.get(x) or DocMatchLeftOut(x)
                self._extra = None
                items[at] = self
        except (DecodeError, KeyError, TypeError, ValueError):
            return at
        return len(items)


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
# The ids read last: items of a list that refer to the same resource share one string.
_last_doc_id: str = ""
_last_agent_id: str = ""
_last_user_id: str = ""
_KEYS: Final = frozenset(
    {
        "doc_id",
        "title",
        "text",
        "score",
        "agent_id",
        "user_id",
        "score_by_words",
        "rank_by_words",
        "score_by_meaning",
        "rank_by_meaning",
        "left_out",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "doc_id",
        "title",
        "text",
        "score",
    }
)

# At the end, since models may need each other.
from .doc_match_left_out import DocMatchLeftOut

_doc_match_left_out: Final = decoding.members(DocMatchLeftOut)


encoding.declare(
    DocMatch,
    Field("doc_id", "doc_id", encoding.uuid4),
    Field("title", "title", encoding.string()),
    Field("text", "text", encoding.string()),
    Field("score", "score", encoding.number()),
    Field("agent_id", "agent_id", encoding.uuid4, required=False),
    Field("user_id", "user_id", encoding.uuid4, required=False),
    Field("score_by_words", "score_by_words", encoding.number(), required=False),
    Field("rank_by_words", "rank_by_words", encoding.integer(minimum=1), required=False),
    Field("score_by_meaning", "score_by_meaning", encoding.number(), required=False),
    Field("rank_by_meaning", "rank_by_meaning", encoding.integer(minimum=1), required=False),
    Field("left_out", "left_out", encoding.choice("limit", "distance"), required=False),
)
