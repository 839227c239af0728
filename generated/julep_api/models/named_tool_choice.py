"""The model `NamedToolChoice`."""

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
class NamedToolChoice(Model):
    """Makes the model call one named tool.

    Attributes:
        function: The function to call.
        type: The type of the tool. One of "function".

    Example:
        >>> from julep_api.models import NamedToolChoice
        >>> data = {'type': 'function', 'function': {'name': 'get_weather'}}
        >>> model = NamedToolChoice.from_dict(data)
        >>> NamedToolChoice.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "function",
            "type",
        )

    function: NamedToolChoiceFunction
    """The function to call."""

    type: NamedToolChoiceType
    """The type of the tool. One of "function"."""

    def __init__(
        self,
        /,
        function: NamedToolChoiceFunction | Mapping[str, object],
        type: NamedToolChoiceType | Literal["function"] = "function",
        **additional: object,
    ) -> None:
        self._fill({"function": function, "type": type}, additional)

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
        x = get("function")
        if x is None:
            self.function = decoding.lacking(data, "function", "an object", x, partial)
            known = -1
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
            known = -1
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "function",
        "type",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
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
