"""The model `User`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, JSONObject


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class User(Model):
    """A person that agents talk to.

    Attributes:
        id: The user's id, a UUID v4.
        name: The user's name. The server's default: 'User'.
        about: The user's description, for the model.
        metadata: Any data to store with it: a free JSON object, by which lists can be filtered.
        created_at: When it was created.
        updated_at: When it was last changed.

    Example:
        >>> from julep_api.models import User
        >>> data = {'id': 'b7e0d4c1-2f58-4a3b-8c9d-6e1f0a5b3d27',
        ...         'name': 'Ada',
        ...         'about': 'Ada buys rye bread every Saturday.',
        ...         'metadata': {'language': 'en'},
        ...         'created_at': '2026-11-02T09:30:00.125000Z',
        ...         'updated_at': '2026-11-02T10:15:42.500000Z'}
        >>> model = User.from_dict(data)
        >>> User.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "id",
            "name",
            "about",
            "metadata",
            "created_at",
            "updated_at",
        )

    id: str
    """The user's id, a UUID v4."""

    name: str
    """The user's name. The server's default: 'User'."""

    about: str
    """The user's description, for the model."""

    metadata: JSONObject
    """Any data to store with it: a free JSON object, by which lists can be filtered."""

    created_at: datetime.datetime
    """When it was created."""

    updated_at: datetime.datetime
    """When it was last changed."""

    def __init__(
        self,
        /,
        id: UUID | str,
        name: str | None = None,
        about: str | None = None,
        metadata: Mapping[str, object] | None = None,
        created_at: datetime.datetime | str | None = None,
        updated_at: datetime.datetime | str | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "id": id,
                "name": name,
                "about": about,
                "metadata": metadata,
                "created_at": created_at,
                "updated_at": updated_at,
            },
            additional,
        )

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
        known = 6
        x: JSON
        x = get("id")
        if type(x) is str:
            self.id = x
        else:
            self.id = decoding.lacking(data, "id", "a string", x, partial)
            known = -1
        # No optional property is there: so are most chunks of a stream.
        if len(data) == 1 and known > 0:
            self.name = None  # type: ignore[assignment]  # a server older than the contract
            self.about = None  # type: ignore[assignment]  # a server older than the contract
            self.metadata = None  # type: ignore[assignment]  # a server older than the contract
            self.created_at = None  # type: ignore[assignment]  # a server older than the contract
            self.updated_at = None  # type: ignore[assignment]  # a server older than the contract
            self._extra = None
            return self
        x = get("name")
        if type(x) is str:
            self.name = x
        elif x is None:
            self.name = None  # type: ignore[assignment]  # a server older than the contract
            known -= 1
        else:
            raise decoding.mismatch("name", "a string", x)
        x = get("about")
        if type(x) is str:
            self.about = x
        elif x is None:
            self.about = None  # type: ignore[assignment]  # a server older than the contract
            known -= 1
        else:
            raise decoding.mismatch("about", "a string", x)
        x = get("metadata")
        if type(x) is dict:
            self.metadata = x
        elif x is None:
            self.metadata = None  # type: ignore[assignment]  # a server older than the contract
            known -= 1
        else:
            raise decoding.mismatch("metadata", "an object", x)
        x = get("created_at")
        if type(x) is str:
            try:
                when = _fromisoformat(x)
            except ValueError:
                raise decoding.mismatch("created_at", "a date-time", x) from None
            self.created_at = (
                when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
            )
        elif x is None:
            self.created_at = None  # type: ignore[assignment]  # a server older than the contract
            known -= 1
        else:
            raise decoding.mismatch("created_at", "a date-time", x)
        x = get("updated_at")
        if type(x) is str:
            try:
                when = _fromisoformat(x)
            except ValueError:
                raise decoding.mismatch("updated_at", "a date-time", x) from None
            self.updated_at = (
                when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
            )
        elif x is None:
            self.updated_at = None  # type: ignore[assignment]  # a server older than the contract
            known -= 1
        else:
            raise decoding.mismatch("updated_at", "a date-time", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self

    @classmethod
    def from_checked(cls, source: Any) -> Self:
        """Read a model from an object with its fields as attributes; see `PageReader`.

        Args:
            source: An object whose attributes have JSON of the right plain types. Of the others,
                absent ones are ``UNSET``.

        Raises:
            ValueError: If a text is not what the contract describes.
            DecodeError: If another value is not.
        """
        self = _new(cls)
        x: Any
        x = source.id
        self.id = x
        x = source.name
        self.name = x
        x = source.about
        self.about = x
        x = source.metadata
        self.metadata = x
        x = source.created_at
        if x is None:
            self.created_at = None  # type: ignore[assignment]  # a server older than the contract
        else:
            when = _fromisoformat(x)
            self.created_at = (
                when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
            )
        x = source.updated_at
        if x is None:
            self.updated_at = None  # type: ignore[assignment]  # a server older than the contract
        else:
            when = _fromisoformat(x)
            self.updated_at = (
                when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
            )
        self._extra = None
        return self

    @classmethod
    def replace_usual(cls, items: list[Any], at: int) -> int:
        """Replace JSON objects of a page by models, up to the first unusual one; see `PageReader`.

        Usual is what has the keys of the first one, which are known, with valid values and without
        a null in the place of an absent one.

        Args:
            items: JSON that nothing else uses.
            at: The index of the first one.

        Returns:
            The index of the first that was not replaced.
        """
        x: Any
        data: Any = items[at]
        try:
            if not _KEYS.issuperset(data):
                return at
            size = len(data)
            for at in range(at, len(items)):
                data = items[at]
                if len(data) != size:
                    return at
                self = _new(cls)
                x = data["id"]
                if not (type(x) is str):
                    return at
                self.id = x
                x = data["name"]
                if not (type(x) is str):
                    return at
                self.name = x
                x = data["about"]
                if not (type(x) is str):
                    return at
                self.about = x
                x = data["metadata"]
                if not (type(x) is dict):
                    return at
                self.metadata = x
                x = data["created_at"]
                when = _fromisoformat(x)
                self.created_at = (
                    when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
                )
                x = data["updated_at"]
                when = _fromisoformat(x)
                self.updated_at = (
                    when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
                )
                self._extra = None
                items[at] = self
        except (DecodeError, KeyError, TypeError, ValueError):
            return at
        return len(items)


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
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "id",
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
