"""Imports end before a fork: a child would never get the lock of a module that a thread imports."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cache
from importlib import import_module
from time import sleep
from typing import TYPE_CHECKING, Final

from julep._lazy import is_importing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Thread
    from types import ModuleType

LOADING: Final = "julep loading"
"""The name of threads that import libraries for a first request."""

# How often a fork looks whether such a thread has started, and the seconds between two looks.
_LOOKS: Final = 100
_LOOK_SECONDS: Final = 0.001

# What functions import, ours and those of httpx that build a client.
_LIBRARIES: Final = ("anyio", "certifi", "httpcore", "httpcore2", "idna", "socksio", "ssl", "trio")
# Modules by the one that they import. They are left out until that is in use: libraries are
# expensive, and `random` and `logging` act at forks themselves: it is too late to import them.
_LEFT_OUT: Final = {
    "email.utils": "random",
    "julep._errors.argument_type": "beartype",
    "julep._arguments.judge": "beartype",
    "julep._http.async_lease": "anyio",
    "julep._http.async_transport": "anyio",
    "julep._http.httpx_adapter": "httpx",
    "julep._http.httpx_bodies": "anyio",
    "julep._http.httpx_transport": "httpx",
    "julep._http.library_logs": "httpx",
    "julep._http.own_task": "anyio",
    "julep._instrumentation.log": "logging",
    "julep._json.fast": "msgspec",
    "julep._instrumentation.spans": "opentelemetry",
    "julep._clients.openai_client": "openai",
    **{library: library for library in _LIBRARIES},
}
# No call needs them. They import the libraries of the server, some of which hold locks at a fork.
_APART: Final = frozenset({"julep.__main__", "julep._cli", "julep.testing"})
_STANDARD: Final = (
    "copy",
    "datetime",
    "decimal",
    "difflib",
    "email.utils",
    "encodings.idna",
    "html",
    "inspect",
    "json",
    "pathlib",
    "queue",
    "shlex",
    "urllib.parse",
    "uuid",
)


def finish_imports() -> None:
    """Import what calls import when they first need it, and wait for imports that are running.

    A process that forks without threads needs nothing: no import can be running.
    """
    threading = sys.modules.get("threading")
    if threading is not None and threading.active_count() > 1:
        for thread in threading.enumerate():
            if thread.name == LOADING and not is_importing():
                _join(thread)
        for name in (*_STANDARD, *_own_modules(), *_LIBRARIES):
            if name not in _LEFT_OUT or _LEFT_OUT[name] in sys.modules:
                with suppress(ImportError):  # an extra is not installed
                    import_module(name)


def _join(thread: Thread) -> None:
    """Wait for a thread to end; if it has not started yet, wait for that first, but not for long.

    Another thread may be starting it; or this one is, and a signal's handler has interrupted it.
    """
    for _ in range(_LOOKS):
        try:
            thread.join()
        except RuntimeError:  # it is not started yet
            sleep(_LOOK_SECONDS)
        else:
            return


_registered: Final[list[Callable[[], None]]] = []


def finish_at_forks() -> None:
    """Finish imports before every fork from now on."""

    def finish() -> None:
        if _registered[-1] is finish:
            finish_imports()

    _registered.append(finish)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=finish)


@cache
def finish_before_logging() -> None:
    """Finish imports before logging takes its lock for a fork: imports of libraries wait for it.

    What was registered last is called first, and is the one that finishes them.
    """
    import_module("logging")  # it registers, if it is not imported yet
    finish_at_forks()


@cache
def _own_modules() -> list[str]:
    packages = [sys.modules["julep"], *map(import_module, ("julep_api", "julep_net"))]
    return [name for package in packages for name in _modules_of(package)]


def _modules_of(package: ModuleType) -> Iterator[str]:
    """Yield the names of a package's modules that calls may import."""
    from pkgutil import iter_modules  # only forks need it

    for module in iter_modules(package.__path__, f"{package.__name__}."):
        if module.name not in _APART:
            yield module.name
            if module.ispkg:
                yield from _modules_of(import_module(module.name))
