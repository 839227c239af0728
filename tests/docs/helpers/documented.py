"""Every public name with its documentation, found by introspection."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tests.sdk.test_public_names import PINNED

OURS = ("julep", "julep_server")
# The low-level clients of 0.3 derive from what makes the managers' calls.
NOT_SHOWN = "julep._calls.driver"


class Documented(NamedTuple):
    """A public name, or a public member of a public class.

    Attributes:
        name: Where it is found first, such as ``julep.Client.gather``.
        short: The name without its module.
        text: Its documentation, as ``help()`` and editors show it; empty if there is none.
        function: The function or method, if it is one.
        is_generated: Whether ``scripts/generate`` has written it.
        is_alias: Whether it is a type of the contract that is no class, whose values are in the
            examples of the models that have them.
    """

    name: str
    short: str
    text: str
    is_generated: bool = False
    is_alias: bool = False
    function: Callable[..., object] | None = None


@cache
def documented() -> Mapping[str, Documented]:
    """Return all public names and members, each once, by the first name of each."""
    found: dict[str, Documented] = {}
    classes: dict[type[object], str] = {}
    functions: set[object] = set()
    constants: set[str] = set()
    for module, public in PINNED.items():
        for name in public.split():
            value = getattr(importlib.import_module(module), name)
            full = f"{module}.{name}"
            if inspect.isclass(value):
                if value not in classes:
                    classes[value] = full
                    found[full] = _class(full, value)
            elif inspect.isfunction(value):
                if value not in functions:
                    functions.add(value)
                    text = inspect.getdoc(value) or ""
                    found[full] = Documented(full, name, text, function=value)
            elif name not in constants:
                constants.add(name)
                found[full] = _constant(full, name)
    for kind, full in classes.items():
        if not found[full].is_generated:
            found |= {entry.name: entry for entry in _members(full, kind, classes)}
    return found


def _class(full: str, kind: type[object]) -> Documented:
    is_generated = kind.__module__.startswith("julep_api.")
    # An inherited docstring is another class's; a TypedDict in its functional form has none.
    text = inspect.cleandoc(vars(kind).get("__doc__") or "")
    return (
        Documented(full, kind.__name__, text, is_generated)
        if text
        else _constant(full, kind.__name__)
    )


def _members(
    owner: str, kind: type[object], classes: Mapping[type[object], str]
) -> Iterator[Documented]:
    """Yield the methods and properties of a class, and those of bases that are not public."""
    seen: set[str] = set()
    for base in kind.__mro__:
        if base is not kind and (base in classes or base.__module__ == NOT_SHOWN):
            continue
        if not base.__module__.startswith(OURS):
            continue
        for name, member in vars(base).items():
            value = member
            for attribute in ("fget", "func", "__func__"):
                value = getattr(value, attribute, value)
            is_code = inspect.isfunction(inspect.unwrap(value))
            # An earlier name of an attribute is no name of its own.
            is_old = getattr(value, "__module__", "") == "julep._old_names"
            if is_code and not is_old and not name.startswith("_") and name not in seen:
                seen.add(name)
                short = f"{kind.__name__}.{name}"
                text = inspect.getdoc(value) or ""
                is_method = member is value or isinstance(member, (classmethod, staticmethod))
                function = value if is_method else None
                yield Documented(f"{owner}.{name}", short, text, function=function)


def _constant(full: str, name: str) -> Documented:
    """Find the text below an assignment in the modules that have it."""
    for source, is_generated in _sources():
        text = _texts(source).get(name)
        if text is not None:
            is_alias = is_generated and name != "UNSET"
            return Documented(full, name, text, is_generated, is_alias=is_alias)
    return Documented(full, name, "")


@cache
def _sources() -> list[tuple[Path, bool]]:
    import julep
    import julep_api.models

    ours = sorted(Path(julep.__file__).parent.rglob("*.py"))
    generated = sorted(Path(julep_api.models.__file__).parent.parent.rglob("*.py"))
    return [*((path, False) for path in ours), *((path, True) for path in generated)]


@cache
def _texts(source: Path) -> Mapping[str, str]:
    """Return the strings that stand below the assignments of a module."""
    body = ast.parse(source.read_text(encoding="utf-8")).body
    return {
        ast.unparse(target): inspect.cleandoc(below.value.value)
        for node, below in pairwise(body)
        if isinstance(node, (ast.Assign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }
