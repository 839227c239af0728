"""The dict forms of models, and the types of arguments that accept a model or its dict form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, Required, TypeAlias, TypedDict
from uuid import UUID

from julep.managers._literals import Preset
from julep.managers._pydantic import known_to_pydantic
from julep_api.models import (
    AgentDefaultSettings,
    ChatMlImageContentPart,
    ChatMlMessage,
    ChatMlTextContentPart,
    ChatSettingsResponseFormat,
    CreateDoc,
    CreateToolRequest,
    Doc,
    FunctionDef,
    InputChatMlMessage,
    PartialFunctionDef,
    Tool,
    ToolChoiceOption,
)

__all__ = [
    "AgentDefaultSettingsDict",
    "ChatMlImageContentPartDict",
    "ChatMlTextContentPartDict",
    "ChatSettingsResponseFormatDict",
    "ChatSettingsStop",
    "ContentPart",
    "CreateToolDict",
    "DefaultSettings",
    "DocDict",
    "DocInput",
    "FunctionDefDict",
    "FunctionInput",
    "InputChatMlMessageDict",
    "LogitBias",
    "MessageInput",
    "Messages",
    "NamedToolChoiceDict",
    "PartialFunctionDefDict",
    "PartialFunctionInput",
    "ResponseFormat",
    "ToolChoice",
    "ToolDict",
    "ToolInput",
]

ChatSettingsStop: TypeAlias = str | Sequence[str]
"""A text that ends the answer, or up to four of them.

Example:
    >>> client.sessions.chat(session.id, "Count to ten.", stop=["five", "six"]).text
    'Hello! How can I help?'
"""


class ChatMlTextContentPartDict(TypedDict):
    """A text in a message.

    Example:
        >>> from julep.types import ChatMlTextContentPartDict
        >>> part: ChatMlTextContentPartDict = {"type": "text", "text": "What is this?"}
        >>> client.sessions.chat(session.id, [{"role": "user", "content": [part]}]).text
        'Hello! How can I help?'
    """

    type: Literal["text"]
    text: str


class _ImageUrl(TypedDict):
    url: str
    detail: NotRequired[Literal["low", "high", "auto"] | None]


class ChatMlImageContentPartDict(TypedDict):
    """An image in a message, by its URL.

    Example:
        >>> from julep.types import ChatMlImageContentPartDict
        >>> part: ChatMlImageContentPartDict = {
        ...     "type": "image_url",
        ...     "image_url": {"url": "https://example.com/cat.png", "detail": "low"},
        ... }
        >>> client.sessions.chat(session.id, [{"role": "user", "content": [part]}]).text
        'Hello! How can I help?'
    """

    type: Literal["image_url"]
    image_url: _ImageUrl


ContentPart: TypeAlias = (
    ChatMlTextContentPartDict
    | ChatMlImageContentPartDict
    | ChatMlTextContentPart
    | ChatMlImageContentPart
    | Mapping[str, object]
)
"""One part of a message that is more than text.

Example:
    >>> parts = [{"type": "text", "text": "What is this?"}]
    >>> client.sessions.chat(session.id, [{"role": "user", "content": parts}]).text
    'Hello! How can I help?'
"""

# In the functional form, since one key is a keyword of Python.
InputChatMlMessageDict = TypedDict(
    "InputChatMlMessageDict",
    {
        "role": Required[
            Literal["user", "assistant", "system", "function_call", "function", "auto"]
        ],
        "content": Required[str | Sequence[ContentPart]],
        "name": str | None,
        "continue": bool | None,
    },
    total=False,
)
"""A message to send.

Example:
    >>> from julep.types import InputChatMlMessageDict
    >>> message: InputChatMlMessageDict = {"role": "user", "content": "Hello!", "name": "Grace"}
    >>> client.sessions.chat(session.id, [message]).text
    'Hello! How can I help?'
