"""The types of arguments: dict forms of models, and what is accepted beside both.

Type checkers and editors know the keys of the dict forms. Any mapping is accepted too, so that a
dict may come from a variable and have further keys. At run time, all of them are checked completely
before a request is sent. None as an optional key's value is the same as leaving the key out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NotRequired, Required, TypeAlias, TypedDict
from uuid import UUID

from julep._lazy import lazy
from julep._tools.approve import Approve
from julep.managers._literals import ContextOverflow, MemoryKind, Order, Preset, SortBy
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

if not TYPE_CHECKING:
    _, __getattr__, __dir__ = lazy(__name__, {}, older="julep.managers._names_of_0_3")
__all__ = [
    "AgentCreateArgs",
    "AgentDefaultSettingsDict",
    "AgentUpdateArgs",
    "Approve",
    "ChatMlImageContentPartDict",
    "ChatMlTextContentPartDict",
    "ChatSettingsArgs",
    "ChatSettingsResponseFormatDict",
    "ChatSettingsStop",
    "ContentPart",
    "ContextOverflow",
    "CreateToolDict",
    "DefaultSettings",
    "DocCreateArgs",
    "DocDict",
    "DocInput",
    "FunctionDefDict",
    "FunctionInput",
    "InputChatMlMessageDict",
    "LogitBias",
    "MemoryKind",
    "MessageInput",
    "Messages",
    "NamedToolChoiceDict",
    "Order",
    "ParseArgs",
    "PartialFunctionDefDict",
    "PartialFunctionInput",
    "Preset",
    "ResponseFormat",
    "RunArgs",
    "SessionCreateArgs",
    "SessionUpdateArgs",
    "SortBy",
    "ToolChoice",
    "ToolDict",
    "ToolInput",
    "UserCreateArgs",
    "UserUpdateArgs",
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


class SessionCreateArgs(TypedDict):
    """The keyword arguments of `SessionsManager.create`.

    Example:
        >>> from julep.types import SessionCreateArgs
        >>> arguments: SessionCreateArgs = {"agent_id": agent.id, "situation": "A party"}
        >>> client.sessions.create(**arguments).situation
        'A party'
    """

    agent_id: str | UUID
    user_id: NotRequired[str | UUID | None]
    situation: NotRequired[str | None]
    metadata: NotRequired[Mapping[str, object] | None]
    render_templates: NotRequired[bool | None]
    token_budget: NotRequired[int | None]
    context_overflow: NotRequired[ContextOverflow | None]
    tags: NotRequired[Sequence[str] | None]


class SessionUpdateArgs(TypedDict):
    """The keyword arguments of `SessionsManager.update`.

    Example:
        >>> from julep.types import SessionUpdateArgs
        >>> arguments: SessionUpdateArgs = {"session_id": session.id, "situation": "A party"}
        >>> client.sessions.update(**arguments).situation
        'A party'
    """

    session_id: str | UUID
    situation: NotRequired[str | None]
    metadata: NotRequired[Mapping[str, object] | None]
    overwrite: NotRequired[bool | None]
    render_templates: NotRequired[bool | None]
    token_budget: NotRequired[int | None]
    context_overflow: NotRequired[ContextOverflow | None]
    tags: NotRequired[Sequence[str] | None]


class ChatSettingsArgs(TypedDict, total=False):
    """The settings of a chat: the keyword arguments of `SessionsManager.chat`.

    Example:
        >>> from julep.types import ChatSettingsArgs
        >>> settings: ChatSettingsArgs = {"temperature": 0.2, "max_tokens": 100}
        >>> client.sessions.chat(session.id, "Hello!", **settings).text
        'Hello! How can I help?'
    """

    frequency_penalty: float | None
    length_penalty: float | None
    logit_bias: LogitBias | None
    max_tokens: int | None
    presence_penalty: float | None
    repetition_penalty: float | None
    response_format: ResponseFormat | None
    seed: int | None
    stop: ChatSettingsStop | None
    temperature: float | None
    top_p: float | None
    recall: bool | None
    remember: bool | None
    min_p: float | None
    preset: Preset | None
    record: bool | None
    explain: bool | None


class RunArgs(ChatSettingsArgs, total=False):
    """The options of `SessionsManager.run`, `iterate_run` and `stream_run`.

    Example:
        >>> from julep.types import RunArgs
        >>> options: RunArgs = {"max_turns": 3, "temperature": 0.2}
        >>> client.sessions.run(session.id, "Hello!", [temperature], **options).text
        'Hello! How can I help?'
    """

    max_turns: int | None
    tool_choice: ToolChoice | None
    approve: Approve | None


class ParseArgs(RunArgs, total=False):
    """The options of `SessionsManager.parse`, and of runs with an ``output``.

    Example:
        >>> from julep.types import ParseArgs
        >>> options: ParseArgs = {"repairs": 2}
        >>> client.sessions.parse(session.id, "How many?", int, **options).parsed
        2
    """

    repairs: int | None


class AgentCreateArgs(TypedDict):
    """The keyword arguments of `AgentsManager.create`.

    Example:
        >>> from julep.types import AgentCreateArgs
        >>> arguments: AgentCreateArgs = {"name": "Ada", "about": "a patient tutor"}
        >>> client.agents.create(**arguments).about
        'a patient tutor'
    """

    name: str
    about: NotRequired[str | None]
    instructions: NotRequired[str | Sequence[str] | None]
    tools: NotRequired[Sequence[ToolInput] | None]
    functions: NotRequired[Sequence[FunctionInput] | None]
    default_settings: NotRequired[DefaultSettings | None]
    model: NotRequired[str | None]
    docs: NotRequired[Sequence[DocInput] | None]
    metadata: NotRequired[Mapping[str, object] | None]


class AgentUpdateArgs(TypedDict):
    """The keyword arguments of `AgentsManager.update`.

    Example:
        >>> from julep.types import AgentUpdateArgs
        >>> arguments: AgentUpdateArgs = {"agent_id": agent.id, "about": "a strict tutor"}
        >>> client.agents.update(**arguments).about
        'a strict tutor'
    """

    agent_id: str | UUID
    name: NotRequired[str | None]
    about: NotRequired[str | None]
    instructions: NotRequired[str | Sequence[str] | None]
    default_settings: NotRequired[DefaultSettings | None]
    model: NotRequired[str | None]
    metadata: NotRequired[Mapping[str, object] | None]
    overwrite: NotRequired[bool | None]


class UserCreateArgs(TypedDict):
    """The keyword arguments of `UsersManager.create`.

    Example:
        >>> from julep.types import UserCreateArgs
        >>> arguments: UserCreateArgs = {"name": "Grace", "about": "likes short answers"}
        >>> client.users.create(**arguments).name
        'Grace'
    """

    name: NotRequired[str | None]
    about: NotRequired[str | None]
    docs: NotRequired[Sequence[DocInput] | None]
    metadata: NotRequired[Mapping[str, object] | None]


class UserUpdateArgs(TypedDict):
    """The keyword arguments of `UsersManager.update`.

    Example:
        >>> from julep.types import UserUpdateArgs
        >>> arguments: UserUpdateArgs = {"user_id": user.id, "about": "likes long answers"}
        >>> client.users.update(**arguments).about
        'likes long answers'
    """

    user_id: str | UUID
    name: NotRequired[str | None]
    about: NotRequired[str | None]
    metadata: NotRequired[Mapping[str, object] | None]
    overwrite: NotRequired[bool | None]


class DocCreateArgs(TypedDict):
    """The keyword arguments of `DocsManager.create`.

    Example:
        >>> from julep.types import DocCreateArgs
        >>> doc = {"title": "Menu", "content": "Soup."}
        >>> arguments: DocCreateArgs = {"agent_id": agent.id, "doc": doc}
        >>> client.docs.create(**arguments).title
        'Menu'
    """

    agent_id: NotRequired[str | UUID | None]
    user_id: NotRequired[str | UUID | None]
    doc: DocInput


known_to_pydantic(list(vars().values()))
