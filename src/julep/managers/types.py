"""The types of arguments: dict forms of models, models or dict forms, and whole calls.

Type checkers and editors know the keys of the dict forms. Any mapping is accepted too, so that a
dict may come from a variable and have further keys. At run time, all of them are checked completely
before a request is sent. None as an optional key's value is the same as leaving the key out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NotRequired, TypedDict
from uuid import UUID

from julep._lazy import lazy
from julep._tools.approve import Approve
from julep.managers._inputs import (
    AgentDefaultSettingsDict,
    ChatMlImageContentPartDict,
    ChatMlTextContentPartDict,
    ChatSettingsResponseFormatDict,
    ChatSettingsStop,
    ContentPart,
    CreateToolDict,
    DefaultSettings,
    DocDict,
    DocInput,
    FunctionDefDict,
    FunctionInput,
    InputChatMlMessageDict,
    LogitBias,
    MessageInput,
    Messages,
    NamedToolChoiceDict,
    PartialFunctionDefDict,
    PartialFunctionInput,
    ResponseFormat,
    ToolChoice,
    ToolDict,
    ToolInput,
)
from julep.managers._literals import ContextOverflow, MemoryKind, Order, Preset, SortBy
from julep.managers._pydantic import known_to_pydantic

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
