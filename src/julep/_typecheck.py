"""Run-time checks of arguments, paid for when a method is first called.

Importing beartype costs as much as importing httpx, and decorating costs most of a
millisecond a method, so both wait until somebody calls.
"""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Coroutine
from importlib import import_module
from types import FunctionType
from typing import Any, ParamSpec, TypeVar, overload

P = ParamSpec("P")
T = TypeVar("T")

# Where the names in annotations are looked up that a module imports for type checkers only.
_NAMES = (
    "julep_api.types",
    "julep_api.models",
    "julep.managers.types",
    "julep.streams",
    "julep._tool_loop",
    "typing",
)


@overload
def beartype(
    function: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]: ...
@overload
def beartype(function: Callable[P, T]) -> Callable[P, T]: ...
def beartype(function: Callable[..., Any]) -> Callable[..., Any]:
    """Check a function's arguments by beartype, from its first call on.

    Raises:
        ArgumentTypeError: When the function is called with an argument of a wrong type.
    """
    checked: Callable[..., Any] | None = None

    if inspect.iscoroutinefunction(function):
        # An async function stays one for those who ask (inspect, frameworks).
        @functools.wraps(function)
        async def call_async(*args: object, **kwargs: object) -> object:
            nonlocal checked
            if checked is None:
                checked = _with_checks(function)
            return await checked(*args, **kwargs)

        return call_async

    @functools.wraps(function)
    def call(*args: object, **kwargs: object) -> object:
        nonlocal checked
        if checked is None:
            checked = _with_checks(function)
        return checked(*args, **kwargs)

    return call


def _with_checks(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a function by beartype, set up as this package wants it."""
    import beartype as library

    from julep._argument_type_error import ArgumentTypeError

    if not isinstance(function, FunctionType):
        raise TypeError(f"{function!r} is not a function")
    hints = typing.get_type_hints(function, inspect.unwrap(function).__globals__, _Names())
    # What comes back was made here or read by the generated readers: no need to look again.
    hints.pop("return", None)
    resolved = _copy(function)
    resolved.__annotations__ = hints
    configuration = library.BeartypeConf(
        is_color=False,
        # An int is as good as a float: temperature=1.
        is_pep484_tower=True,
        violation_param_type=ArgumentTypeError,
        violation_door_type=ArgumentTypeError,
    )
    if not __debug__:
        from julep._typecheck_optimized import check_each

        return check_each(function, hints, configuration)
    return library.beartype(conf=configuration)(resolved)


def _copy(function: FunctionType) -> FunctionType:
    """Copy a function, so that the one people look at keeps the annotations it was written with."""
    copy = FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__qualname__ = function.__qualname__
    copy.__module__ = function.__module__
    vars(copy).update(vars(function))
    return copy


class _Names(dict[str, object]):
    """The names of the modules above, each found when an annotation asks for it."""

    def __missing__(self, name: str) -> object:
        for module in map(import_module, _NAMES):
            if hasattr(module, name):
                return getattr(module, name)
        raise KeyError(name)
