"""The model `User`."""

from __future__ import annotations

import datetime
from typing import Final, Self

from attrs import define

from .. import decoding, encoding
from ..model import Field, Model
from ..types import JSON, UNSET, JSONObject, Unset


@define(eq=False, repr=False)
class User(Model):
    """A person that agents talk to.

    Attributes:
        id: The user's id, a UUID v4.
        name: The user's name. The server's default: 'User'.
        about: The user's description, for the model.
        metadata: Any data to store with it: a free JSON object, by which lists can be filtered.
        created_at: When it was created.
        updated_at: When it was last changed.
    """

    id: str
    name: str | Unset = UNSET
    about: str | Unset = UNSET
    metadata: JSONObject | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    updated_at: datetime.datetime | Unset = UNSET

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
        known = 6
        x: JSON | Unset
        x = get("id")
        if type(x) is str:
            self.id = x
        else:
            self.id = decoding.lacking(data, "id", "a string", x, partial)
        x = get("name")
        if type(x) is str:
            self.name = x
        elif x is None:
            self.name = UNSET
            known -= 1
        else:
            raise decoding.mismatch("name", "a string", x)
        x = get("about")
        if type(x) is str:
            self.about = x
        elif x is None:
            self.about = UNSET
            known -= 1
        else:
            raise decoding.mismatch("about", "a string", x)
        x = get("metadata")
        if type(x) is dict:
            self.metadata = x
        elif x is None:
            self.metadata = UNSET
            known -= 1
        else:
            raise decoding.mismatch("metadata", "an object", x)
        x = get("created_at")
        if type(x) is str:
            try:
                when = _fromisoformat(x)
            except ValueError:
                raise decoding.mismatch("created_at", "a date-time", x) from None
            self.created_at = when if when.tzinfo else when.replace(tzinfo=datetime.timezone.utc)
        elif x is None:
            self.created_at = UNSET
            known -= 1
        else:
            raise decoding.mismatch("created_at", "a date-time", x)
        x = get("updated_at")
        if type(x) is str:
            try:
                when = _fromisoformat(x)
            except ValueError:
                raise decoding.mismatch("updated_at", "a date-time", x) from None
            self.updated_at = when if when.tzinfo else when.replace(tzinfo=datetime.timezone.utc)
        elif x is None:
            self.updated_at = UNSET
            known -= 1
        else:
            raise decoding.mismatch("updated_at", "a date-time", x)
        self._additional = None if len(data) == known else decoding.unknown(data, _KEYS)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "id",
        "name",
        "about",
        "metadata",
        "created_at",
        "updated_at",
    }
)

# At the end, since models may need each other.


encoding.declare(
    User,
    Field("id", "id", encoding.uuid4),
    Field("name", "name", encoding.string(), required=False),
    Field("about", "about", encoding.string(), required=False),
    Field("metadata", "metadata", encoding.json_object, required=False),
    Field("created_at", "created_at", encoding.date_time, required=False),
    Field("updated_at", "updated_at", encoding.date_time, required=False),
)
