"""The model `GetSuggestionsResponse`."""

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
class GetSuggestionsResponse(Model):
    """A page of suggestions.

    Attributes:
        items: The items of this page.

    Example:
        >>> from julep_api.models import GetSuggestionsResponse
        >>> data = {'items': [{'message_id': '7b2e9d40-6c1f-4a85-9d3e-5f8c0b1a2e67',
        ...                    'session_id': '0c9e4d2a-7b36-4f8e-a1d5-92c3b6e7f410',
        ...                    'target': 'user',
        ...                    'content': 'Ask which breads are fresh.',
        ...                    'created_at': '2026-11-02T10:15:42.500000Z'}]}
        >>> model = GetSuggestionsResponse.from_dict(data)
        >>> GetSuggestionsResponse.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = ("items",)

    items: list[Suggestion]
    """The items of this page."""

    def __init__(
        self,
        /,
        items: Sequence[Suggestion | Mapping[str, object]],
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
from .suggestion import Suggestion

_read_items: Final[decoding.Reader[list[Suggestion]]] = decoding.list_of(Suggestion.from_dict)


encoding.declare(
    GetSuggestionsResponse,
    Field("items", "items", encoding.list_of(Suggestion.encode)),
)
