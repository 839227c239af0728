"""The model `Suggestion`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class Suggestion(Model):
    """A suggestion by the model of what the user or the agent could say or do next.

    Attributes:
        message_id: The message that it is based on.
        session_id: The session that it belongs to.
        target: The addressee of the suggestion. One of "user", "agent".
        content: The suggestion.
        created_at: When it was created.

    Example:
        >>> from julep_api.models import Suggestion
        >>> data = {'message_id': '7b2e9d40-6c1f-4a85-9d3e-5f8c0b1a2e67',
        ...         'session_id': '0c9e4d2a-7b36-4f8e-a1d5-92c3b6e7f410',
        ...         'target': 'user',
        ...         'content': 'Ask which breads are fresh.',
        ...         'created_at': '2026-11-02T10:15:42.500000Z'}
        >>> model = Suggestion.from_dict(data)
        >>> Suggestion.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "message_id",
            "session_id",
            "target",
            "content",
            "created_at",
        )

    message_id: str
    """The message that it is based on."""

    session_id: str
    """The session that it belongs to."""

    target: SuggestionTarget
    """The addressee of the suggestion. One of "user", "agent"."""

    content: str
    """The suggestion."""

    created_at: datetime.datetime
    """When it was created."""

    def __init__(
        self,
        /,
        message_id: UUID | str,
        session_id: UUID | str,
        target: SuggestionTarget | Literal["user", "agent"],
        content: str,
        created_at: datetime.datetime | str | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "message_id": message_id,
                "session_id": session_id,
                "target": target,
                "content": content,
                "created_at": created_at,
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
        global _last_message_id, _last_session_id
        if type(data) is not dict:
            decoding.not_an_object(data)
        self = _new(cls)
        get = data.get
        known = 5
        x: JSON
        x = get("message_id")
        if type(x) is str:
            last = _last_message_id
            if x == last:
                x = last
            else:
                _last_message_id = x
            self.message_id = x
        else:
            self.message_id = decoding.lacking(data, "message_id", "a string", x, partial)
            known = -1
        x = get("session_id")
        if type(x) is str:
            last = _last_session_id
            if x == last:
                x = last
            else:
                _last_session_id = x
            self.session_id = x
        else:
            self.session_id = decoding.lacking(data, "session_id", "a string", x, partial)
            known = -1
        x = get("target")
        if type(x) is str:
            self.target = _suggestion_target.get(x) or SuggestionTarget(x)
        else:
            self.target = decoding.lacking(data, "target", "a string", x, partial)
            known = -1
        x = get("content")
        if type(x) is str:
            self.content = x
        else:
            self.content = decoding.lacking(data, "content", "a string", x, partial)
            known = -1
        x = get("created_at")
        if type(x) is str:
            try:
                when = _fromisoformat(x)
            except ValueError:
                raise decoding.mismatch("created_at", "a date-time", x) from None
            self.created_at = (
                when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
            )
        elif x is None:
            self.created_at = None  # type: ignore[assignment]  # a server older than the contract
            known -= 1
        else:
            raise decoding.mismatch("created_at", "a date-time", x)
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
        global _last_message_id, _last_session_id
        self = _new(cls)
        x: Any
        x = source.message_id
        if x == _last_message_id:
            x = _last_message_id
        else:
            _last_message_id = x
        self.message_id = x
        x = source.session_id
        if x == _last_session_id:
            x = _last_session_id
        else:
            _last_session_id = x
        self.session_id = x
        x = source.target
        self.target = SuggestionTarget(x)
        x = source.content
        self.content = x
        x = source.created_at
        if x is None:
            self.created_at = None  # type: ignore[assignment]  # a server older than the contract
        else:
            when = _fromisoformat(x)
            self.created_at = (
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
        global _last_message_id, _last_session_id
        last_message_id = _last_message_id
        last_session_id = _last_session_id
        x: Any
        data: Any = items[at]
        try:
            if not _KEYS.issuperset(data):
                return at
            size = len(data)
            for at in range(at, len(items)):
                data = items[at]
                if len(data) != size:
                    return at
                self = _new(cls)
                x = data["message_id"]
                if x != last_message_id:
                    if type(x) is not str:
                        return at
                    last_message_id = _last_message_id = x
                self.message_id = last_message_id
                x = data["session_id"]
                if x != last_session_id:
                    if type(x) is not str:
                        return at
                    last_session_id = _last_session_id = x
                self.session_id = last_session_id
                x = data["target"]
                if type(x) is not str:
                    return at
                self.target = _suggestion_target.get(x) or SuggestionTarget(x)
                x = data["content"]
                if not (type(x) is str):
                    return at
                self.content = x
                x = data["created_at"]
                when = _fromisoformat(x)
                self.created_at = (
                    when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
                )
                self._extra = None
                items[at] = self
        except (DecodeError, KeyError, TypeError, ValueError):
            return at
        return len(items)


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
# The ids read last: items of a list that refer to the same resource share one string.
_last_message_id: str = ""
_last_session_id: str = ""
_KEYS: Final = frozenset(
    {
        "message_id",
        "session_id",
        "target",
        "content",
        "created_at",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "message_id",
        "session_id",
        "target",
        "content",
    }
)

# At the end, since models may need each other.
from .suggestion_target import SuggestionTarget

_suggestion_target: Final = decoding.members(SuggestionTarget)


encoding.declare(
    Suggestion,
    Field("message_id", "message_id", encoding.uuid4),
    Field("session_id", "session_id", encoding.uuid4),
    Field("target", "target", encoding.choice("user", "agent")),
    Field("content", "content", encoding.string()),
    Field("created_at", "created_at", encoding.date_time, required=False),
)
