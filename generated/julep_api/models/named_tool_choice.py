"""The model `NamedToolChoice`."""

from __future__ import annotations

import datetime
from typing import Final, Self

from attrs import define

from .. import decoding, encoding
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, Unset
from .named_tool_choice_type import NamedToolChoiceType


@define(eq=False, repr=False)
class NamedToolChoice(Model):
    """Makes the model call one named tool.

    Attributes:
        function: The function to call.
        type: The type of the tool. One of "function".
    """

    function: NamedToolChoiceFunction
    type: NamedToolChoiceType = NamedToolChoiceType.FUNCTION

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
        known = 2
        x: JSON | Unset
        x = get("function")
        if x is None:
            self.function = decoding.lacking(data, "function", "an object", x, partial)
        else:
            try:
                self.function = NamedToolChoiceFunction.from_dict(x)
            except DecodeError as error:
                raise error.under("function") from None
        x = get("type")
        if x == "function":
            self.type = NamedToolChoiceType.FUNCTION
        else:
            self.type = decoding.lacking(data, "type", "'function'", x, partial)
        self._additional = None if len(data) == known else decoding.unknown(data, _KEYS)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "function",
        "type",
    }
)

# At the end, since models may need each other.
from .named_tool_choice_function import NamedToolChoiceFunction
from .named_tool_choice_type import NamedToolChoiceType

encoding.declare(
    NamedToolChoice,
    Field("function", "function", NamedToolChoiceFunction.encode),
    Field("type", "type", encoding.choice("function")),
)