"""

MessageInput: TypeAlias = (
    InputChatMlMessageDict | InputChatMlMessage | ChatMlMessage | Mapping[str, object]
)
"""A message to send, or one that was read and is sent again.

Example:
    >>> reply = client.sessions.chat(session.id, [{"role": "user", "content": "Hello!"}])
    >>> client.sessions.chat(session.id, client.sessions.history(session.id)).text
    'Hello! How can I help?'
"""

Messages: TypeAlias = str | Sequence[MessageInput]
"""The messages of a turn; a text is one message of the user.

Example:
    >>> client.sessions.chat(session.id, "Hello!").text
    'Hello! How can I help?'
    >>> client.sessions.chat(session.id, [{"role": "user", "content": "Hello!"}]).text
    'Hello! How can I help?'
"""


class FunctionDefDict(TypedDict):
    """A function that a model may call; its parameters are a JSON Schema.

    Example:
        >>> from julep.types import FunctionDefDict
        >>> look: FunctionDefDict = {"name": "look", "parameters": {"type": "object"}}
        >>> client.agents.create(name="Ada", functions=[look]).name
        'Ada'
    """

    name: str
    parameters: Mapping[str, object]
    description: NotRequired[str | None]


class ToolDict(TypedDict):
    """A tool; in a chat, a tool without an ``id`` gets one.

    Example:
        >>> from julep.types import ToolDict
        >>> look = {"name": "look", "parameters": {"type": "object"}}
        >>> tools: list[ToolDict] = [{"type": "function", "function": look}]
        >>> client.sessions.chat(session.id, "Hello!", tools).text
        'Hello! How can I help?'
    """

    type: Literal["function", "webhook"]
    function: FunctionDefDict
    id: NotRequired[str | UUID | None]


class CreateToolDict(TypedDict):
    """A tool to add to an agent.

    Example:
        >>> from julep.types import CreateToolDict
        >>> look = {"name": "look", "parameters": {"type": "object"}}
        >>> new: CreateToolDict = {"type": "function", "function": look}
        >>> client.tools.create(agent.id, new).id
        '5a3c6a0e-9d5b-4f0e-8b5e-3f5f7e8d9c0b'
    """

    type: Literal["function", "webhook"]
    function: FunctionDefDict


ToolInput: TypeAlias = ToolDict | CreateToolDict | Tool | CreateToolRequest | Mapping[str, object]
"""A tool to add to an agent or to a chat, or one that was read.

Example:
    >>> client.sessions.chat(session.id, "1 + 1?", tools=client.tools.list(agent.id)).text
    'Hello! How can I help?'
"""

FunctionInput: TypeAlias = FunctionDefDict | FunctionDef | Mapping[str, object]
"""A function that a model may call.

Example:
    >>> look = {"name": "look", "parameters": {"type": "object"}}
    >>> client.agents.create(name="Ada", functions=[look]).name
    'Ada'
"""


class PartialFunctionDefDict(TypedDict, total=False):
    """The fields of a function to change.

    Example:
        >>> from julep.types import PartialFunctionDefDict
        >>> change: PartialFunctionDefDict = {"description": "Adds two numbers."}
        >>> client.tools.update(agent.id, tool.id, change).id == tool.id
        True
    """

    name: str | None
    parameters: Mapping[str, object] | None
    description: str | None


PartialFunctionInput: TypeAlias = (
    FunctionDefDict
    | FunctionDef
    | PartialFunctionDefDict
    | PartialFunctionDef
    | Mapping[str, object]
)
"""A function, or the fields of one to change.

Example:
    >>> client.tools.update(agent.id, tool.id, {"description": "Adds."}).id == tool.id
    True
"""


class _FunctionName(TypedDict):
    name: str


class NamedToolChoiceDict(TypedDict):
    """The one function that the model must call.

    Example:
        >>> from julep.types import NamedToolChoiceDict
        >>> choice: NamedToolChoiceDict = {"type": "function", "function": {"name": "add"}}
        >>> client.sessions.chat(session.id, "1 + 1?", [tool], choice).text
        'Hello! How can I help?'
    """

    type: Literal["function"]
    function: _FunctionName


ToolChoice: TypeAlias = (
    Literal["none", "auto"] | NamedToolChoiceDict | ToolChoiceOption | Mapping[str, object]
)
"""Which tool the model may or must call.

