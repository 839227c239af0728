"""The model `GetAgentToolsResponse`."""

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
class GetAgentToolsResponse(Model):
    """A page of an agent's tools.

    Attributes:
        items: The items of this page.

    Example:
        >>> from julep_api.models import GetAgentToolsResponse
        >>> data = {'items': [{'id': '9a4f6c2d-8e15-4d7b-b2c3-0f6e1d8a5b74',
        ...                    'type': 'function',
        ...                    'function': {'name': 'get_weather',
        ...                                 'description': 'Gives the weather of a city.',
        ...                                 'parameters': {'type': 'object',
        ...                                                'properties': {'city': {'type': 'string'}},
        ...                                                'required': ['city']}}}]}
        >>> model = GetAgentToolsResponse.from_dict(data)
        >>> GetAgentToolsResponse.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = ("items",)

    items: list[Tool]
    """The items of this page."""

    def __init__(
        self,
        /,
        items: Sequence[Tool | Mapping[str, object]],
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
from .tool import Tool

_read_items: Final[decoding.Reader[list[Tool]]] = decoding.list_of(Tool.from_dict)


encoding.declare(
    GetAgentToolsResponse,
    Field("items", "items", encoding.list_of(Tool.encode)),
)
