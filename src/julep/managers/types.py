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
"""A text that ends the answer, or up to four of them."""


class ChatMlTextContentPartDict(TypedDict):
    """A text in a message."""

    type: Literal["text"]
    text: str


class _ImageUrl(TypedDict):
    url: str
    detail: NotRequired[Literal["low", "high", "auto"] | None]


class ChatMlImageContentPartDict(TypedDict):
    """An image in a message, by its URL."""

    type: Literal["image_url"]
    image_url: _ImageUrl


ContentPart: TypeAlias = (
    ChatMlTextContentPartDict
    | ChatMlImageContentPartDict
    | ChatMlTextContentPart
    | ChatMlImageContentPart
    | Mapping[str, object]
)
"""One part of a message that is more than text."""

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
"""A message to send."""

MessageInput: TypeAlias = (
    InputChatMlMessageDict | InputChatMlMessage | ChatMlMessage | Mapping[str, object]
)
"""A message to send, or one that was read and is sent again."""

Messages: TypeAlias = str | Sequence[MessageInput]
"""The messages of a turn; a text is one message of the user."""


class FunctionDefDict(TypedDict):
    """A function that a model may call; its parameters are a JSON Schema."""

    name: str
    parameters: Mapping[str, object]
    description: NotRequired[str | None]


class ToolDict(TypedDict):
    """A tool; in a chat, a tool without an ``id`` gets one."""

    type: Literal["function", "webhook"]
    function: FunctionDefDict
    id: NotRequired[str | UUID | None]


class CreateToolDict(TypedDict):
    """A tool to add to an agent."""

    type: Literal["function", "webhook"]
    function: FunctionDefDict


ToolInput: TypeAlias = ToolDict | CreateToolDict | Tool | CreateToolRequest | Mapping[str, object]
"""A tool to add to an agent or to a chat, or one that was read."""

FunctionInput: TypeAlias = FunctionDefDict | FunctionDef | Mapping[str, object]
"""A function that a model may call."""


class PartialFunctionDefDict(TypedDict, total=False):
    """The fields of a function to change."""

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
"""A function, or the fields of one to change."""


class _FunctionName(TypedDict):
    name: str


class NamedToolChoiceDict(TypedDict):
    """The one function that the model must call."""

    type: Literal["function"]
    function: _FunctionName


ToolChoice: TypeAlias = (
    Literal["none", "auto"] | NamedToolChoiceDict | ToolChoiceOption | Mapping[str, object]
)
"""Which tool the model may or must call."""


class ChatSettingsResponseFormatDict(TypedDict, total=False):
    """The format of an answer: text, JSON (with a schema), or text that matches a pattern."""

    type: Literal["text", "json_object", "regex"] | None
    pattern: str | None
    schema: Mapping[str, object] | None


ResponseFormat: TypeAlias = (
    ChatSettingsResponseFormatDict | ChatSettingsResponseFormat | Mapping[str, object]
)
"""The format of an answer."""

LogitBias: TypeAlias = Mapping[str, int | None] | Mapping[int, int | None]
"""What is added to the logits of single tokens, by token; None is no bias."""


class DocDict(TypedDict):
    """A document to create."""

    title: str
    content: str | Sequence[str]
    metadata: NotRequired[Mapping[str, object] | None]


DocInput: TypeAlias = DocDict | CreateDoc | Doc | Mapping[str, object]
"""A document to create, or one that was read."""


class AgentDefaultSettingsDict(TypedDict, total=False):
    """Chat settings of an agent, for chats that do not set them."""

    frequency_penalty: float | None
    length_penalty: float | None
    presence_penalty: float | None
    repetition_penalty: float | None
    temperature: float | None
    top_p: float | None
    min_p: float | None
    preset: Preset | None


DefaultSettings: TypeAlias = AgentDefaultSettingsDict | AgentDefaultSettings | Mapping[str, object]
"""Chat settings of an agent; further ones, such as ``max_tokens``, are stored as they are."""


class SessionCreateArgs(TypedDict):
    """The keyword arguments of `SessionsManager.create`."""

    agent_id: str | UUID
    user_id: NotRequired[str | UUID | None]
    situation: NotRequired[str | None]
    metadata: NotRequired[Mapping[str, object] | None]
    render_templates: NotRequired[bool | None]
    token_budget: NotRequired[int | None]
    context_overflow: NotRequired[ContextOverflow | None]
    tags: NotRequired[Sequence[str] | None]


class SessionUpdateArgs(TypedDict):
    """The keyword arguments of `SessionsManager.update`."""

    session_id: str | UUID
    situation: NotRequired[str | None]
    metadata: NotRequired[Mapping[str, object] | None]
    overwrite: NotRequired[bool | None]
    render_templates: NotRequired[bool | None]
    token_budget: NotRequired[int | None]
    context_overflow: NotRequired[ContextOverflow | None]
    tags: NotRequired[Sequence[str] | None]


class ChatSettingsArgs(TypedDict, total=False):
    """The settings of a chat: the keyword arguments of `SessionsManager.chat`."""

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
    """The options of `SessionsManager.run`, `iterate_run` and `stream_run`."""

    max_turns: int | None
    tool_choice: ToolChoice | None
    approve: Approve | None


class ParseArgs(RunArgs, total=False):
    """The options of `SessionsManager.parse`, and of runs with an ``output``."""

    repairs: int | None


class AgentCreateArgs(TypedDict):
    """The keyword arguments of `AgentsManager.create`."""

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
    """The keyword arguments of `AgentsManager.update`."""

    agent_id: str | UUID
    name: NotRequired[str | None]
    about: NotRequired[str | None]
    instructions: NotRequired[str | Sequence[str] | None]
    default_settings: NotRequired[DefaultSettings | None]
    model: NotRequired[str | None]
    metadata: NotRequired[Mapping[str, object] | None]
    overwrite: NotRequired[bool | None]


class UserCreateArgs(TypedDict):
    """The keyword arguments of `UsersManager.create`."""

    name: NotRequired[str | None]
    about: NotRequired[str | None]
    docs: NotRequired[Sequence[DocInput] | None]
    metadata: NotRequired[Mapping[str, object] | None]


class UserUpdateArgs(TypedDict):
    """The keyword arguments of `UsersManager.update`."""

    user_id: str | UUID
    name: NotRequired[str | None]
    about: NotRequired[str | None]
    metadata: NotRequired[Mapping[str, object] | None]
    overwrite: NotRequired[bool | None]


class DocCreateArgs(TypedDict):
    """The keyword arguments of `DocsManager.create`."""

    agent_id: NotRequired[str | UUID | None]
    user_id: NotRequired[str | UUID | None]
    doc: DocInput


known_to_pydantic(list(vars().values()))
