"""The model `GetAgentMemoriesResponse`."""

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
class GetAgentMemoriesResponse(Model):
    """A page of memories, most similar or newest first.

    Attributes:
        items: The items of this page.

    Example:
        >>> from julep_api.models import GetAgentMemoriesResponse
        >>> data = {'items': [{'id': '5d8b3e17-c6a2-4b9f-8e04-1a7f2c6d9b38',
        ...                    'agent_id': '3f1c2a8e-5b7d-4c1e-9a60-8d2f4b7e1c05',
        ...                    'user_id': 'b7e0d4c1-2f58-4a3b-8c9d-6e1f0a5b3d27',
        ...                    'type': 'belief',
        ...                    'content': 'Ada likes her rye bread sliced.',
        ...                    'sentiment': 0.4,
        ...                    'entities': [{'name': 'Ada'}],
        ...                    'created_at': '2026-11-02T09:30:00.125000Z',
        ...                    'last_accessed_at': '2026-11-02T10:15:42.500000Z',
        ...                    'timestamp': '2026-11-02T09:30:00.125000Z'}]}
        >>> model = GetAgentMemoriesResponse.from_dict(data)
        >>> GetAgentMemoriesResponse.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = ("items",)

    items: list[Memory]
    """The items of this page."""

    def __init__(
        self,
        /,
        items: Sequence[Memory | Mapping[str, object]],
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
from .memory import Memory

_read_items: Final[decoding.Reader[list[Memory]]] = decoding.list_of(Memory.from_dict)


encoding.declare(
    GetAgentMemoriesResponse,
    Field("items", "items", encoding.list_of(Memory.encode)),
)
