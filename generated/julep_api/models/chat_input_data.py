"""The model `ChatInputData`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, Self

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class ChatInputData(Model):
    """The messages and tools of this turn of a chat.

    Attributes:
        messages: The messages of this turn, in order. At least 1 item.
        tools: Tools for this turn. A tool with the name of a tool of the agent replaces it.
        tool_choice: The tool to call, if any. By default or with null, the model chooses.

    Example:
        >>> from julep_api.models import ChatInputData
        >>> data = {'messages': [{'role': 'user',
        ...                       'content': 'When do you open tomorrow?',
        ...                       'name': 'Ada'}],
        ...         'tools': [{'id': '9a4f6c2d-8e15-4d7b-b2c3-0f6e1d8a5b74',
        ...                    'type': 'function',
        ...                    'function': {'name': 'get_weather',
        ...                                 'description': 'Gives the weather of a city.',
        ...                                 'parameters': {'type': 'object',
        ...                                                'properties': {'city': {'type': 'string'}},
        ...                                                'required': ['city']}}}],
        ...         'tool_choice': 'auto'}
        >>> model = ChatInputData.from_dict(data)
        >>> ChatInputData.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "messages",
            "tools",
            "tool_choice",
        )

    messages: list[InputChatMlMessage]
    """The messages of this turn, in order. At least 1 item."""

    tools: list[Tool] | None
    """Tools for this turn. A tool with the name of a tool of the agent replaces it."""

    tool_choice: ToolChoiceOptionMode | NamedToolChoice | None
    """The tool to call, if any. By default or with null, the model chooses."""

    def __init__(
        self,
        /,
        messages: Sequence[InputChatMlMessage | Mapping[str, object]],
        tools: Sequence[Tool | Mapping[str, object]] | None = None,
        tool_choice: ToolChoiceOptionMode
        | Literal["none", "auto"]
        | NamedToolChoice
        | Mapping[str, object]
        | None = None,
        **additional: object,
    ) -> None:
        self._fill({"messages": messages, "tools": tools, "tool_choice": tool_choice}, additional)

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
        x = get("messages")
        if x is None:
            self.messages = decoding.lacking(data, "messages", "a list", x, partial)
            known = -1
        else:
            try:
                self.messages = _read_messages(x)
            except DecodeError as error:
                raise error.under("messages") from None
        x = get("tools")
        if x is None:
            self.tools = None
            known -= 1
        else:
            try:
                self.tools = _read_tools(x)
            except DecodeError as error:
                raise error.under("tools") from None
        x = get("tool_choice")
        if x is None:
            self.tool_choice = None
            known -= 1
        else:
            try:
                self.tool_choice = _read_tool_choice(x)
            except DecodeError as error:
                raise error.under("tool_choice") from None
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "messages",
        "tools",
        "tool_choice",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "messages",
    }
)

# At the end, since models may need each other.
from .input_chat_ml_message import InputChatMlMessage
from .named_tool_choice import NamedToolChoice
from .tool import Tool
from .tool_choice_option_mode import ToolChoiceOptionMode

_read_messages: Final[decoding.Reader[list[InputChatMlMessage]]] = decoding.list_of(
    InputChatMlMessage.from_dict
)


_read_tools: Final[decoding.Reader[list[Tool]]] = decoding.list_of(Tool.from_dict)


def _read_tool_choice(value: JSON) -> ToolChoiceOptionMode | NamedToolChoice:
    if type(value) is str:
        return decoding.enum_of(ToolChoiceOptionMode)(value)
    if type(value) is dict:
        return NamedToolChoice.from_dict(value)
    raise decoding.mismatch("", "a string or an object", value)


encoding.declare(
    ChatInputData,
    Field("messages", "messages", encoding.list_of(InputChatMlMessage.encode, min_items=1)),
    Field("tools", "tools", encoding.nullable(encoding.list_of(Tool.encode)), required=False),
    Field(
        "tool_choice",
        "tool_choice",
        encoding.nullable(
            encoding.one_of({str: encoding.choice("none", "auto"), dict: NamedToolChoice.encode})
        ),
        required=False,
    ),
)
