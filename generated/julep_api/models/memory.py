"""The model `Memory`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, JSONObject


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class Memory(Model):
    """A memory that an agent has of a user.

    Attributes:
        id: The memory's id, a UUID v4.
        agent_id: The agent that has the memory.
        user_id: The user that it concerns.
        content: The text of the memory.
        entities: The people and things that it is about, as free JSON objects.
        created_at: When it was created.
        type: The type of the memory: what is true (`belief`), or what happened (`episode`). One of
            "belief", "episode".
        sentiment: Its sentiment, from -1 (bad) to 1 (good). At least -1 and at most 1. The server's
            default: 0.
        timestamp: When the remembered event happened.
        last_accessed_at: When it was last recalled.
        updated_at: When it was last changed.

    Example:
        >>> from julep_api.models import Memory
        >>> data = {'id': '5d8b3e17-c6a2-4b9f-8e04-1a7f2c6d9b38',
        ...         'agent_id': '3f1c2a8e-5b7d-4c1e-9a60-8d2f4b7e1c05',
        ...         'user_id': 'b7e0d4c1-2f58-4a3b-8c9d-6e1f0a5b3d27',
        ...         'type': 'belief',
        ...         'content': 'Ada likes her rye bread sliced.',
        ...         'sentiment': 0.4,
        ...         'entities': [{'name': 'Ada'}],
        ...         'created_at': '2026-11-02T09:30:00.125000Z',
        ...         'last_accessed_at': '2026-11-02T10:15:42.500000Z',
        ...         'timestamp': '2026-11-02T09:30:00.125000Z'}
        >>> model = Memory.from_dict(data)
        >>> Memory.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "id",
            "agent_id",
            "user_id",
            "content",
            "entities",
            "created_at",
            "type",
            "sentiment",
            "timestamp",
            "last_accessed_at",
            "updated_at",
        )

    id: str
    """The memory's id, a UUID v4."""

    agent_id: str
    """The agent that has the memory."""

    user_id: str
    """The user that it concerns."""

    content: str
    """The text of the memory."""

    entities: list[JSONObject]
    """The people and things that it is about, as free JSON objects."""

    created_at: datetime.datetime
    """When it was created."""

    type: MemoryType
    """The type of the memory: what is true (`belief`), or what happened (`episode`). One of "belief",
    "episode"."""

    sentiment: float
    """Its sentiment, from -1 (bad) to 1 (good). At least -1 and at most 1. The server's default: 0."""

    timestamp: datetime.datetime
    """When the remembered event happened."""

    last_accessed_at: datetime.datetime | None
    """When it was last recalled."""

    updated_at: datetime.datetime | None
    """When it was last changed."""

    def __init__(
        self,
        /,
        id: UUID | str,
        agent_id: UUID | str,
        user_id: UUID | str,
        content: str,
        entities: Sequence[Mapping[str, object]],
        created_at: datetime.datetime | str,
        type: MemoryType | Literal["belief", "episode"] | None = None,
        sentiment: float | None = None,
        timestamp: datetime.datetime | str | None = None,
        last_accessed_at: datetime.datetime | str | None = None,
        updated_at: datetime.datetime | str | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "id": id,
                "agent_id": agent_id,
                "user_id": user_id,
                "content": content,
                "entities": entities,
                "created_at": created_at,
                "type": type,
                "sentiment": sentiment,
                "timestamp": timestamp,
                "last_accessed_at": last_accessed_at,
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
        global _last_agent_id, _last_user_id
        if type(data) is not dict:
            decoding.not_an_object(data)
        self = _new(cls)
        get = data.get
        known = 11
        x: JSON
        x = get("id")
        if type(x) is str:
            self.id = x
        else:
            self.id = decoding.lacking(data, "id", "a string", x, partial)
            known = -1
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
            known = -1
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
        x = get("entities")
        if x is None:
            self.entities = decoding.lacking(data, "entities", "a list", x, partial)
            known = -1
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
            self.created_at = (
                when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
            )
        else:
            self.created_at = decoding.lacking(data, "created_at", "a date-time", x, partial)
            known = -1
        # No optional property is there: so are most chunks of a stream.
        if len(data) == 6 and known > 0:
            self.type = None  # type: ignore[assignment]  # a server older than the contract
            self.sentiment = None  # type: ignore[assignment]  # a server older than the contract
            self.timestamp = None  # type: ignore[assignment]  # a server older than the contract
            self.last_accessed_at = None
            self.updated_at = None
            self._extra = None
            return self
        x = get("type")
        if type(x) is str:
            self.type = _memory_type.get(x) or MemoryType(x)
        elif x is None:
            self.type = None  # type: ignore[assignment]  # a server older than the contract
            known -= 1
        else:
            raise decoding.mismatch("type", "a string", x)
        x = get("sentiment")
        if type(x) is float or type(x) is int:
            self.sentiment = x
        elif x is None:
            self.sentiment = None  # type: ignore[assignment]  # a server older than the contract
            known -= 1
        else:
            raise decoding.mismatch("sentiment", "a number", x)
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
            self.timestamp = None  # type: ignore[assignment]  # a server older than the contract
            known -= 1
        else:
            raise decoding.mismatch("timestamp", "a date-time", x)
        x = get("last_accessed_at")
        if type(x) is str:
            try:
                when = _fromisoformat(x)
            except ValueError:
                raise decoding.mismatch("last_accessed_at", "a date-time", x) from None
            self.last_accessed_at = (
                when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
            )
        elif x is None:
            self.last_accessed_at = None
            known -= 1
        else:
            raise decoding.mismatch("last_accessed_at", "a date-time", x)
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
            self.updated_at = None
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
        global _last_agent_id, _last_user_id
        self = _new(cls)
        x: Any
        x = source.id
        self.id = x
        x = source.agent_id
        if x == _last_agent_id:
            x = _last_agent_id
        else:
            _last_agent_id = x
        self.agent_id = x
        x = source.user_id
        if x == _last_user_id:
            x = _last_user_id
        else:
            _last_user_id = x
        self.user_id = x
        x = source.content
        self.content = x
        x = source.entities
        self.entities = _read_entities(x)
        x = source.created_at
        when = _fromisoformat(x)
        self.created_at = (
            when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
        )
        x = source.type
        if x is None:
            self.type = None  # type: ignore[assignment]  # a server older than the contract
        else:
            self.type = MemoryType(x)
        x = source.sentiment
        self.sentiment = x
        x = source.timestamp
        if x is None:
            self.timestamp = None  # type: ignore[assignment]  # a server older than the contract
        else:
            when = _fromisoformat(x)
            self.timestamp = (
                when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
            )
        x = source.last_accessed_at
        if x is None:
            self.last_accessed_at = None
        else:
            when = _fromisoformat(x)
            self.last_accessed_at = (
                when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
            )
        x = source.updated_at
        if x is None:
            self.updated_at = None
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
        global _last_agent_id, _last_user_id
        last_agent_id = _last_agent_id
        last_user_id = _last_user_id
        x: Any
        data: Any = items[at]
        try:
            if not _KEYS.issuperset(data):
                return at
            size = len(data)
            has_last_accessed_at = "last_accessed_at" in data
            has_updated_at = "updated_at" in data
            for at in range(at, len(items)):
                data = items[at]
                if len(data) != size:
                    return at
                self = _new(cls)
                x = data["id"]
                if not (type(x) is str):
                    return at
                self.id = x
                x = data["agent_id"]
                if x != last_agent_id:
                    if type(x) is not str:
                        return at
                    last_agent_id = _last_agent_id = x
                self.agent_id = last_agent_id
                x = data["user_id"]
                if x != last_user_id:
                    if type(x) is not str:
                        return at
                    last_user_id = _last_user_id = x
                self.user_id = last_user_id
                x = data["content"]
                if not (type(x) is str):
                    return at
                self.content = x
                x = data["entities"]
                self.entities = _read_entities(x)
                x = data["created_at"]
                when = _fromisoformat(x)
                self.created_at = (
                    when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
                )
                x = data["type"]
                if type(x) is not str:
                    return at
                self.type = _memory_type.get(x) or MemoryType(x)
                x = data["sentiment"]
                if not (type(x) is float or type(x) is int):
                    return at
                self.sentiment = x
                x = data["timestamp"]
                when = _fromisoformat(x)
                self.timestamp = (
                    when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
                )
                if not has_last_accessed_at:
                    self.last_accessed_at = None
                else:
                    x = data["last_accessed_at"]
                    when = _fromisoformat(x)
                    self.last_accessed_at = (
                        when
                        if when.tzinfo is not None
                        else when.replace(tzinfo=datetime.timezone.utc)
                    )
                if not has_updated_at:
                    self.updated_at = None
                else:
                    x = data["updated_at"]
                    when = _fromisoformat(x)
                    self.updated_at = (
                        when
                        if when.tzinfo is not None
                        else when.replace(tzinfo=datetime.timezone.utc)
                    )
                self._extra = None
                items[at] = self
        except (DecodeError, KeyError, TypeError, ValueError):
            return at
        return len(items)


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
# The ids read last: items of a list that refer to the same resource share one string.
_last_agent_id: str = ""
_last_user_id: str = ""
_KEYS: Final = frozenset(
    {
        "id",
        "agent_id",
        "user_id",
        "content",
        "entities",
        "created_at",
        "type",
        "sentiment",
        "timestamp",
        "last_accessed_at",
        "updated_at",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "id",
        "agent_id",
        "user_id",
        "content",
        "entities",
        "created_at",
    }
)

# At the end, since models may need each other.
from .memory_type import MemoryType

_memory_type: Final = decoding.members(MemoryType)

_read_entities: Final[decoding.Reader[list[JSONObject]]] = decoding.list_of(decoding.json_object)


encoding.declare(
    Memory,
    Field("id", "id", encoding.uuid4),
    Field("agent_id", "agent_id", encoding.uuid4),
    Field("user_id", "user_id", encoding.uuid4),
    Field("content", "content", encoding.string()),
    Field("entities", "entities", encoding.list_of(encoding.json_object)),
    Field("created_at", "created_at", encoding.date_time),
    Field("type", "type", encoding.choice("belief", "episode"), required=False),
    Field("sentiment", "sentiment", encoding.number(minimum=-1, maximum=1), required=False),
    Field("timestamp", "timestamp", encoding.date_time, required=False),
    Field("last_accessed_at", "last_accessed_at", encoding.date_time, required=False),
    Field("updated_at", "updated_at", encoding.date_time, required=False),
)