Example:
    >>> client.sessions.chat(session.id, "1 + 1?", tool_choice="none").text
    'Hello! How can I help?'
"""


class ChatSettingsResponseFormatDict(TypedDict, total=False):
    """The format of an answer: text, JSON (with a schema), or text that matches a pattern.

    Example:
        >>> from julep.types import ChatSettingsResponseFormatDict
        >>> json: ChatSettingsResponseFormatDict = {"type": "json_object"}
        >>> client.sessions.chat(session.id, "How many?", response_format=json).text
        '{"many": 2}'
    """

    type: Literal["text", "json_object", "regex"] | None
    pattern: str | None
    schema: Mapping[str, object] | None


ResponseFormat: TypeAlias = (
    ChatSettingsResponseFormatDict | ChatSettingsResponseFormat | Mapping[str, object]
)
"""The format of an answer.

Example:
    >>> client.sessions.chat(session.id, "How many?", response_format={"type": "json_object"}).text
    '{"many": 2}'
"""

LogitBias: TypeAlias = Mapping[str, int | None] | Mapping[int, int | None]
"""What is added to the logits of single tokens, by token; None is no bias.

Example:
    >>> client.sessions.chat(session.id, "Hello!", logit_bias={"1734": -100}).text
    'Hello! How can I help?'
"""


class DocDict(TypedDict):
    """A document to create.

    Example:
        >>> from julep.types import DocDict
        >>> menu: DocDict = {"title": "Menu", "content": ["Soup.", "Bread."]}
        >>> client.docs.create(agent_id=agent.id, doc=menu).content
        ['Soup.', 'Bread.']
    """

    title: str
    content: str | Sequence[str]
    metadata: NotRequired[Mapping[str, object] | None]


DocInput: TypeAlias = DocDict | CreateDoc | Doc | Mapping[str, object]
"""A document to create, or one that was read.

Example:
    >>> [hours] = client.docs.list(agent_id=agent.id)
    >>> client.docs.create(user_id=user.id, doc=hours).title
    'Opening hours'
"""


class AgentDefaultSettingsDict(TypedDict, total=False):
    """Chat settings of an agent, for chats that do not set them.

    Attributes:
        frequency_penalty: Penalty by a token's frequency so far, -2 to 2.
        length_penalty: As in `SessionsManager.chat`, 0 to 2.
        presence_penalty: Penalty for a token that occurred before, -1 to 1.
        repetition_penalty: Above 1 for less repetition, 0 to 2.
        temperature: Randomness, 0 to 3.
        top_p: Nucleus sampling: the share of probability that is kept, 0 to 1.
        min_p: The least probability of a token, relative to the most probable one: 0 to below 1.
        preset: A named set of settings.

    Example:
        >>> from julep.types import AgentDefaultSettingsDict
        >>> calm: AgentDefaultSettingsDict = {"temperature": 0.2}
        >>> client.agents.create(name="Ada", default_settings=calm).default_settings.temperature
        0.2
    """

    frequency_penalty: float | None
    length_penalty: float | None
    presence_penalty: float | None
    repetition_penalty: float | None
    temperature: float | None
    top_p: float | None
    min_p: float | None
    preset: Preset | None


DefaultSettings: TypeAlias = AgentDefaultSettingsDict | AgentDefaultSettings | Mapping[str, object]
"""Chat settings of an agent; further ones, such as ``max_tokens``, are stored as they are.

Example:
    >>> client.agents.create(name="Ada", default_settings={"max_tokens": 100}).default_settings
    AgentDefaultSettings(max_tokens=100)
"""


known_to_pydantic(list(vars().values()))
