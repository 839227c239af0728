"""Where the names are found that annotations use and that modules import for type checkers only.

It is imported when such a name is looked up: see `julep._lazy.resolvable`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

__all__ = ["find"]

# The modules that are looked through, in this order, until one has the name.
_SOURCES: Final = (
    "julep_api.types",
    "julep.managers._literals",  # before the types, which import models
    "julep.managers.types",  # before the models: ChatSettingsStop is in both
    "julep_api.models",
    "julep.streams",
    "julep._tools.calls",
    "julep._tools.output",
    "collections.abc",
    "typing",
    "uuid",
    "types",
    "julep_api.client",
    "julep",
    "julep._http.messages",
    "julep._http.connections",
    "julep._http.transport_config",
    "julep._settings.config",
    "julep._calls.driver",
    "julep._tools.loop",
    "julep._redaction",
    "julep._openai",
    "julep.managers.agent",
    "julep.managers.doc",
    "julep.managers.job",
    "julep.managers.memory",
    "julep.managers.session",
    "julep.managers.tool",
    "julep.managers.user",
    "openai.resources",
)

# Names of modules themselves, and names that their modules do not export.
_MODULES: Final = ("httpx", "ssl")
_UNEXPORTED: Final = {
    "AsyncChatMethod": "julep.managers.chat",
    "ChatMethod": "julep.managers.chat",
}


def find(name: str) -> object:
    """Return what a name in an annotation stands for.

    Raises:
        AttributeError: When no module has it.
    """
    if name in _MODULES:
        return import_module(name)
    if name in _UNEXPORTED:
        unexported: object = getattr(import_module(_UNEXPORTED[name]), name)
        return unexported
    for source in _SOURCES:
        try:
            module = import_module(source)
        except ImportError:
            continue  # a package that is optional
        if name in getattr(module, "__all__", (name,)) and hasattr(module, name):
            found: object = getattr(module, name)
            return found
    raise AttributeError(f"no module of the package has the name {name!r}")
