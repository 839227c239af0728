"""The model `InputChatMlMessage`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, Self

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON, JSONObject


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class InputChatMlMessage(Model):
    """A message to send.

    Attributes:
        role: The role of the author. The result of a call is a `function`; with `auto` the server
            decides. One of "user", "assistant", "system", "function_call", "function", "auto".
        content: The content: a text, or a list of texts and images.
        name: The name of the author, or of the function.
        continue_: Whether the model continues this message instead of answering it. The server's
            default: False.

    Example:
        >>> from julep_api.models import InputChatMlMessage
        >>> data = {'role': 'user', 'content': 'When do you open tomorrow?', 'name': 'Ada'}
        >>> model = InputChatMlMessage.from_dict(data)
        >>> InputChatMlMessage.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "role",
            "content",
            "name",
            "continue_",
        )

    role: InputChatMlMessageRole
    """The role of the author. The result of a call is a `function`; with `auto` the server decides.
    One of "user", "assistant", "system", "function_call", "function", "auto"."""

    content: str | list[ChatMlTextContentPart | ChatMlImageContentPart | JSONObject]
    """The content: a text, or a list of texts and images."""

    name: str | None
    """The name of the author, or of the function."""

    continue_: bool | None
    """Whether the model continues this message instead of answering it. The server's default: False."""

    def __init__(
        self,
        /,
        role: InputChatMlMessageRole
        | Literal["user", "assistant", "system", "function_call", "function", "auto"],
        content: str
        | Sequence[ChatMlTextContentPart | ChatMlImageContentPart | Mapping[str, object]],
        name: str | None = None,
        continue_: bool | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {"role": role, "content": content, "name": name, "continue_": continue_}, additional
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
        known = 4
        x: JSON
        x = get("role")
        if type(x) is str:
            self.role = _input_chat_ml_message_role.get(x) or InputChatMlMessageRole(x)
        else:
            self.role = decoding.lacking(data, "role", "a string", x, partial)
            known = -1
        x = get("content")
        if x is None:
            self.content = decoding.lacking(data, "content", "a string or a list", x, partial)
            known = -1
        else:
            try:
                self.content = _read_content(x)
            except DecodeError as error:
                raise error.under("content") from None
        x = get("name")
        if type(x) is str:
            self.name = x
        elif x is None:
            self.name = None
            known -= 1
        else:
            raise decoding.mismatch("name", "a string", x)
        x = get("continue")
        if type(x) is bool:
            self.continue_ = x
        elif x is None:
            self.continue_ = None
            known -= 1
        else:
            raise decoding.mismatch("continue", "true or false", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "role",
        "content",
        "name",
        "continue",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "role",
        "content",
    }
)

# At the end, since models may need each other.
from .chat_ml_image_content_part import ChatMlImageContentPart
from .chat_ml_text_content_part import ChatMlTextContentPart
from .input_chat_ml_message_role import InputChatMlMessageRole

_input_chat_ml_message_role: Final = decoding.members(InputChatMlMessageRole)


def _read_content_list_item(
    value: JSON,
) -> ChatMlTextContentPart | ChatMlImageContentPart | JSONObject:
    if type(value) is not dict:
        raise decoding.mismatch("", "an object", value)
    tag = value.get("type")
    if tag == "text":
        return ChatMlTextContentPart.from_dict(value)
    if tag == "image_url":
        return ChatMlImageContentPart.from_dict(value)
    return value  # of a kind that the contract does not describe yet


_read_content_list: Final[
    decoding.Reader[list[ChatMlTextContentPart | ChatMlImageContentPart | JSONObject]]
] = decoding.list_of(_read_content_list_item)


def _read_content(
    value: JSON,
) -> str | list[ChatMlTextContentPart | ChatMlImageContentPart | JSONObject]:
    if type(value) is str:
        return value
    if type(value) is list:
        return _read_content_list(value)
    raise decoding.mismatch("", "a string or a list", value)


encoding.declare(
    InputChatMlMessage,
    Field(
        "role",
        "role",
        encoding.choice("user", "assistant", "system", "function_call", "function", "auto"),
    ),
    Field(
        "content",
        "content",
        encoding.one_of(
            {
                str: encoding.string(),
                list: encoding.list_of(
                    encoding.tagged(
                        "type", {"text": ChatMlTextContentPart, "image_url": ChatMlImageContentPart}
                    )
                ),
            }
        ),
    ),
    Field("name", "name", encoding.string(), required=False),
    Field("continue", "continue_", encoding.boolean, required=False),
)
