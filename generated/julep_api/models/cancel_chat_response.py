"""The model `CancelChatResponse`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class CancelChatResponse(Model):
    """The replies that were cancelled.

    Attributes:
        cancelled: Their ids; empty when no model was writing.

    Example:
        >>> from julep_api.models import CancelChatResponse
        >>> data = {'cancelled': ['d4c8a1f6-9e52-4f3d-8b70-2a6e9c5d1b83']}
        >>> model = CancelChatResponse.from_dict(data)
        >>> CancelChatResponse.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = ("cancelled",)

    cancelled: list[str]
    """Their ids; empty when no model was writing."""

    def __init__(
        self,
        /,
        cancelled: Sequence[UUID | str],
        **additional: object,
    ) -> None:
        self._fill({"cancelled": cancelled}, additional)

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
        x = get("cancelled")
        if x is None:
            self.cancelled = decoding.lacking(data, "cancelled", "a list", x, partial)
            known = -1
        else:
            try:
                self.cancelled = _read_cancelled(x)
            except DecodeError as error:
                raise error.under("cancelled") from None
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "cancelled",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "cancelled",
    }
)

# At the end, since models may need each other.


_read_cancelled: Final[decoding.Reader[list[str]]] = decoding.list_of(decoding.string)


encoding.declare(
    CancelChatResponse,
    Field("cancelled", "cancelled", encoding.list_of(encoding.uuid4)),
)
