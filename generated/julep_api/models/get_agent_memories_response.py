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
        total: The total number of items. Only with `with_total`. At least 0.
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "items",
            "total",
        )

    items: list[Memory]
    """The items of this page."""

    total: int | None
    """The total number of items. Only with `with_total`. At least 0."""

    def __init__(
        self,
        /,
        items: Sequence[Memory | Mapping[str, object]],
        total: int | None = None,
        **additional: object,
    ) -> None:
        self._fill({"items": items, "total": total}, additional)

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
        known = 2
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
        x = get("total")
        if type(x) is int:
            self.total = x
        elif x is None:
            self.total = None
            known -= 1
        else:
            raise decoding.mismatch("total", "an integer", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "items",
        "total",
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
    Field("total", "total", encoding.integer(minimum=0), required=False),
)
