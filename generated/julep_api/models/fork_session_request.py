"""The model `ForkSessionRequest`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class ForkSessionRequest(Model):
    """How a session is forked.

    Attributes:
        message_id: The last message that the new session has; by default, it has the whole history.

    Example:
        >>> from julep_api.models import ForkSessionRequest
        >>> data = {}
        >>> model = ForkSessionRequest.from_dict(data)
        >>> ForkSessionRequest.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = ("message_id",)

    message_id: str | None
    """The last message that the new session has; by default, it has the whole history."""

    def __init__(
        self,
        /,
        message_id: UUID | str | None = None,
        **additional: object,
    ) -> None:
        self._fill({"message_id": message_id}, additional)

    @classmethod
    def from_dict(cls, data: JSON, *, partial: bool = False) -> Self:
        """Read a model from decoded JSON; see `Model`.

        Args:
            data: A JSON object.
            partial: Whether required properties may be missing; they are ``None`` then.

        Raises:
            DecodeError: If a required property is missing or null, or a value has a wrong type.
        """
        global _last_message_id
        if type(data) is not dict:
            decoding.not_an_object(data)
        self = _new(cls)
        get = data.get
        known = 1
        x: JSON
        x = get("message_id")
        if type(x) is str:
            last = _last_message_id
            if x == last:
                x = last
            else:
                _last_message_id = x
            self.message_id = x
        elif x is None:
            self.message_id = None
            known -= 1
        else:
            raise decoding.mismatch("message_id", "a string", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
# The ids read last: items of a list that refer to the same resource share one string.
_last_message_id: str = ""
_KEYS: Final = frozenset(
    {
        "message_id",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset({})

# At the end, since models may need each other.


encoding.declare(
    ForkSessionRequest,
    Field("message_id", "message_id", encoding.uuid4, required=False),
)
