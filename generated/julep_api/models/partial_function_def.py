"""The model `PartialFunctionDef`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..model import Field, Model
from ..types import JSON, JSONObject


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class PartialFunctionDef(Model):
    """The parts of a function's definition to change.

    Attributes:
        description: What the function does, for the model.
        name: The function's name: any text but an empty one. A model's endpoint receives a name of
            letters, digits, `_` and `-` in its place. 1 to 512 characters.
        parameters: The arguments that a function takes, as a JSON Schema of type object.

    Example:
        >>> from julep_api.models import PartialFunctionDef
        >>> data = {'description': "Gives tomorrow's weather of a city."}
        >>> model = PartialFunctionDef.from_dict(data)
        >>> PartialFunctionDef.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "description",
            "name",
            "parameters",
        )

    description: str | None
    """What the function does, for the model."""

    name: str | None
    """The function's name: any text but an empty one. A model's endpoint receives a name of letters,
    digits, `_` and `-` in its place. 1 to 512 characters."""

    parameters: JSONObject | None
    """The arguments that a function takes, as a JSON Schema of type object."""

    def __init__(
        self,
        /,
        description: str | None = None,
        name: str | None = None,
        parameters: Mapping[str, object] | None = None,
        **additional: object,
    ) -> None:
        self._fill({"description": description, "name": name, "parameters": parameters}, additional)

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
        x = get("description")
        if type(x) is str:
            self.description = x
        elif x is None:
            self.description = None
            known -= 1
        else:
            raise decoding.mismatch("description", "a string", x)
        x = get("name")
        if type(x) is str:
            self.name = x
        elif x is None:
            self.name = None
            known -= 1
        else:
            raise decoding.mismatch("name", "a string", x)
        x = get("parameters")
        if type(x) is dict:
            self.parameters = x
        elif x is None:
            self.parameters = None
            known -= 1
        else:
            raise decoding.mismatch("parameters", "an object", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "description",
        "name",
        "parameters",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset({})

# At the end, since models may need each other.


encoding.declare(
    PartialFunctionDef,
    Field("description", "description", encoding.string(), required=False),
    Field("name", "name", encoding.string(min_length=1, max_length=512), required=False),
    Field("parameters", "parameters", encoding.json_object, required=False),
)
