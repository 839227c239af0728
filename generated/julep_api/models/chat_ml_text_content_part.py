"""The model `ChatMlTextContentPart`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, Literal, Self

from .. import decoding, encoding
from ..attributes import define
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class ChatMlTextContentPart(Model):
    """A text part of a message.

    Attributes:
        text: The text.
        type: Marks this part as a text. One of "text". The server's default: 'text'.

    Example:
        >>> from julep_api.models import ChatMlTextContentPart
        >>> data = {'type': 'text', 'text': 'What kind of bread is this?'}
        >>> model = ChatMlTextContentPart.from_dict(data)
        >>> ChatMlTextContentPart.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "text",
            "type",
        )

    text: str
    """The text."""

    type: ChatMlTextContentPartType
    """Marks this part as a text. One of "text". The server's default: 'text'."""

    def __init__(
        self,
        /,
        text: str,
        type: ChatMlTextContentPartType | Literal["text"] = "text",
        **additional: object,
    ) -> None:
        self._fill({"text": text, "type": type}, additional)

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
        known = 2
        x: JSON
        x = get("text")
        if type(x) is str:
            self.text = x
        else:
            self.text = decoding.lacking(data, "text", "a string", x, partial)
            known = -1
        x = get("type")
        if x == "text":
            self.type = ChatMlTextContentPartType.TEXT
        else:
            self.type = decoding.lacking(data, "type", "'text'", x, partial)
            known = -1
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "text",
        "type",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "text",
        "type",
    }
)

# At the end, since models may need each other.
from .chat_ml_text_content_part_type import ChatMlTextContentPartType

encoding.declare(
    ChatMlTextContentPart,
    Field("text", "text", encoding.string()),
    Field("type", "type", encoding.choice("text")),
)
