"""The model `FunctionDef`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..model import Field, Model
from ..types import JSON, JSONObject


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class FunctionDef(Model):
    """A function that the model may call.

    Attributes:
        name: The function's name: any text but an empty one. A model's endpoint receives a name of
            letters, digits, `_` and `-` in its place. 1 to 512 characters.
        parameters: The arguments that a function takes, as a JSON Schema of type object.
        description: What the function does, for the model.

    Example:
        >>> from julep_api.models import FunctionDef
        >>> data = {'name': 'get_weather',
        ...         'description': 'Gives the weather of a city.',
        ...         'parameters': {'type': 'object',
        ...                        'properties': {'city': {'type': 'string'}},
        ...                        'required': ['city']}}
        >>> model = FunctionDef.from_dict(data)
        >>> FunctionDef.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "name",
            "parameters",
            "description",
        )

    name: str
    """The function's name: any text but an empty one. A model's endpoint receives a name of letters,
    digits, `_` and `-` in its place. 1 to 512 characters."""

    parameters: JSONObject
    """The arguments that a function takes, as a JSON Schema of type object."""

    description: str | None
    """What the function does, for the model."""

    def __init__(
        self,
        /,
        name: str,
        parameters: Mapping[str, object],
        description: str | None = None,
        **additional: object,
    ) -> None:
        self._fill({"name": name, "parameters": parameters, "description": description}, additional)

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
        x = get("name")
        if type(x) is str:
            self.name = x
        else:
            self.name = decoding.lacking(data, "name", "a string", x, partial)
            known = -1
        x = get("parameters")
        if type(x) is dict:
            self.parameters = x
        else:
            self.parameters = decoding.lacking(data, "parameters", "an object", x, partial)
            known = -1
        x = get("description")
        if type(x) is str:
            self.description = x
        elif x is None:
            self.description = None
            known -= 1
        else:
            raise decoding.mismatch("description", "a string", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
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
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "name",
        "parameters",
    }
)

# At the end, since models may need each other.


encoding.declare(
    FunctionDef,
    Field("name", "name", encoding.string(min_length=1, max_length=512)),
    Field("parameters", "parameters", encoding.json_object),
    Field("description", "description", encoding.string(), required=False),
)
