"""The tools of a run: Python functions to call, and tools that are only described."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import attrs

from julep._lazy import resolvable
from julep._tools.functions import Function
from julep.errors import InvalidArgumentError


@attrs.frozen
class RunTools:
    """The tools of a run.

    Attributes:
        functions: The functions that may be called, by name.
        others: The names of the tools that were passed without a function.
        described: All of them as the request describes them.
    """

    functions: Mapping[str, Function]
    others: frozenset[str]
    described: list[Any]


def read_tools(tools: Sequence[object], *, is_async: bool) -> RunTools:
    """Read the tools of a run.

    Args:
        tools: The functions, and the tools as models or dicts.
        is_async: Whether functions may be async.

    Raises:
        InvalidArgumentError: When a function cannot be a tool, two functions have the same name, or
            one is async and may not be.
    """
    functions: dict[str, Function] = {}
    others: set[str] = set()
    described: list[Any] = []
    for at, tool in enumerate(tools):
        if not callable(tool):
            others.add(_name(tool))
            described.append(tool)
            continue
        path = f"tools[{at}]"
        function = Function(tool, path)
        if function.name in functions:
            problem = f"another function is named {function.name!r}"
            raise InvalidArgumentError(f"{path}: {problem}", path=path)
        if function.is_async and not is_async:
            problem = f"{function.name} is async: use AsyncClient, or a sync function"
            raise InvalidArgumentError(f"{path}: {problem}", path=path)
        functions[function.name] = function
        described.append(function.tool())
    return RunTools(functions, frozenset(others), described)


def _name(tool: object) -> str:
    """Return the name of a tool that was passed as a model or a dict, or an empty text."""
    name = _member(_member(tool, "function"), "name")
    return name if isinstance(name, str) else ""


def _member(value: object, name: str) -> object:
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value).get(name)
    return getattr(value, name, None)


resolvable(__name__)
