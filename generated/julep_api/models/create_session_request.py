"""The model `CreateSessionRequest`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, JSONObject


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class CreateSessionRequest(Model):
    """The fields of a new session.

    Attributes:
        agent_id: The agent.
        user_id: The user, if there is one.
        situation: The setting and the subject of the conversation: the first part of the prompt. A
            template when `render_templates` is true.
        metadata: Any data to store with it: a free JSON object, by which lists can be filtered.
        tags: Short texts by which people sort sessions, each once.
        render_templates: Whether the situation and the messages of the system and the assistant are
            Jinja templates, rendered with `session`, `user` and `agent`. A user's messages never
            are. The server's default: False.
        token_budget: How many tokens the prompt may have before `context_overflow` applies.
        context_overflow: What happens when the prompt exceeds `token_budget`. `truncate` leaves out
            the oldest history; `adaptive` summarises it. The stored history is not changed.

    Example:
        >>> from julep_api.models import CreateSessionRequest
        >>> data = {'agent_id': '3f1c2a8e-5b7d-4c1e-9a60-8d2f4b7e1c05',
        ...         'user_id': 'b7e0d4c1-2f58-4a3b-8c9d-6e1f0a5b3d27',
        ...         'situation': 'Ada calls the bakery and speaks with Pip.',
        ...         'render_templates': False,
        ...         'token_budget': 4000,
        ...         'context_overflow': 'truncate',
        ...         'metadata': {'channel': 'phone'}}
        >>> model = CreateSessionRequest.from_dict(data)
        >>> CreateSessionRequest.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "agent_id",
            "user_id",
            "situation",
            "metadata",
            "tags",
            "render_templates",
            "token_budget",
            "context_overflow",
        )

    agent_id: str
    """The agent."""

    user_id: str | None
    """The user, if there is one."""

    situation: str | None
    """The setting and the subject of the conversation: the first part of the prompt. A template when
    `render_templates` is true."""

    metadata: JSONObject | None
    """Any data to store with it: a free JSON object, by which lists can be filtered."""

    tags: list[str] | None
    """Short texts by which people sort sessions, each once."""

    render_templates: bool | None
    """Whether the situation and the messages of the system and the assistant are Jinja templates,
    rendered with `session`, `user` and `agent`. A user's messages never are. The server's default:
    False."""

    token_budget: int | None
    """How many tokens the prompt may have before `context_overflow` applies."""

    context_overflow: str | None
    """What happens when the prompt exceeds `token_budget`. `truncate` leaves out the oldest history;
    `adaptive` summarises it. The stored history is not changed."""

    def __init__(
        self,
        /,
        agent_id: UUID | str,
        user_id: UUID | str | None = None,
        situation: str | None = None,
        metadata: Mapping[str, object] | None = None,
        tags: Sequence[str] | None = None,
        render_templates: bool | None = None,
        token_budget: int | None = None,
        context_overflow: str | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "agent_id": agent_id,
                "user_id": user_id,
                "situation": situation,
                "metadata": metadata,
                "tags": tags,
                "render_templates": render_templates,
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
        known = 8
        x: JSON
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
        if len(data) == 1 and known > 0:
            self.user_id = None
            self.situation = None
            self.metadata = None
            self.tags = None
            self.render_templates = None
            self.token_budget = None
            self.context_overflow = None
            self._extra = None
            return self
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
        x = get("metadata")
        if type(x) is dict:
            self.metadata = x
        elif x is None:
            self.metadata = None
            known -= 1
        else:
            raise decoding.mismatch("metadata", "an object", x)
        x = get("tags")
        if x is None:
            self.tags = None
            known -= 1
        else:
            try:
                self.tags = _read_tags(x)
            except DecodeError as error:
                raise error.under("tags") from None
        x = get("render_templates")
        if type(x) is bool:
            self.render_templates = x
        elif x is None:
            self.render_templates = None
            known -= 1
        else:
            raise decoding.mismatch("render_templates", "true or false", x)
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


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
# The ids read last: items of a list that refer to the same resource share one string.
_last_agent_id: str = ""
_last_user_id: str = ""
_KEYS: Final = frozenset(
    {
        "agent_id",
        "user_id",
        "situation",
        "metadata",
        "tags",
        "render_templates",
        "token_budget",
        "context_overflow",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "agent_id",
    }
)

# At the end, since models may need each other.


_read_tags: Final[decoding.Reader[list[str]]] = decoding.list_of(decoding.string)


encoding.declare(
    CreateSessionRequest,
    Field("agent_id", "agent_id", encoding.uuid4),
    Field("user_id", "user_id", encoding.uuid4, required=False),
    Field("situation", "situation", encoding.string(), required=False),
    Field("metadata", "metadata", encoding.json_object, required=False),
    Field("tags", "tags", encoding.list_of(encoding.string(), unique=True), required=False),
    Field("render_templates", "render_templates", encoding.boolean, required=False),
    Field("token_budget", "token_budget", encoding.integer(), required=False),
    Field("context_overflow", "context_overflow", encoding.string(), required=False),
)
