"""Dict forms of the arguments of methods, as alternatives to models.

Type checkers know their keys. At run time they are plain dicts, which are checked completely
before a request is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NotRequired, Required, TypeAlias, TypedDict
from uuid import UUID

from julep._lazy import lazy
from julep_api.models import (
    ChatMlImageContentPart,
    ChatMlTextContentPart,
    ChatSettingsResponseFormat,
    ToolChoiceOption,
)

if TYPE_CHECKING:
    from julep_api.models import (
        AgentDefaultSettings,
        CreateDoc,
        CreateToolRequest,
        FunctionDef,
    )
else:
    _, __getattr__, __dir__ = lazy(__name__, {}, older="julep.managers._names_of_0_3")

__all__ = [
    "AgentCreateArgs",
    "AgentDefaultSettingsDict",
    "AgentUpdateArgs",
    "ChatMlImageContentPartDict",
    "ChatMlTextContentPartDict",
    "ChatSettingsArgs",
    "ChatSettingsResponseFormatDict",
    "ChatSettingsStop",
    "ContentPart",
    "CreateToolDict",
    "DocCreateArgs",
    "DocDict",
    "FunctionDefDict",
    "InputChatMlMessageDict",
    "NamedToolChoiceDict",
    "Order",
    "PartialFunctionDefDict",
    "Preset",
    "SessionCreateArgs",
    "SessionUpdateArgs",
    "SortBy",
    "ToolChoice",
    "ToolDict",
    "UserCreateArgs",
    "UserUpdateArgs",
]

SortBy: TypeAlias = Literal["created_at", "updated_at"]
"""The field that a list is sorted by."""

Order: TypeAlias = Literal["asc", "desc"]
"""Oldest first or newest first."""

Preset: TypeAlias = Literal[
    "problem_solving",
    "conversational",
    "fun",
    "prose",
    "creative",
    "business",
    "deterministic",
    "code",
    "multilingual",
]
"""A named set of chat settings."""

ChatSettingsStop: TypeAlias = str | list[str]
"""A text that ends the answer, or up to four of them."""


class ChatMlTextContentPartDict(TypedDict):
    """A text in a message."""

    type: Literal["text"]
    text: str


class _ImageUrl(TypedDict):
    url: str
    detail: NotRequired[Literal["low", "high", "auto"]]


class ChatMlImageContentPartDict(TypedDict):
    """An image in a message, by its URL."""

    type: Literal["image_url"]
    image_url: _ImageUrl


ContentPart: TypeAlias = (
    ChatMlTextContentPartDict
    | ChatMlImageContentPartDict
    | ChatMlTextContentPart
    | ChatMlImageContentPart
)
"""One part of a message that is more than text."""

# In the functional form, since one key is a keyword of Python.
InputChatMlMessageDict = TypedDict(
    "InputChatMlMessageDict",
    {
        "role": Required[
            Literal["user", "assistant", "system", "function_call", "function", "auto"]
        ],
        "content": Required[str | list[ContentPart]],
        "name": str,
        "continue": bool,
    },
    total=False,
)
"""A message to send."""


class FunctionDefDict(TypedDict):
    """A function that a model may call; its parameters are a JSON Schema."""

    name: str
    parameters: Mapping[str, object]
    description: NotRequired[str]


class ToolDict(TypedDict):
    """A tool; in a chat, a tool without an ``id`` gets one."""

    type: Literal["function", "webhook"]
    function: FunctionDefDict
    id: NotRequired[str]


class CreateToolDict(TypedDict):
    """A tool to add to an agent."""

    type: Literal["function", "webhook"]
    function: FunctionDefDict


class PartialFunctionDefDict(TypedDict, total=False):
    """The fields of a function to change."""

    name: str
    parameters: Mapping[str, object]
    description: str


class _FunctionName(TypedDict):
    name: str


class NamedToolChoiceDict(TypedDict):
    """The one function that the model must call."""

    type: Literal["function"]
    function: _FunctionName


ToolChoice: TypeAlias = ToolChoiceOption | NamedToolChoiceDict | Literal["none", "auto"]
"""Which tool the model may or must call."""


class ChatSettingsResponseFormatDict(TypedDict, total=False):
    """The format of an answer: text, JSON (with a schema), or text that matches a pattern."""

    type: Literal["text", "json_object", "regex"]
    pattern: str
    schema: Mapping[str, object]


class DocDict(TypedDict):
    """A document to create."""

    title: str
    content: str | Sequence[str]
    metadata: NotRequired[Mapping[str, object]]


class AgentDefaultSettingsDict(TypedDict, total=False):
    """Chat settings of an agent, for chats that do not set them."""

    frequency_penalty: float | None
    length_penalty: float | None
    presence_penalty: float | None
    repetition_penalty: float | None
    temperature: float | None
    top_p: float | None
    min_p: float
    preset: Preset


class SessionCreateArgs(TypedDict):
    """The keyword arguments of `SessionsManager.create`."""

    agent_id: str | UUID
    user_id: NotRequired[str | UUID | None]
    situation: NotRequired[str | None]
    metadata: NotRequired[Mapping[str, object]]
    render_templates: NotRequired[bool]
    token_budget: NotRequired[int | None]
    context_overflow: NotRequired[str | None]


class SessionUpdateArgs(TypedDict):
    """The keyword arguments of `SessionsManager.update`."""

    session_id: str | UUID
    situation: NotRequired[str | None]
    metadata: NotRequired[Mapping[str, object] | None]
    overwrite: NotRequired[bool]
    render_templates: NotRequired[bool | None]
    token_budget: NotRequired[int | None]
    context_overflow: NotRequired[str | None]


class ChatSettingsArgs(TypedDict, total=False):
    """The settings of a chat: the keyword arguments of `SessionsManager.chat`."""

    frequency_penalty: float | None
    length_penalty: float | None
    logit_bias: Mapping[str, int | None] | None
    max_tokens: int | None
    presence_penalty: float | None
    repetition_penalty: float | None
    response_format: ChatSettingsResponseFormatDict | ChatSettingsResponseFormat | None
    seed: int | None
    stop: ChatSettingsStop | None
    temperature: float | None
    top_p: float | None
    recall: bool | None
    remember: bool | None
    min_p: float | None
    preset: Preset | None
    record: bool | None


class AgentCreateArgs(TypedDict):
    """The keyword arguments of `AgentsManager.create`."""

    name: str
    about: NotRequired[str | None]
    instructions: NotRequired[str | Sequence[str] | None]
    tools: NotRequired[Sequence[CreateToolDict | CreateToolRequest]]
    functions: NotRequired[Sequence[FunctionDefDict | FunctionDef]]
    default_settings: NotRequired[AgentDefaultSettingsDict | AgentDefaultSettings | None]
    model: NotRequired[str | None]
    docs: NotRequired[Sequence[DocDict | CreateDoc]]
    metadata: NotRequired[Mapping[str, object]]


class AgentUpdateArgs(TypedDict):
    """The keyword arguments of `AgentsManager.update`."""

    agent_id: str | UUID
    name: NotRequired[str | None]
    about: NotRequired[str | None]
    instructions: NotRequired[str | Sequence[str] | None]
    default_settings: NotRequired[AgentDefaultSettingsDict | AgentDefaultSettings | None]
    model: NotRequired[str | None]
    metadata: NotRequired[Mapping[str, object] | None]
    overwrite: NotRequired[bool]


class UserCreateArgs(TypedDict):
    """The keyword arguments of `UsersManager.create`."""

    name: NotRequired[str | None]
    about: NotRequired[str | None]
    docs: NotRequired[Sequence[DocDict | CreateDoc]]
    metadata: NotRequired[Mapping[str, object]]


class UserUpdateArgs(TypedDict):
    """The keyword arguments of `UsersManager.update`."""

    user_id: str | UUID
    name: NotRequired[str | None]
    about: NotRequired[str | None]
    metadata: NotRequired[Mapping[str, object] | None]
    overwrite: NotRequired[bool]


class DocCreateArgs(TypedDict):
    """The keyword arguments of `DocsManager.create`."""

    agent_id: NotRequired[str | UUID | None]
    user_id: NotRequired[str | UUID | None]
    doc: DocDict | CreateDoc
