"""The model `PromptPart`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, Literal, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class PromptPart(Model):
    """A part of a prompt.

    Attributes:
        kind: What the part is: the session's situation, the description of the agent or the user,
            the instructions, a part of a document, a memory, the summary, a message of the history,
            a new message, or the tools. One of "situation", "agent", "user", "instructions",
            "document", "memory", "summary", "history", "message", "tools".
        text: The text, without images. For the tools, their JSON.
        tokens: The tokens of the part.
        role: The role of a message's author. One of "user", "assistant", "system", "function_call",
            "function".
        source_id: The id of the document, the memory or the message.
        left_out: Why the part is not in the prompt: it has no room in the `token_budget`, or the
            summary covers it. Absent if it is in the prompt. One of "token_budget", "summary".

    Example:
        >>> from julep_api.models import PromptPart
        >>> data = {'kind': 'history',
        ...         'role': 'user',
        ...         'text': 'When do you open tomorrow?',
        ...         'tokens': 6,
        ...         'source_id': '7b2e9d40-6c1f-4a85-9d3e-5f8c0b1a2e67',
        ...         'left_out': 'token_budget'}
        >>> model = PromptPart.from_dict(data)
        >>> PromptPart.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "kind",
            "text",
            "tokens",
            "role",
            "source_id",
            "left_out",
        )

    kind: PromptPartKind
    """What the part is: the session's situation, the description of the agent or the user, the
    instructions, a part of a document, a memory, the summary, a message of the history, a new
    message, or the tools. One of "situation", "agent", "user", "instructions", "document",
    "memory", "summary", "history", "message", "tools"."""

    text: str
    """The text, without images. For the tools, their JSON."""

    tokens: int
    """The tokens of the part."""

    role: PromptPartRole | None
    """The role of a message's author. One of "user", "assistant", "system", "function_call",
    "function"."""

    source_id: str | None
    """The id of the document, the memory or the message."""

    left_out: PromptPartLeftOut | None
    """Why the part is not in the prompt: it has no room in the `token_budget`, or the summary covers
    it. Absent if it is in the prompt. One of "token_budget", "summary"."""

    def __init__(
        self,
        /,
        kind: PromptPartKind
        | Literal[
            "situation",
            "agent",
            "user",
            "instructions",
            "document",
            "memory",
            "summary",
            "history",
            "message",
            "tools",
        ],
        text: str,
        tokens: int,
        role: PromptPartRole
        | Literal["user", "assistant", "system", "function_call", "function"]
        | None = None,
        source_id: UUID | str | None = None,
        left_out: PromptPartLeftOut | Literal["token_budget", "summary"] | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "kind": kind,
                "text": text,
                "tokens": tokens,
                "role": role,
                "source_id": source_id,
                "left_out": left_out,
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
        global _last_source_id
        if type(data) is not dict:
            decoding.not_an_object(data)
        self = _new(cls)
        get = data.get
        known = 6
        x: JSON
        x = get("kind")
        if type(x) is str:
            self.kind = _prompt_part_kind.get(x) or PromptPartKind(x)
        else:
            self.kind = decoding.lacking(data, "kind", "a string", x, partial)
            known = -1
        x = get("text")
        if type(x) is str:
            self.text = x
        else:
            self.text = decoding.lacking(data, "text", "a string", x, partial)
            known = -1
        x = get("tokens")
        if type(x) is int:
            self.tokens = x
        else:
            self.tokens = decoding.lacking(data, "tokens", "an integer", x, partial)
            known = -1
        # No optional property is there: so are most chunks of a stream.
        if len(data) == 3 and known > 0:
            self.role = None
            self.source_id = None
            self.left_out = None
            self._extra = None
            return self
        x = get("role")
        if type(x) is str:
            self.role = _prompt_part_role.get(x) or PromptPartRole(x)
        elif x is None:
            self.role = None
            known -= 1
        else:
            raise decoding.mismatch("role", "a string", x)
        x = get("source_id")
        if type(x) is str:
            last = _last_source_id
            if x == last:
                x = last
            else:
                _last_source_id = x
            self.source_id = x
        elif x is None:
            self.source_id = None
            known -= 1
        else:
            raise decoding.mismatch("source_id", "a string", x)
        x = get("left_out")
        if type(x) is str:
            self.left_out = _prompt_part_left_out.get(x) or PromptPartLeftOut(x)
        elif x is None:
            self.left_out = None
            known -= 1
        else:
            raise decoding.mismatch("left_out", "a string", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
# The ids read last: items of a list that refer to the same resource share one string.
_last_source_id: str = ""
_KEYS: Final = frozenset(
    {
        "kind",
        "text",
        "tokens",
        "role",
        "source_id",
        "left_out",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "kind",
        "text",
        "tokens",
    }
)

# At the end, since models may need each other.
from .prompt_part_kind import PromptPartKind
from .prompt_part_left_out import PromptPartLeftOut
from .prompt_part_role import PromptPartRole

_prompt_part_kind: Final = decoding.members(PromptPartKind)
_prompt_part_role: Final = decoding.members(PromptPartRole)
_prompt_part_left_out: Final = decoding.members(PromptPartLeftOut)


encoding.declare(
    PromptPart,
    Field(
        "kind",
        "kind",
        encoding.choice(
            "situation",
            "agent",
            "user",
            "instructions",
            "document",
            "memory",
            "summary",
            "history",
            "message",
            "tools",
        ),
    ),
    Field("text", "text", encoding.string()),
    Field("tokens", "tokens", encoding.integer()),
    Field(
        "role",
        "role",
        encoding.choice("user", "assistant", "system", "function_call", "function"),
        required=False,
    ),
    Field("source_id", "source_id", encoding.uuid4, required=False),
    Field("left_out", "left_out", encoding.choice("token_budget", "summary"), required=False),
)
