"""The model `Tool`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class Tool(Model):
    """A tool of an agent.

    Attributes:
        id: The tool's id, a UUID v4.
        type: Whether the caller runs the call (`function`), or it is sent to an address
            (`webhook`). One of "function", "webhook".
        function: A function that the model may call.

    Example:
        >>> from julep_api.models import Tool
        >>> data = {'id': '9a4f6c2d-8e15-4d7b-b2c3-0f6e1d8a5b74',
        ...         'type': 'function',
        ...         'function': {'name': 'get_weather',
        ...                      'description': 'Gives the weather of a city.',
        ...                      'parameters': {'type': 'object',
        ...                                     'properties': {'city': {'type': 'string'}},
        ...                                     'required': ['city']}}}
        >>> model = Tool.from_dict(data)
        >>> Tool.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "id",
            "type",
            "function",
        )

    id: str
    """The tool's id, a UUID v4."""

    type: ToolType
    """Whether the caller runs the call (`function`), or it is sent to an address (`webhook`). One of
    "function", "webhook"."""

    function: FunctionDef
    """A function that the model may call."""

    def __init__(
        self,
        /,
        id: UUID | str,
        type: ToolType | Literal["function", "webhook"],
        function: FunctionDef | Mapping[str, object],
        **additional: object,
    ) -> None:
        self._fill({"id": id, "type": type, "function": function}, additional)

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
        known = 3
        x: JSON
        x = get("id")
        if type(x) is str:
            self.id = x
        else:
            self.id = decoding.lacking(data, "id", "a string", x, partial)
            known = -1
        x = get("type")
        if type(x) is str:
            self.type = _tool_type.get(x) or ToolType(x)
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
        self = _new(cls)
        x: Any
        x = source.id
        self.id = x
        x = source.type
        self.type = ToolType(x)
        x = source.function
        self.function = FunctionDef.from_dict(x)
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
        x: Any
        data: Any = items[at]
        try:
            if not _KEYS.issuperset(data):
                return at
            size = len(data)
            for at in range(at, len(items)):
                data = items[at]
                if len(data) != size:
                    return at
                self = _new(cls)
                x = data["id"]
                if not (type(x) is str):
                    return at
                self.id = x
                x = data["type"]
                if type(x) is not str:
                    return at
                self.type = _tool_type.get(x) or ToolType(x)
                x = data["function"]
                self.function = FunctionDef.from_dict(x)
                self._extra = None
                items[at] = self
        except (DecodeError, KeyError, TypeError, ValueError):
            return at
        return len(items)


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "id",
        "type",
        "function",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "id",
        "type",
        "function",
    }
)

# At the end, since models may need each other.
from .function_def import FunctionDef
from .tool_type import ToolType

_tool_type: Final = decoding.members(ToolType)


encoding.declare(
    Tool,
    Field("id", "id", encoding.uuid4),
    Field("type", "type", encoding.choice("function", "webhook")),
    Field("function", "function", FunctionDef.encode),
)
