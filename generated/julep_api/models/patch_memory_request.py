"""The model `PatchMemoryRequest`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, Self

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, JSONObject


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class PatchMemoryRequest(Model):
    """The fields of a memory to change.

    Attributes:
        content: The text of the memory. 1 to 2000 characters.
        type: The type of the memory: what is true (`belief`), or what happened (`episode`). One of
            "belief", "episode".
        sentiment: Its sentiment, from -1 (bad) to 1 (good). At least -1 and at most 1.
        entities: The people and things that it is about, as free JSON objects.
        timestamp: When the remembered event happened.

    Example:
        >>> from julep_api.models import PatchMemoryRequest
        >>> data = {'content': 'Ada likes her rye bread in one piece.'}
        >>> model = PatchMemoryRequest.from_dict(data)
        >>> PatchMemoryRequest.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "content",
            "type",
            "sentiment",
            "entities",
            "timestamp",
        )

    content: str | None
    """The text of the memory. 1 to 2000 characters."""

    type: PatchMemoryRequestType | None
    """The type of the memory: what is true (`belief`), or what happened (`episode`). One of "belief",
    "episode"."""

    sentiment: float | None
    """Its sentiment, from -1 (bad) to 1 (good). At least -1 and at most 1."""

    entities: list[JSONObject] | None
    """The people and things that it is about, as free JSON objects."""

    timestamp: datetime.datetime | None
    """When the remembered event happened."""

    def __init__(
        self,
        /,
        content: str | None = None,
        type: PatchMemoryRequestType | Literal["belief", "episode"] | None = None,
        sentiment: float | None = None,
        entities: Sequence[Mapping[str, object]] | None = None,
        timestamp: datetime.datetime | str | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
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
        if type(data) is not dict:
            decoding.not_an_object(data)
        self = _new(cls)
        get = data.get
        known = 5
        x: JSON
        x = get("content")
        if type(x) is str:
            self.content = x
        elif x is None:
            self.content = None
            known -= 1
        else:
            raise decoding.mismatch("content", "a string", x)
        x = get("type")
        if type(x) is str:
            self.type = _patch_memory_request_type.get(x) or PatchMemoryRequestType(x)
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
_KEYS: Final = frozenset(
    {
        "content",
        "type",
        "sentiment",
        "entities",
        "timestamp",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset({})

# At the end, since models may need each other.
from .patch_memory_request_type import PatchMemoryRequestType

_patch_memory_request_type: Final = decoding.members(PatchMemoryRequestType)

_read_entities: Final[decoding.Reader[list[JSONObject]]] = decoding.list_of(decoding.json_object)


encoding.declare(
    PatchMemoryRequest,
    Field("content", "content", encoding.string(min_length=1, max_length=2000), required=False),
    Field("type", "type", encoding.choice("belief", "episode"), required=False),
    Field("sentiment", "sentiment", encoding.number(minimum=-1, maximum=1), required=False),
    Field("entities", "entities", encoding.list_of(encoding.json_object), required=False),
    Field("timestamp", "timestamp", encoding.date_time, required=False),
)
