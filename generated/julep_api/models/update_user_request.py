"""The model `UpdateUserRequest`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..model import Field, Model
from ..types import JSON, JSONObject


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class UpdateUserRequest(Model):
    """The fields that replace a user's. Fields left out are reset.

    Attributes:
        about: The user's description, for the model.
        name: The user's name.
        metadata: Any data to store with it: a free JSON object, by which lists can be filtered.

    Example:
        >>> from julep_api.models import UpdateUserRequest
        >>> data = {'name': 'Ada', 'about': 'Ada buys rye bread every Saturday.'}
        >>> model = UpdateUserRequest.from_dict(data)
        >>> UpdateUserRequest.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "about",
            "name",
            "metadata",
        )

    about: str
    """The user's description, for the model."""

    name: str
    """The user's name."""

    metadata: JSONObject | None
    """Any data to store with it: a free JSON object, by which lists can be filtered."""

    def __init__(
        self,
        /,
        about: str,
        name: str,
        metadata: Mapping[str, object] | None = None,
        **additional: object,
    ) -> None:
        self._fill({"about": about, "name": name, "metadata": metadata}, additional)

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
        x = get("about")
        if type(x) is str:
            self.about = x
        else:
            self.about = decoding.lacking(data, "about", "a string", x, partial)
            known = -1
        x = get("name")
        if type(x) is str:
            self.name = x
        else:
            self.name = decoding.lacking(data, "name", "a string", x, partial)
            known = -1
        x = get("metadata")
        if type(x) is dict:
            self.metadata = x
        elif x is None:
            self.metadata = None
            known -= 1
        else:
            raise decoding.mismatch("metadata", "an object", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "about",
        "name",
        "metadata",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "about",
        "name",
    }
)

# At the end, since models may need each other.


encoding.declare(
    UpdateUserRequest,
    Field("about", "about", encoding.string()),
    Field("name", "name", encoding.string()),
    Field("metadata", "metadata", encoding.json_object, required=False),
)
