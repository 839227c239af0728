"""The model `Session`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, UNSET, JSONObject


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class Session(Model):
    """A conversation between an agent and, usually, a user.

    Attributes:
        id: The session's id, a UUID v4.
        agent_id: The agent.
        metadata: Any data to store with it: a free JSON object, by which lists can be filtered.
        render_templates: Whether the situation and the messages of the system and the assistant are
            Jinja templates, rendered with `session`, `user` and `agent`. A user's messages never
            are. The server's default: False.
        created_at: When it was created.
        updated_at: When it was last changed.
        user_id: The user, if there is one.
        situation: The setting and the subject of the conversation: the first part of the prompt. A
            template when `render_templates` is true.
        summary: A summary of the conversation so far, once the history has been summarised.
        tags: Short texts by which people sort sessions, each once.
        token_budget: How many tokens the prompt may have before `context_overflow` applies.
        context_overflow: What happens when the prompt exceeds `token_budget`. `truncate` leaves out
            the oldest history; `adaptive` summarises it. The stored history is not changed.

    Example:
        >>> from julep_api.models import Session
        >>> data = {'id': '0c9e4d2a-7b36-4f8e-a1d5-92c3b6e7f410',
        ...         'agent_id': '3f1c2a8e-5b7d-4c1e-9a60-8d2f4b7e1c05',
        ...         'user_id': 'b7e0d4c1-2f58-4a3b-8c9d-6e1f0a5b3d27',
        ...         'situation': 'Ada calls the bakery and speaks with Pip.',
        ...         'render_templates': False,
        ...         'token_budget': 4000,
        ...         'context_overflow': 'truncate',
        ...         'metadata': {'channel': 'phone'},
        ...         'summary': 'Ada asked about the opening hours.',
        ...         'created_at': '2026-11-02T09:30:00.125000Z',
        ...         'updated_at': '2026-11-02T10:15:42.500000Z'}
        >>> model = Session.from_dict(data)
        >>> Session.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "id",
            "agent_id",
            "metadata",
            "render_templates",
            "created_at",
            "updated_at",
            "user_id",
            "situation",
            "summary",
            "tags",
            "token_budget",
            "context_overflow",
        )

    id: str
    """The session's id, a UUID v4."""

    agent_id: str
    """The agent."""

    metadata: JSONObject
    """Any data to store with it: a free JSON object, by which lists can be filtered."""

    render_templates: bool
    """Whether the situation and the messages of the system and the assistant are Jinja templates,
    rendered with `session`, `user` and `agent`. A user's messages never are. The server's default:
    False."""

    created_at: datetime.datetime
    """When it was created."""

    updated_at: datetime.datetime
    """When it was last changed."""

    user_id: str | None
    """The user, if there is one."""

    situation: str | None
    """The setting and the subject of the conversation: the first part of the prompt. A template when
    `render_templates` is true."""

    summary: str | None
    """A summary of the conversation so far, once the history has been summarised."""

    tags: list[str] | None
    """Short texts by which people sort sessions, each once."""

    token_budget: int | None
    """How many tokens the prompt may have before `context_overflow` applies."""

    context_overflow: str | None
    """What happens when the prompt exceeds `token_budget`. `truncate` leaves out the oldest history;
    `adaptive` summarises it. The stored history is not changed."""

    def __init__(
        self,
        /,
        id: UUID | str,
        agent_id: UUID | str,
        metadata: Mapping[str, object] | None = None,
        render_templates: bool | None = None,
        created_at: datetime.datetime | str | None = None,
        updated_at: datetime.datetime | str | None = None,
        user_id: UUID | str | None = None,
        situation: str | None = None,
        summary: str | None = None,
        tags: Sequence[str] | None = None,
        token_budget: int | None = None,
        context_overflow: str | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "id": id,
                "agent_id": agent_id,
                "metadata": metadata,
                "render_templates": render_templates,
                "created_at": created_at,
                "updated_at": updated_at,
                "user_id": user_id,
                "situation": situation,
                "summary": summary,
                "tags": tags,
                "token_budget": token_budget,
                "context_overflow": context_overflow,
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
        known = 12
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
        # No optional property is there: so are most chunks of a stream.
        if len(data) == 2 and known > 0:
            self.metadata = None  # type: ignore[assignment]  # a server older than the contract
            self.render_templates = None  # type: ignore[assignment]  # a server older than the contract
            self.created_at = None  # type: ignore[assignment]  # a server older than the contract
            self.updated_at = None  # type: ignore[assignment]  # a server older than the contract
            self.user_id = None
            self.situation = None
            self.summary = None
            self.tags = None
            self.token_budget = None
            self.context_overflow = None
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
        x = get("render_templates")
        if type(x) is bool:
            self.render_templates = x
        elif x is None:
            self.render_templates = None  # type: ignore[assignment]  # a server older than the contract
            known -= 1
        else:
            raise decoding.mismatch("render_templates", "true or false", x)
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
            self.updated_at = None  # type: ignore[assignment]  # a server older than the contract
            known -= 1
        else:
            raise decoding.mismatch("updated_at", "a date-time", x)
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
        x = get("situation")
        if type(x) is str:
            self.situation = x
        elif x is None:
            self.situation = None
            known -= 1
        else:
            raise decoding.mismatch("situation", "a string", x)
        x = get("summary")
        if type(x) is str:
            self.summary = x
        elif x is None:
            self.summary = None
            known -= 1
        else:
            raise decoding.mismatch("summary", "a string", x)
        x = get("tags")
        if x is None:
            self.tags = None
            known -= 1
        else:
            try:
                self.tags = _read_tags(x)
            except DecodeError as error:
                raise error.under("tags") from None
        x = get("token_budget")
        if type(x) is int:
            self.token_budget = x
        elif x is None:
            self.token_budget = None
            known -= 1
        else:
            raise decoding.mismatch("token_budget", "an integer", x)
        x = get("context_overflow")
        if type(x) is str:
            self.context_overflow = x
        elif x is None:
            self.context_overflow = None
            known -= 1
        else:
            raise decoding.mismatch("context_overflow", "a string", x)
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
        x = source.metadata
        self.metadata = x
        x = source.render_templates
        self.render_templates = x
        x = source.created_at
        if x is None:
            self.created_at = None  # type: ignore[assignment]  # a server older than the contract
        else:
            when = _fromisoformat(x)
            self.created_at = (
                when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
            )
        x = source.updated_at
        if x is None:
            self.updated_at = None  # type: ignore[assignment]  # a server older than the contract
        else:
            when = _fromisoformat(x)
            self.updated_at = (
                when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
            )
        x = source.user_id
        if x is None:
            self.user_id = None
        else:
            if x == _last_user_id:
                x = _last_user_id
            else:
                _last_user_id = x
            self.user_id = x
        x = source.situation
        self.situation = x
        x = source.summary
        self.summary = x
        x = source.tags
        if x is None:
            raise decoding.mismatch("tags", "a list", x)
        self.tags = None if x is UNSET else _read_tags(x)
        x = source.token_budget
        self.token_budget = x
        x = source.context_overflow
        self.context_overflow = x
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
            has_user_id = "user_id" in data
            has_situation = "situation" in data
            has_summary = "summary" in data
            has_tags = "tags" in data
            has_token_budget = "token_budget" in data
            has_context_overflow = "context_overflow" in data
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
                x = data["metadata"]
                if not (type(x) is dict):
                    return at
                self.metadata = x
                x = data["render_templates"]
                if not (type(x) is bool):
                    return at
                self.render_templates = x
                x = data["created_at"]
                when = _fromisoformat(x)
                self.created_at = (
                    when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
                )
                x = data["updated_at"]
                when = _fromisoformat(x)
                self.updated_at = (
                    when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
                )
                if not has_user_id:
                    self.user_id = None
                else:
                    x = data["user_id"]
                    if x != last_user_id:
                        if type(x) is not str:
                            return at
                        last_user_id = _last_user_id = x
                    self.user_id = last_user_id
                if not has_situation:
                    self.situation = None
                else:
                    x = data["situation"]
                    if not (type(x) is str):
                        return at
                    self.situation = x
                if not has_summary:
                    self.summary = None
                else:
                    x = data["summary"]
                    if not (type(x) is str):
                        return at
                    self.summary = x
                if not has_tags:
                    self.tags = None
                else:
                    x = data["tags"]
                    self.tags = _read_tags(x)
                if not has_token_budget:
                    self.token_budget = None
                else:
                    x = data["token_budget"]
                    if not (type(x) is int):
                        return at
                    self.token_budget = x
                if not has_context_overflow:
                    self.context_overflow = None
                else:
                    x = data["context_overflow"]
                    if not (type(x) is str):
                        return at
                    self.context_overflow = x
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
        "metadata",
        "render_templates",
        "created_at",
        "updated_at",
        "user_id",
        "situation",
        "summary",
        "tags",
        "token_budget",
        "context_overflow",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "id",
        "agent_id",
    }
)

# At the end, since models may need each other.


_read_tags: Final[decoding.Reader[list[str]]] = decoding.list_of(decoding.string)


encoding.declare(
    Session,
    Field("id", "id", encoding.uuid4),
    Field("agent_id", "agent_id", encoding.uuid4),
    Field("metadata", "metadata", encoding.json_object, required=False),
    Field("render_templates", "render_templates", encoding.boolean, required=False),
    Field("created_at", "created_at", encoding.date_time, required=False),
    Field("updated_at", "updated_at", encoding.date_time, required=False),
    Field("user_id", "user_id", encoding.uuid4, required=False),
    Field("situation", "situation", encoding.string(), required=False),
    Field("summary", "summary", encoding.string(), required=False),
    Field("tags", "tags", encoding.list_of(encoding.string(), unique=True), required=False),
    Field("token_budget", "token_budget", encoding.integer(), required=False),
    Field("context_overflow", "context_overflow", encoding.string(), required=False),
)
