"""The model `Tool`."""

from __future__ import annotations

import datetime
from typing import Final, Self

from attrs import define

from .. import decoding, encoding
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, Unset


@define(eq=False, repr=False)
class Tool(Model):
    """A tool of an agent.

    Attributes:
        id: The tool's id, a UUID v4.
        type: Whether the caller runs the call (`function`), or it is sent to an address
            (`webhook`). One of "function", "webhook".
        function: A function that the model may call.
    """

    id: str
    type: ToolType
    function: FunctionDef

    @classmethod
    def from_dict(cls, data: JSON, *, partial: bool = False) -> Self:
        """Read a model from decoded JSON; see `Model`.

        Args:
            data: A JSON object.
            partial: Whether required properties may be missing; they are ``UNSET`` then.

        Raises:
            DecodeError: If a required property is missing, or a value has a wrong type.
        """
        if type(data) is not dict:
            decoding.not_an_object(data)
        self = _new(cls)
        get = data.get
        known = 3
        x: JSON | Unset
        x = get("id")
        if type(x) is str:
            self.id = x
        else:
            self.id = decoding.lacking(data, "id", "a string", x, partial)
        x = get("type")
        if type(x) is str:
            self.type = _tool_type.get(x) or ToolType(x)
        else:
            self.type = decoding.lacking(data, "type", "a string", x, partial)
        x = get("function")
        if x is None:
            self.function = decoding.lacking(data, "function", "an object", x, partial)
        else:
            try:
                self.function = FunctionDef.from_dict(x)
            except DecodeError as error:
                raise error.under("function") from None
        self._additional = None if len(data) == known else decoding.unknown(data, _KEYS)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
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
