"""The names that the modules of managers had in julep 0.3, besides those that they have now."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final
from uuid import UUID

from julep.managers.types import AgentDefaultSettingsDict, DocCreateArgs
from julep_api.deprecation import warn_deprecated
from julep_api.types import UNSET

__all__ = ["find"]

_OF_EACH: Final = "Awaitable BaseManager List Optional UUID Union beartype is_valid_uuid4"

_NAMES: Final[Mapping[str, str]] = {
    "julep.managers.agent": (
        f"{_OF_EACH} Agent AgentDefaultSettings Any CreateDoc CreateToolRequest DefaultSettingsDict"
        " Dict DocDict FunctionDefDict ListAgentsResponse Literal ModelName NotSet"
        " ResourceCreatedResponse ResourceUpdatedResponse ToolDict TypedDict json rewrap_in_class"
    ),
    "julep.managers.user": (
        f"{_OF_EACH} Any CreateDoc Dict DocDict ListUsersResponse NotSet ResourceCreatedResponse"
        " ResourceUpdatedResponse TypedDict User json rewrap_in_class"
    ),
    "julep.managers.session": (
        f"{_OF_EACH} Any ChatMlMessage ChatResponse ChatSettingsResponseFormat"
        " ChatSettingsResponseFormatDict ChatSettingsStop Dict GetHistoryResponse"
        " GetSuggestionsResponse InputChatMlMessage InputChatMlMessageDict ListSessionsResponse"
        " ResourceCreatedResponse ResourceUpdatedResponse Session Suggestion Tool ToolChoiceOption"
        " ToolDict TypedDict json rewrap_in_class"
    ),
    "julep.managers.doc": (
        f"{_OF_EACH} Any CreateDoc Dict Doc DocDict DocsCreateArgs GetAgentDocsResponse"
        " ResourceCreatedResponse ResourceDeletedResponse TypedDict json rewrap_in_class"
    ),
    "julep.managers.memory": f"{_OF_EACH} GetAgentMemoriesResponse Memory",
    "julep.managers.tool": (
        f"{_OF_EACH} CreateToolRequest FunctionDef FunctionDefDict GetAgentToolsResponse"
        " ResourceCreatedResponse ResourceDeletedResponse ResourceUpdatedResponse Tool ToolDict"
    ),
    "julep.managers.base": "AsyncJulepApi JulepApi Union",
    "julep.managers.types": (
        "AgentDefaultSettings ChatSettingsResponseFormat CreateDoc CreateToolRequest"
        " DefaultSettingsDict FunctionDef InputChatMlMessage Tool TypedDict"
    ),
    "julep.managers.utils": (
        "Callable NotSet ParamSpec ResourceCreatedResponse UUID is_valid_uuid4"
        " pydantic_model_construct wraps"
    ),
}

_SOURCES: Final = (
    "julep_api.models",
    "julep.managers.types",
    "julep.managers.base",
    "julep.managers.utils",
    "julep._arguments.typecheck",
    "julep.api.client",
    "uuid",
    "typing",
    "functools",
)


def is_valid_uuid4(uuid_to_test: str | UUID) -> bool:
    """Check whether an id is a UUID of version 4, which is what every method takes."""
    try:
        return UUID(str(uuid_to_test)).version == 4
    except ValueError:
        return False


def pydantic_model_construct(cls: type, **kwargs: object) -> object:
    """Build a model of fields that are not checked."""
    construct: object = getattr(cls, "construct")  # noqa: B009  # each model has it, and so had those of 0.3
    if not callable(construct):
        raise TypeError(f"{cls!r} is no model")
    built: object = construct(**kwargs)
    return built


_DEPRECATED: Final[Mapping[str, tuple[object, str]]] = {
    "DefaultSettingsDict": (AgentDefaultSettingsDict, "AgentDefaultSettingsDict"),
    "DocsCreateArgs": (DocCreateArgs, "DocCreateArgs"),
    "ModelName": (str, "str"),
    "NotSet": (UNSET, "julep.UNSET"),
    "is_valid_uuid4": (is_valid_uuid4, "uuid.UUID, or let the methods check their arguments"),
    "pydantic_model_construct": (pydantic_model_construct, "from_dict(…, partial=True)"),
}


def find(module: str, name: str) -> object:
    """Return a name that a module of managers had in 0.3.

    Raises:
        AttributeError: When it had no such name.
    """
    if name not in _NAMES.get(module, "").split():
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    if name in _DEPRECATED:
        found, replacement = _DEPRECATED[name]
        warn_deprecated(f"{module}.{name}", replacement, stacklevel=4)
        return found
    if name == "json":
        return import_module(name)
    for source in map(import_module, _SOURCES):
        if name in vars(source) or name in getattr(source, "__all__", ()):
            value: object = getattr(source, name)
            return value
    raise AttributeError(f"module {module!r} has no attribute {name!r}")
