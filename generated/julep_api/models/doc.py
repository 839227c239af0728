"""The model `Doc`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, JSONObject


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class Doc(Model):
    """A document of an agent or of a user.

    Attributes:
        id: The document's id, a UUID v4.
        title: The document's title. It is searched, and shown to the model.
        content: The text: as a whole, or in parts that are searched separately.
        created_at: When it was created.
        metadata: Any data to store with it: a free JSON object, by which lists can be filtered.
        agent_id: The agent that owns it, if it is an agent's.
        user_id: The user that owns it, if it is a user's.
        updated_at: When it was last changed.

    Example:
        >>> from julep_api.models import Doc
        >>> data = {'id': 'e2a7c5b9-14d8-4e6f-b3a0-7c9d1f5e8b62',
        ...         'title': 'Opening hours',
        ...         'content': ['We are open from 9 to 17 on weekdays.',
        ...                     'On Saturdays we close at 13.'],
        ...         'metadata': {'source': 'handbook'},
        ...         'agent_id': '7b1f0c52-3a5e-4d8b-9f60-2c4e8d1a6b37',
        ...         'created_at': '2026-11-02T09:30:00.125000Z',
        ...         'updated_at': '2026-11-02T10:15:42.500000Z'}
        >>> model = Doc.from_dict(data)
        >>> Doc.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "id",
            "title",
            "content",
            "created_at",
            "metadata",
            "agent_id",
            "user_id",
            "updated_at",
        )

    id: str
    """The document's id, a UUID v4."""

    title: str
    """The document's title. It is searched, and shown to the model."""

    content: list[str] | str
    """The text: as a whole, or in parts that are searched separately."""

    created_at: datetime.datetime
    """When it was created."""

    metadata: JSONObject
    """Any data to store with it: a free JSON object, by which lists can be filtered."""

    agent_id: str | None
    """The agent that owns it, if it is an agent's."""

    user_id: str | None
    """The user that owns it, if it is a user's."""

    updated_at: datetime.datetime | None
    """When it was last changed."""

    def __init__(
        self,
        /,
        id: UUID | str,
        title: str,
        content: Sequence[str] | str,
        created_at: datetime.datetime | str,
        metadata: Mapping[str, object] | None = None,
        agent_id: UUID | str | None = None,
        user_id: UUID | str | None = None,
        updated_at: datetime.datetime | str | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "id": id,
                "title": title,
                "content": content,
                "created_at": created_at,
                "metadata": metadata,
                "agent_id": agent_id,
                "user_id": user_id,
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
        known = 8
        x: JSON
        x = get("id")
        if type(x) is str:
            self.id = x
        else:
            self.id = decoding.lacking(data, "id", "a string", x, partial)
            known = -1
        x = get("title")
        if type(x) is str:
            self.title = x
        else:
            self.title = decoding.lacking(data, "title", "a string", x, partial)
            known = -1
        x = get("content")
        if x is None:
            self.content = decoding.lacking(data, "content", "a list or a string", x, partial)
            known = -1
        else:
            try:
                self.content = _read_content(x)
            except DecodeError as error:
                raise error.under("content") from None
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
        if len(data) == 4 and known > 0:
            self.metadata = None  # type: ignore[assignment]  # a server older than the contract
            self.agent_id = None
            self.user_id = None
            self.updated_at = None
            self._extra = None
            return self
        x = get("metadata")
        if type(x) is dict:
            self.metadata = x
        elif x is None:
            self.metadata = None  # type: ignore[assignment]  # a server older than the contract
            known -= 1
        else:
            raise decoding.mismatch("metadata", "an object", x)
        x = get("agent_id")
        if type(x) is str:
            last = _last_agent_id
            if x == last:
                x = last
            else:
                _last_agent_id = x
            self.agent_id = x
        elif x is None:
            self.agent_id = None
            known -= 1
        else:
            raise decoding.mismatch("agent_id", "a string", x)
        x = get("user_id")
        if type(x) is str:
            last = _last_user_id
            if x == last:
                x = last
            else:
                _last_user_id = x
            self.user_id = x
        elif x is None:
            self.user_id = None
            known -= 1
        else:
            raise decoding.mismatch("user_id", "a string", x)
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
        x = source.title
        self.title = x
        x = source.content
        self.content = _read_content(x)
        x = source.created_at
        when = _fromisoformat(x)
        self.created_at = (
            when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
        )
        x = source.metadata
        self.metadata = x
        x = source.agent_id
        if x is None:
            self.agent_id = None
        else:
            if x == _last_agent_id:
                x = _last_agent_id
            else:
                _last_agent_id = x
            self.agent_id = x
        x = source.user_id
        if x is None:
            self.user_id = None
        else:
            if x == _last_user_id:
                x = _last_user_id
            else:
                _last_user_id = x
            self.user_id = x
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
            has_agent_id = "agent_id" in data
            has_user_id = "user_id" in data
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
                x = data["title"]
                if not (type(x) is str):
                    return at
                self.title = x
                x = data["content"]
                self.content = _read_content(x)
                x = data["created_at"]
                when = _fromisoformat(x)
                self.created_at = (
                    when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
                )
                x = data["metadata"]
                if not (type(x) is dict):
                    return at
                self.metadata = x
                if not has_agent_id:
                    self.agent_id = None
                else:
                    x = data["agent_id"]
                    if x != last_agent_id:
                        if type(x) is not str:
                            return at
                        last_agent_id = _last_agent_id = x
                    self.agent_id = last_agent_id
                if not has_user_id:
                    self.user_id = None
                else:
                    x = data["user_id"]
                    if x != last_user_id:
                        if type(x) is not str:
                            return at
                        last_user_id = _last_user_id = x
                    self.user_id = last_user_id
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
        "title",
        "content",
        "created_at",
        "metadata",
        "agent_id",
        "user_id",
        "updated_at",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "id",
        "title",
        "content",
        "created_at",
    }
)

# At the end, since models may need each other.


_read_content_list: Final[decoding.Reader[list[str]]] = decoding.list_of(decoding.string)


def _read_content(value: JSON) -> list[str] | str:
    if type(value) is list:
        return _read_content_list(value)
    if type(value) is str:
        return value
    raise decoding.mismatch("", "a list or a string", value)


encoding.declare(
    Doc,
    Field("id", "id", encoding.uuid4),
    Field("title", "title", encoding.string()),
    Field(
        "content",
        "content",
        encoding.one_of(
            {list: encoding.list_of(encoding.string(), min_items=1), str: encoding.string()}
        ),
    ),
    Field("created_at", "created_at", encoding.date_time),
    Field("metadata", "metadata", encoding.json_object, required=False),
    Field("agent_id", "agent_id", encoding.uuid4, required=False),
    Field("user_id", "user_id", encoding.uuid4, required=False),
    Field("updated_at", "updated_at", encoding.date_time, required=False),
)
