"""The model `NamedToolChoiceFunction`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class NamedToolChoiceFunction(Model):
    """The function to call.

    Attributes:
        name: The function's name.

    Example:
        >>> from julep_api.models import NamedToolChoiceFunction
        >>> data = {'name': 'get_weather'}
        >>> model = NamedToolChoiceFunction.from_dict(data)
        >>> NamedToolChoiceFunction.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = ("name",)

    name: str
    """The function's name."""

    def __init__(
        self,
        /,
        name: str,
        **additional: object,
    ) -> None:
        self._fill({"name": name}, additional)

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
        x = get("name")
        if type(x) is str:
            self.name = x
        else:
            self.name = decoding.lacking(data, "name", "a string", x, partial)
            known = -1
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "name",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "name",
    }
)

# At the end, since models may need each other.


encoding.declare(
    NamedToolChoiceFunction,
    Field("name", "name", encoding.string()),
)
