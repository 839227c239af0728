"""The model `SearchDocsResponse`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class SearchDocsResponse(Model):
    """The parts of documents that match a query, the nearest first.

    Attributes:
        items: The matches.

    Example:
        >>> from julep_api.models import SearchDocsResponse
        >>> data = {'items': [{'doc_id': 'e2a7c5b9-14d8-4e6f-b3a0-7c9d1f5e8b62',
        ...                    'agent_id': '3f1c2a8e-5b7d-4c1e-9a60-8d2f4b7e1c05',
        ...                    'title': 'Opening hours',
        ...                    'text': 'On Saturdays we close at 13.',
        ...                    'score': 0.0328,
        ...                    'score_by_words': 1.25,
        ...                    'rank_by_words': 1,
        ...                    'score_by_meaning': 0.31,
        ...                    'rank_by_meaning': 2}]}
        >>> model = SearchDocsResponse.from_dict(data)
        >>> SearchDocsResponse.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = ("items",)

    items: list[DocMatch]
    """The matches."""

    def __init__(
        self,
        /,
        items: Sequence[DocMatch | Mapping[str, object]],
        **additional: object,
    ) -> None:
        self._fill({"items": items}, additional)

    @classmethod
    def from_dict(cls, data: JSON, *, partial: bool = False) -> Self:
        """Read a model from decoded JSON; see `Model`.

        Args:
            data: A JSON object.
            partial: Whether required properties may be missing; they are ``None`` then.

        Raises:
            DecodeError: If a required property is missing or null, or a value has a wrong type.
        """
        if type(data) is not dict:
            decoding.not_an_object(data)
        self = _new(cls)
        get = data.get
        known = 1
        x: JSON
        x = get("items")
        if x is None:
            self.items = decoding.lacking(data, "items", "a list", x, partial)
            known = -1
        else:
            try:
                self.items = _read_items(x)
            except DecodeError as error:
                raise error.under("items") from None
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "items",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "items",
    }
)

# At the end, since models may need each other.
from .doc_match import DocMatch

_read_items: Final[decoding.Reader[list[DocMatch]]] = decoding.list_of(DocMatch.from_dict)


encoding.declare(
    SearchDocsResponse,
    Field("items", "items", encoding.list_of(DocMatch.encode)),
)
