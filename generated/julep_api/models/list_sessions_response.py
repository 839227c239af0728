"""The model `ListSessionsResponse`."""

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
class ListSessionsResponse(Model):
    """A page of sessions.

    Attributes:
        items: The items of this page.

    Example:
        >>> from julep_api.models import ListSessionsResponse
        >>> data = {'items': [{'id': '0c9e4d2a-7b36-4f8e-a1d5-92c3b6e7f410',
        ...                    'agent_id': '3f1c2a8e-5b7d-4c1e-9a60-8d2f4b7e1c05',
        ...                    'user_id': 'b7e0d4c1-2f58-4a3b-8c9d-6e1f0a5b3d27',
        ...                    'situation': 'Ada calls the bakery and speaks with Pip.',
        ...                    'render_templates': False,
        ...                    'token_budget': 4000,
        ...                    'context_overflow': 'truncate',
        ...                    'metadata': {'channel': 'phone'},
        ...                    'summary': 'Ada asked about the opening hours.',
        ...                    'created_at': '2026-11-02T09:30:00.125000Z',
        ...                    'updated_at': '2026-11-02T10:15:42.500000Z'}]}
        >>> model = ListSessionsResponse.from_dict(data)
        >>> ListSessionsResponse.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = ("items",)

    items: list[Session]
    """The items of this page."""

    def __init__(
        self,
        /,
        items: Sequence[Session | Mapping[str, object]],
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
from .session import Session

_read_items: Final[decoding.Reader[list[Session]]] = decoding.list_of(Session.from_dict)


encoding.declare(
    ListSessionsResponse,
    Field("items", "items", encoding.list_of(Session.encode)),
)
