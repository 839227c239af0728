"""The model `CreateToolRequest`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, Self

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class CreateToolRequest(Model):
    """The fields of a new tool.

    Attributes:
        type: Whether the caller runs the call (`function`), or it is sent to an address
            (`webhook`). One of "function", "webhook".
        function: A function that the model may call.

    Example:
        >>> from julep_api.models import CreateToolRequest
        >>> data = {'type': 'function',
        ...         'function': {'name': 'get_weather',
        ...                      'description': 'Gives the weather of a city.',
        ...                      'parameters': {'type': 'object',
        ...                                     'properties': {'city': {'type': 'string'}},
        ...                                     'required': ['city']}}}
        >>> model = CreateToolRequest.from_dict(data)
        >>> CreateToolRequest.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "type",
            "function",
        )

    type: CreateToolRequestType
    """Whether the caller runs the call (`function`), or it is sent to an address (`webhook`). One of
    "function", "webhook"."""

    function: FunctionDef
    """A function that the model may call."""

    def __init__(
        self,
        /,
        type: CreateToolRequestType | Literal["function", "webhook"],
        function: FunctionDef | Mapping[str, object],
        **additional: object,
    ) -> None:
        self._fill({"type": type, "function": function}, additional)

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
        known = 2
        x: JSON
        x = get("type")
        if type(x) is str:
            self.type = _create_tool_request_type.get(x) or CreateToolRequestType(x)
        else:
            self.type = decoding.lacking(data, "type", "a string", x, partial)
            known = -1
        x = get("function")
        if x is None:
            self.function = decoding.lacking(data, "function", "an object", x, partial)
            known = -1
        else:
            try:
                self.function = FunctionDef.from_dict(x)
            except DecodeError as error:
                raise error.under("function") from None
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "type",
        "function",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "type",
        "function",
    }
)

# At the end, since models may need each other.
from .create_tool_request_type import CreateToolRequestType
from .function_def import FunctionDef

_create_tool_request_type: Final = decoding.members(CreateToolRequestType)


encoding.declare(
    CreateToolRequest,
    Field("type", "type", encoding.choice("function", "webhook")),
    Field("function", "function", FunctionDef.encode),
)
