"""The model `ChatResponseDelta`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, Literal, Self

from .. import decoding, encoding
from ..attributes import define
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class ChatResponseDelta(Model):
    """What an event adds to the message. The parts of `content`, joined in order, are its text.

    Attributes:
        role: The role of the author. Sent before or with the first content of a message; another
            one begins another message. One of "user", "assistant", "system", "function_call",
            "function".
        content: The new part of the text.
        name: The name of the author. Sent once, with the role.

    Example:
        >>> from julep_api.models import ChatResponseDelta
        >>> data = {'role': 'assistant', 'content': 'Tomorrow is'}
        >>> model = ChatResponseDelta.from_dict(data)
        >>> ChatResponseDelta.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "role",
            "content",
            "name",
        )

    role: ChatResponseDeltaRole | None
    """The role of the author. Sent before or with the first content of a message; another one begins
    another message. One of "user", "assistant", "system", "function_call", "function"."""

    content: str | None
    """The new part of the text."""

    name: str | None
    """The name of the author. Sent once, with the role."""

    def __init__(
        self,
        /,
        role: ChatResponseDeltaRole
        | Literal["user", "assistant", "system", "function_call", "function"]
        | None = None,
        content: str | None = None,
        name: str | None = None,
        **additional: object,
    ) -> None:
        self._fill({"role": role, "content": content, "name": name}, additional)

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
        known = 3
        x: JSON
        x = get("role")
        if type(x) is str:
            self.role = _chat_response_delta_role.get(x) or ChatResponseDeltaRole(x)
        elif x is None:
            self.role = None
            known -= 1
        else:
            raise decoding.mismatch("role", "a string", x)
        x = get("content")
        if type(x) is str:
            self.content = x
        elif x is None:
            self.content = None
            known -= 1
        else:
            raise decoding.mismatch("content", "a string", x)
        x = get("name")
        if type(x) is str:
            self.name = x
        elif x is None:
            self.name = None
            known -= 1
        else:
            raise decoding.mismatch("name", "a string", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "role",
        "content",
        "name",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset({})

# At the end, since models may need each other.
from .chat_response_delta_role import ChatResponseDeltaRole

_chat_response_delta_role: Final = decoding.members(ChatResponseDeltaRole)


encoding.declare(
    ChatResponseDelta,
    Field(
        "role",
        "role",
        encoding.choice("user", "assistant", "system", "function_call", "function"),
        required=False,
    ),
    Field("content", "content", encoding.string(), required=False),
    Field("name", "name", encoding.string(), required=False),
)
