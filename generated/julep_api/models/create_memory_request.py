"""The model `CreateMemoryRequest`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, JSONObject


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class CreateMemoryRequest(Model):
    """The fields of a new memory.

    Attributes:
        user_id: The user that it concerns.
        content: The text of the memory. 1 to 2000 characters.
        type: The type of the memory: what is true (`belief`), or what happened (`episode`). One of
            "belief", "episode". The server's default: 'belief'.
        sentiment: Its sentiment, from -1 (bad) to 1 (good). At least -1 and at most 1. The server's
            default: 0.
        entities: The people and things that it is about, as free JSON objects.
        timestamp: When the remembered event happened; by default, when the memory was created.

    Example:
        >>> from julep_api.models import CreateMemoryRequest
        >>> data = {'user_id': 'b7e0d4c1-2f58-4a3b-8c9d-6e1f0a5b3d27',
        ...         'content': 'Ada likes her rye bread sliced.'}
        >>> model = CreateMemoryRequest.from_dict(data)
        >>> CreateMemoryRequest.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "user_id",
            "content",
            "type",
            "sentiment",
            "entities",
            "timestamp",
        )

    user_id: str
    """The user that it concerns."""

    content: str
    """The text of the memory. 1 to 2000 characters."""

    type: CreateMemoryRequestType | None
    """The type of the memory: what is true (`belief`), or what happened (`episode`). One of "belief",
    "episode". The server's default: 'belief'."""

    sentiment: float | None
    """Its sentiment, from -1 (bad) to 1 (good). At least -1 and at most 1. The server's default: 0."""

    entities: list[JSONObject] | None
    """The people and things that it is about, as free JSON objects."""

    timestamp: datetime.datetime | None
    """When the remembered event happened; by default, when the memory was created."""

    def __init__(
        self,
        /,
        user_id: UUID | str,
        content: str,
        type: CreateMemoryRequestType | Literal["belief", "episode"] | None = None,
        sentiment: float | None = None,
        entities: Sequence[Mapping[str, object]] | None = None,
        timestamp: datetime.datetime | str | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "user_id": user_id,
                "content": content,
                "type": type,
                "sentiment": sentiment,
                "entities": entities,
                "timestamp": timestamp,
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
        global _last_user_id
        if type(data) is not dict:
            decoding.not_an_object(data)
        self = _new(cls)
        get = data.get
        known = 6
        x: JSON
        x = get("user_id")
        if type(x) is str:
            last = _last_user_id
            if x == last:
                x = last
            else:
                _last_user_id = x
            self.user_id = x
        else:
            self.user_id = decoding.lacking(data, "user_id", "a string", x, partial)
            known = -1
        x = get("content")
        if type(x) is str:
            self.content = x
        else:
            self.content = decoding.lacking(data, "content", "a string", x, partial)
            known = -1
        # No optional property is there: so are most chunks of a stream.
        if len(data) == 2 and known > 0:
            self.type = None
            self.sentiment = None
            self.entities = None
            self.timestamp = None
            self._extra = None
            return self
        x = get("type")
        if type(x) is str:
            self.type = _create_memory_request_type.get(x) or CreateMemoryRequestType(x)
        elif x is None:
            self.type = None
            known -= 1
        else:
            raise decoding.mismatch("type", "a string", x)
        x = get("sentiment")
        if type(x) is float or type(x) is int:
            self.sentiment = x
        elif x is None:
            self.sentiment = None
            known -= 1
        else:
            raise decoding.mismatch("sentiment", "a number", x)
        x = get("entities")
        if x is None:
            self.entities = None
            known -= 1
        else:
            try:
                self.entities = _read_entities(x)
            except DecodeError as error:
                raise error.under("entities") from None
        x = get("timestamp")
        if type(x) is str:
            try:
                when = _fromisoformat(x)
            except ValueError:
                raise decoding.mismatch("timestamp", "a date-time", x) from None
            self.timestamp = (
                when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
            )
        elif x is None:
            self.timestamp = None
            known -= 1
        else:
            raise decoding.mismatch("timestamp", "a date-time", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
# The ids read last: items of a list that refer to the same resource share one string.
_last_user_id: str = ""
_KEYS: Final = frozenset(
    {
        "user_id",
        "content",
        "type",
        "sentiment",
        "entities",
        "timestamp",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "user_id",
        "content",
    }
)

# At the end, since models may need each other.
from .create_memory_request_type import CreateMemoryRequestType

_create_memory_request_type: Final = decoding.members(CreateMemoryRequestType)

_read_entities: Final[decoding.Reader[list[JSONObject]]] = decoding.list_of(decoding.json_object)


encoding.declare(
    CreateMemoryRequest,
    Field("user_id", "user_id", encoding.uuid4),
    Field("content", "content", encoding.string(min_length=1, max_length=2000)),
    Field("type", "type", encoding.choice("belief", "episode"), required=False),
    Field("sentiment", "sentiment", encoding.number(minimum=-1, maximum=1), required=False),
    Field("entities", "entities", encoding.list_of(encoding.json_object), required=False),
    Field("timestamp", "timestamp", encoding.date_time, required=False),
)
