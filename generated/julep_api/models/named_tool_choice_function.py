"""The model `NamedToolChoiceFunction`."""

from __future__ import annotations

import datetime
from typing import Final, Self

from attrs import define

from .. import decoding, encoding
from ..model import Field, Model
from ..types import JSON, Unset


@define(eq=False, repr=False)
class NamedToolChoiceFunction(Model):
    """The function to call.

    Attributes:
        name: The function's name.
    """

    name: str

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
        known = 1
        x: JSON | Unset
        x = get("name")
        if type(x) is str:
            self.name = x
        else:
            self.name = decoding.lacking(data, "name", "a string", x, partial)
        self._additional = None if len(data) == known else decoding.unknown(data, _KEYS)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "name",
    }
)

# At the end, since models may need each other.


encoding.declare(
    NamedToolChoiceFunction,
    Field("name", "name", encoding.string()),
)
