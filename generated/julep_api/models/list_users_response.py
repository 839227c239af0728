"""The model `ListUsersResponse`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class ListUsersResponse(Model):
    """A page of users.

    Attributes:
        items: The items of this page.

    Example:
        >>> from julep_api.models import ListUsersResponse
        >>> data = {'items': [{'id': 'b7e0d4c1-2f58-4a3b-8c9d-6e1f0a5b3d27',
        ...                    'name': 'Ada',
        ...                    'about': 'Ada buys rye bread every Saturday.',
        ...                    'metadata': {'language': 'en'},
        ...                    'created_at': '2026-11-02T09:30:00.125000Z',
        ...                    'updated_at': '2026-11-02T10:15:42.500000Z'}]}
        >>> model = ListUsersResponse.from_dict(data)
        >>> ListUsersResponse.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = ("items",)

    items: list[User]
    """The items of this page."""

    def __init__(
        self,
        /,
        items: Sequence[User | Mapping[str, object]],
        **additional: object,
    ) -> None:
        self._fill({"items": items}, additional)

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
        x = get("items")
        if x is None:
            self.items = decoding.lacking(data, "items", "a list", x, partial)
            known = -1
        else:
            try:
                self.items = _read_items(x)
            except DecodeError as error:
                raise error.under("items") from None
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "items",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "items",
    }
)

# At the end, since models may need each other.
from .user import User

_read_items: Final[decoding.Reader[list[User]]] = decoding.list_of(User.from_dict)


encoding.declare(
    ListUsersResponse,
    Field("items", "items", encoding.list_of(User.encode)),
)
