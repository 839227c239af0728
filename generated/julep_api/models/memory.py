"""The model `Memory`."""

from __future__ import annotations

import datetime
from typing import Final, Self

from attrs import define

from .. import decoding, encoding
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, UNSET, JSONObject, Unset


@define(eq=False, repr=False)
class Memory(Model):
    """A memory that an agent has of a user.

    Attributes:
        id: The memory's id, a UUID v4.
        agent_id: The agent that has the memory.
        user_id: The user that it concerns.
        content: The text of the memory.
        entities: The people and things that it is about, as free JSON objects.
        created_at: When it was created.
        sentiment: Its sentiment, from -1 (bad) to 1 (good). At least -1 and at most 1. The server's
            default: 0.
        last_accessed_at: When it was last recalled.
        timestamp: When the remembered event happened.
    """

    id: str
    agent_id: str
    user_id: str
    content: str
    entities: list[JSONObject]
    created_at: datetime.datetime
    sentiment: float | Unset = UNSET
    last_accessed_at: datetime.datetime | Unset = UNSET
    timestamp: datetime.datetime | Unset = UNSET

    @classmethod
    def from_dict(cls, data: JSON, *, partial: bool = False) -> Self:
        """Read a model from decoded JSON; see `Model`.

        Args:
            data: A JSON object.
            partial: Whether required properties may be missing; they are ``UNSET`` then.

        Raises:
            DecodeError: If a required property is missing, or a value has a wrong type.
        """
        global _last_agent_id, _last_user_id
        if type(data) is not dict:
            decoding.not_an_object(data)
        self = _new(cls)
        get = data.get
        known = 9
        x: JSON | Unset
        x = get("id")
        if type(x) is str:
            self.id = x
        else:
            self.id = decoding.lacking(data, "id", "a string", x, partial)
        x = get("agent_id")
        if type(x) is str:
            last = _last_agent_id
            if x == last:
                x = last
            else:
                _last_agent_id = x
            self.agent_id = x
        else:
            self.agent_id = decoding.lacking(data, "agent_id", "a string", x, partial)
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
        x = get("content")
        if type(x) is str:
            self.content = x
        else:
            self.content = decoding.lacking(data, "content", "a string", x, partial)
        x = get("entities")
        if x is None:
            self.entities = decoding.lacking(data, "entities", "a list", x, partial)
        else:
            try:
                self.entities = _read_entities(x)
            except DecodeError as error:
                raise error.under("entities") from None
        x = get("created_at")
        if type(x) is str:
            try:
                when = _fromisoformat(x)
            except ValueError:
                raise decoding.mismatch("created_at", "a date-time", x) from None
            self.created_at = when if when.tzinfo else when.replace(tzinfo=datetime.timezone.utc)
        else:
            self.created_at = decoding.lacking(data, "created_at", "a date-time", x, partial)
        x = get("sentiment")
        if type(x) is float or type(x) is int:
            self.sentiment = x
        elif x is None:
            self.sentiment = UNSET
            known -= 1
        else:
            raise decoding.mismatch("sentiment", "a number", x)
        x = get("last_accessed_at")
        if type(x) is str:
            try:
                when = _fromisoformat(x)
            except ValueError:
                raise decoding.mismatch("last_accessed_at", "a date-time", x) from None
            self.last_accessed_at = (
                when if when.tzinfo else when.replace(tzinfo=datetime.timezone.utc)
            )
        elif x is None:
            self.last_accessed_at = UNSET
            known -= 1
        else:
            raise decoding.mismatch("last_accessed_at", "a date-time", x)
        x = get("timestamp")
        if type(x) is str:
            try:
                when = _fromisoformat(x)
            except ValueError:
                raise decoding.mismatch("timestamp", "a date-time", x) from None
            self.timestamp = when if when.tzinfo else when.replace(tzinfo=datetime.timezone.utc)
        elif x is None:
            self.timestamp = UNSET
            known -= 1
        else:
            raise decoding.mismatch("timestamp", "a date-time", x)
        self._additional = None if len(data) == known else decoding.unknown(data, _KEYS)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
# The ids read last: items of a list that refer to the same resource share one string.
_last_agent_id = ""
_last_user_id = ""
_KEYS: Final = frozenset(
    {
        "id",
        "agent_id",
        "user_id",
        "content",
        "entities",
        "created_at",
        "sentiment",
        "last_accessed_at",
        "timestamp",
    }
)

# At the end, since models may need each other.


_read_entities: Final[decoding.Reader[list[JSONObject]]] = decoding.list_of(decoding.json_object)


encoding.declare(
    Memory,
    Field("id", "id", encoding.uuid4),
    Field("agent_id", "agent_id", encoding.uuid4),
    Field("user_id", "user_id", encoding.uuid4),
    Field("content", "content", encoding.string()),
    Field("entities", "entities", encoding.list_of(encoding.json_object)),
    Field("created_at", "created_at", encoding.date_time),
    Field("sentiment", "sentiment", encoding.number(minimum=-1, maximum=1), required=False),
    Field("last_accessed_at", "last_accessed_at", encoding.date_time, required=False),
    Field("timestamp", "timestamp", encoding.date_time, required=False),
)
