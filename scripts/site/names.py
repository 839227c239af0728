"""The public names of the packages, and the page and anchor of each."""

from __future__ import annotations

import enum
import importlib
import inspect
import os
import re
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple
from unittest import mock

import julep
import julep_server

# A name that several modules have is described on the page of the first of these.
_FIRST: Final = (
    "julep.managers.types",
    "julep.types",
    "julep.errors",
    "julep.streams",
    "julep.testing",
    "julep_server",
    "julep",
)
# The sections of the reference, with modules in the order in which readers need them; a module that
# is not listed is in the section of its package.
_SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "Clients": ("julep",),
    "Managers": tuple(
        f"julep.managers.{one}"
        for one in ("agent", "user", "session", "doc", "tool", "memory", "job")
    ),
    "Values, streams, errors": (
        "julep.types",
        "julep.managers.types",
        "julep.streams",
        "julep.errors",
    ),
    "Testing and server": ("julep.testing", "julep_server"),
    "Parts of the managers": (),
    "Names of 0.3": ("julep.client", "julep.env", "julep.managers.utils", "julep.api"),
}
_BASE: Final = re.compile(r"Base\w+Manager")


class Name(NamedTuple):
    """A public name of a module, and the module on whose page it is described."""

    module: str
    name: str
    value: Any
    home: str

    @property
    def anchor(self) -> str:
        """The anchor on the page of the module."""
        return f"{self.module}.{self.name}"

    @property
    def is_home(self) -> bool:
        """Whether it is described on the page of the module itself."""
        return self.module == self.home

    @property
    def is_base(self) -> bool:
        """Whether it is what a sync and an async manager share."""
        return _BASE.fullmatch(self.name) is not None

    @property
    def rank(self) -> tuple[int, str, bool]:
        """Its place on a page: clients and managers first, an async form after the sync one."""
        plain = self.name.removeprefix("Async")
        first = not self.is_base and plain.endswith(("Client", "Manager"))
        last = plain.startswith("Base") and inspect.isclass(self.value)
        return (0 if first else 2 if last else 1, plain, plain != self.name)


def page_of(module: str) -> str:
    """Return the name of a module's page."""
    return f"{module}.md"


def modules() -> tuple[str, ...]:
    """Return the public modules that have a list of names, in the order of the reference."""
    return tuple(module for section in module_sections().values() for module in section)


@cache
def module_sections() -> dict[str, tuple[str, ...]]:
    """Return the sections of the reference, with the modules of each."""
    found = {title: list(listed) for title, listed in _SECTIONS.items()}
    known = {module for listed in _SECTIONS.values() for module in listed}
    for module in _public_modules():
        if module not in known:
            found[_section_of(module)].append(module)
    return {title: tuple(listed) for title, listed in found.items()}


def _section_of(module: str) -> str:
    if module.startswith("julep.api."):
        return "Names of 0.3"
    return "Parts of the managers" if module.startswith("julep.managers.") else "Clients"


def _public_modules() -> list[str]:
    source = Path(julep.__file__).parent
    found = {"julep_server"}
    for path in source.rglob("*.py"):
        parts = path.relative_to(source.parent).with_suffix("").parts
        shown = parts[:-1] if parts[-1] == "__init__" else parts
        if not any(part.startswith("_") for part in shown):
            found.add(".".join(shown))
    return sorted(one for one in found if getattr(importlib.import_module(one), "__all__", ()))


@cache
def names() -> tuple[Name, ...]:
    """Return all public names, in the order of the reference."""
    managers = [one for one in modules() if one.startswith("julep.managers.")]
    ordered = [*(one for one in managers if one not in _FIRST), *_FIRST]
    ordered += [one for one in modules() if one not in ordered]
    homes: dict[tuple[str, int], str] = {}
    by_module: dict[str, list[Name]] = {}
    for module in ordered:
        loaded = importlib.import_module(module)
        for name in loaded.__all__:
            value = _value(loaded, name)
            # Aliases are equal objects, and not always the same one.
            key = (name, id(value) if inspect.isclass(value) else 0)
            home = homes.setdefault(key, module)
            by_module.setdefault(module, []).append(Name(module, name, value, home))
    return tuple(
        name for module in modules() for name in sorted(by_module[module], key=lambda one: one.rank)
    )


def _value(module: ModuleType, name: str) -> Any:
    # Names of julep.env read the environment, and do not exist without it.
    with mock.patch.dict(os.environ, {"JULEP_API_KEY": "a key"}):
        return getattr(module, name)


@cache
def homes() -> dict[str, Name]:
    """Return the described names, by name and by full name."""
    found: dict[str, Name] = {}
    for one in names():
        if one.is_home:
            found.setdefault(one.name, one)
            found[f"{one.module}.{one.name}"] = one
    for one in names():
        found.setdefault(f"{one.module}.{one.name}", found[f"{one.home}.{one.name}"])
    return found


def kind_of(value: object) -> str:
    """Return what a name is, in a word."""
    if not inspect.isclass(value):
        return "function" if inspect.isroutine(value) else "value"
    if issubclass(value, BaseException):
        return "error"
    if issubclass(value, enum.Enum):
        return "enum"
    if hasattr(value, "__total__"):
        return "dict"
    if hasattr(value, "__attrs_attrs__") or hasattr(value, "_fields"):
        return "model"
    return "class"


def manager_of(value: type) -> Name | None:
    """Return the manager whose methods a part of it defines: `Chat` is one of the sessions'."""
    for one in names():
        is_manager = one.module.startswith("julep.managers.") and one.name.endswith("Manager")
        if is_manager and one.is_home and value in one.value.__mro__[1:]:
            return one
    return None


def is_ours(cls: type) -> bool:
    """Return whether a class is one of these packages."""
    packages = {julep.__name__, julep_server.__name__, "julep_api"}
    return cls.__module__.partition(".")[0] in packages
