"""The model `UpdateSessionRequest`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Self

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, JSONObject


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class UpdateSessionRequest(Model):
    """The fields that replace a session's. Fields left out are reset.

    Attributes:
        situation: The setting and the subject of the conversation: the first part of the prompt. A
            template when `render_templates` is true.
        metadata: Any data to store with it: a free JSON object, by which lists can be filtered.
        tags: Short texts by which people sort sessions, each once; none if left out.
        render_templates: Whether the situation and the messages of the system and the assistant are
            Jinja templates, rendered with `session`, `user` and `agent`. A user's messages never
            are. The server's default: False.
        token_budget: How many tokens the prompt may have before `context_overflow` applies.
        context_overflow: What happens when the prompt exceeds `token_budget`. `truncate` leaves out
            the oldest history; `adaptive` summarises it. The stored history is not changed.

    Example:
        >>> from julep_api.models import UpdateSessionRequest
        >>> data = {'situation': 'Ada is in the shop.', 'metadata': {'channel': 'counter'}}
        >>> model = UpdateSessionRequest.from_dict(data)
        >>> UpdateSessionRequest.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "situation",
            "metadata",
            "tags",
            "render_templates",
            "token_budget",
            "context_overflow",
        )

    situation: str
    """The setting and the subject of the conversation: the first part of the prompt. A template when
    `render_templates` is true."""

    metadata: JSONObject | None
    """Any data to store with it: a free JSON object, by which lists can be filtered."""

    tags: list[str] | None
    """Short texts by which people sort sessions, each once; none if left out."""

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
        situation: str,
        metadata: Mapping[str, object] | None = None,
        tags: Sequence[str] | None = None,
        render_templates: bool | None = None,
        token_budget: int | None = None,
        context_overflow: str | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
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
        if type(data) is not dict:
            decoding.not_an_object(data)
        self = _new(cls)
        get = data.get
        known = 6
        x: JSON
        x = get("situation")
        if type(x) is str:
            self.situation = x
        else:
            self.situation = decoding.lacking(data, "situation", "a string", x, partial)
            known = -1
        # No optional property is there: so are most chunks of a stream.
        if len(data) == 1 and known > 0:
            self.metadata = None
            self.tags = None
            self.render_templates = None
            self.token_budget = None
            self.context_overflow = None
            self._extra = None
            return self
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
_KEYS: Final = frozenset(
    {
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
        "situation",
    }
)

# At the end, since models may need each other.


_read_tags: Final[decoding.Reader[list[str]]] = decoding.list_of(decoding.string)


encoding.declare(
    UpdateSessionRequest,
    Field("situation", "situation", encoding.string()),
    Field("metadata", "metadata", encoding.json_object, required=False),
    Field("tags", "tags", encoding.list_of(encoding.string(), unique=True), required=False),
    Field("render_templates", "render_templates", encoding.boolean, required=False),
    Field("token_budget", "token_budget", encoding.integer(), required=False),
    Field("context_overflow", "context_overflow", encoding.string(), required=False),
)
