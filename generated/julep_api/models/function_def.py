"""The model `FunctionDef`."""

from __future__ import annotations

import datetime
from typing import Final, Self

from attrs import define

from .. import decoding, encoding
from ..model import Field, Model
from ..types import JSON, UNSET, JSONObject, Unset


@define(eq=False, repr=False)
class FunctionDef(Model):
    """A function that the model may call.

    Attributes:
        name: The function's name: any text but an empty one. A model's endpoint receives a name of
            letters, digits, `_` and `-` in its place.
        parameters: The arguments that a function takes, as a JSON Schema of type object.
        description: What the function does, for the model.
    """

    name: str
    parameters: JSONObject
    description: str | Unset = UNSET

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
        x = get("name")
        if type(x) is str:
            self.name = x
        else:
            self.name = decoding.lacking(data, "name", "a string", x, partial)
        x = get("parameters")
        if type(x) is dict:
            self.parameters = x
        else:
            self.parameters = decoding.lacking(data, "parameters", "an object", x, partial)
        x = get("description")
        if type(x) is str:
            self.description = x
        elif x is None:
            self.description = UNSET
            known -= 1
        else:
            raise decoding.mismatch("description", "a string", x)
        self._additional = None if len(data) == known else decoding.unknown(data, _KEYS)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "name",
        "parameters",
        "description",
    }
)

# At the end, since models may need each other.


encoding.declare(
    FunctionDef,
    Field("name", "name", encoding.string()),
    Field("parameters", "parameters", encoding.json_object),
    Field("description", "description", encoding.string(), required=False),
)
