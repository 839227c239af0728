"""The model `PatchToolRequest`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class PatchToolRequest(Model):
    """The parts of a tool to change.

    Attributes:
        function: The parts of a function's definition to change.

    Example:
        >>> from julep_api.models import PatchToolRequest
        >>> data = {'function': {'description': "Gives tomorrow's weather of a city."}}
        >>> model = PatchToolRequest.from_dict(data)
        >>> PatchToolRequest.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = ("function",)

    function: PartialFunctionDef
    """The parts of a function's definition to change."""

    def __init__(
        self,
        /,
        function: PartialFunctionDef | Mapping[str, object],
        **additional: object,
    ) -> None:
        self._fill({"function": function}, additional)

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
        x = get("function")
        if x is None:
            self.function = decoding.lacking(data, "function", "an object", x, partial)
            known = -1
        else:
            try:
                self.function = PartialFunctionDef.from_dict(x)
            except DecodeError as error:
                raise error.under("function") from None
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "function",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "function",
    }
)

# At the end, since models may need each other.
from .partial_function_def import PartialFunctionDef

encoding.declare(
    PatchToolRequest,
    Field("function", "function", PartialFunctionDef.encode),
)
