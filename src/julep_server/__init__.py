"""A local server of the Julep agents API: ``julep serve``, or :class:`LocalServer` in-process.

The server needs the ``server`` extra (``pip install "julep[server]"``). This package imports the
extra's libraries only when a class is first used, so that the command can report that
the extra is missing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from julep_server.local import LocalServer
    from julep_server.model_endpoints import ModelEndpoint
    from julep_server.models.provider import ModelRequest
    from julep_server.models.scripted import ScriptedAnswer, ScriptedModel

__all__ = ["LocalServer", "ModelEndpoint", "ModelRequest", "ScriptedAnswer", "ScriptedModel"]

_MODULES = {
    "LocalServer": "local",
    "ModelEndpoint": "model_endpoints",
    "ModelRequest": "models.provider",
    "ScriptedAnswer": "models.scripted",
    "ScriptedModel": "models.scripted",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public class on first use."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            from importlib import import_module

            found: object = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        except ModuleNotFoundError as error:
            from julep_server.missing import missing_extra

            raise missing_extra(error) from None
        return found

    def __dir__() -> list[str]:
        return sorted({*(name for name in globals() if name.startswith("__")), *__all__})
