"""Run-time checks of arguments, paid for when they are needed.

Importing beartype costs as much as importing httpx, and decorating costs most of a millisecond a
method. Arguments that match by their exact types therefore pass without it; beartype checks the
arguments of a call where at least one does not.
"""

from __future__ import annotations

import builtins
import functools
import inspect
import typing
from collections.abc import Callable, Coroutine, Mapping
from importlib import import_module
from types import FunctionType, SimpleNamespace
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

from julep._arguments.exact_types import matcher, matches

if TYPE_CHECKING:
    from julep._arguments.exact_types import Matcher

P = ParamSpec("P")
T = TypeVar("T")

# Where names in annotations are looked up that a module imports for type checkers only.
_MODULES = (
    "julep_api.types",
    "julep_api.models",
    "julep.managers.types",
    "julep.streams",
    "julep._tools.calls",
    "julep._tools.output",
    "typing",
)


@overload
def beartype(
    function: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]: ...
@overload
def beartype(function: Callable[P, T]) -> Callable[P, T]: ...
def beartype(function: Callable[..., Any]) -> Callable[..., Any]:
    """Check a function's arguments whenever it is called.

    Args:
        function: A function with annotations; it may be async.

    Returns:
        The function with its checks. It raises an ``ArgumentTypeError`` when an argument has a
        wrong type.
    """
    checks = Checks(function)

    if inspect.iscoroutinefunction(function):
        # inspect.iscoroutinefunction, which frameworks call, stays true.
        @functools.wraps(function)
        async def call_async(*args: object, **kwargs: object) -> object:
            run = function if checks.matches(args, kwargs) else checks.checked_by_beartype
            return await run(*args, **kwargs)

        return call_async

    @functools.wraps(function)
    def call(*args: object, **kwargs: object) -> object:
        run = function if checks.matches(args, kwargs) else checks.checked_by_beartype
        return run(*args, **kwargs)

    return call


class Checks:
    """The checks of one function's arguments; what they need is made by the first call."""

    def __init__(self, function: Callable[..., Any]) -> None:
        if not isinstance(function, FunctionType):
            raise TypeError(f"{function!r} is not a function")
        self._function = function

    def matches(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> bool:
        """Check whether all arguments certainly match; otherwise beartype must check them."""
        by_position, by_name = self.matchers
        if len(args) > len(by_position) or not all(map(matches, args, by_position)):
            return False
        for name, value in kwargs.items():
            if name not in by_name or not matches(value, by_name[name]):
                return False
        return True

    @functools.cached_property
    def checked_by_beartype(self) -> Callable[..., Any]:
        """The function, decorated by beartype with this package's settings."""
        import beartype as library

        from julep._argument_type_error import ArgumentTypeError

        function, hints = self._function, self.hints
        configuration = library.BeartypeConf(
            is_color=False,
            # An int passes for a float: temperature=1.
            is_pep484_tower=True,
            violation_param_type=ArgumentTypeError,
            violation_door_type=ArgumentTypeError,
        )
        if not __debug__:
            from julep._arguments.typecheck_optimized import check_each

            return check_each(function, hints, configuration)

        # beartype reads the parameters of what this wraps, and the annotations that are set here:
        # the function keeps its own as they are written.
        def resolved(*args: object, **kwargs: object) -> object:
            return function(*args, **kwargs)

        functools.update_wrapper(resolved, function)
        resolved.__annotations__ = hints
        vars(resolved)["__wrapped__"] = _unwrapped(function)
        return library.beartype(conf=configuration)(resolved)

    @functools.cached_property
    def matchers(self) -> tuple[list[Matcher], dict[str, Matcher]]:
        """The parameters' matchers, by position and by name."""
        code = _unwrapped(self._function).__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        hints = self.hints
        by_name = {name: matcher(hints.get(name, object)) for name in names}
        by_position = [by_name[name] for name in names[: code.co_argcount]]
        return by_position, by_name

    @functools.cached_property
    def hints(self) -> dict[str, object]:
        """The parameters' annotations, evaluated."""
        # Results are not checked: they were made here, or read by the generated readers.
        annotations = {k: v for k, v in self._function.__annotations__.items() if k != "return"}
        module = _unwrapped(self._function).__globals__
        return typing.get_type_hints(
            SimpleNamespace(__annotations__=annotations), module, _Names(module)
        )


def _unwrapped(function: FunctionType) -> FunctionType:
    """Return the function in which the parameters are written, without decorators."""
    unwrapped: object = inspect.unwrap(function)
    return unwrapped if isinstance(unwrapped, FunctionType) else function


class _Names(dict[str, object]):
    """The names of the modules above, each imported when an annotation uses it.

    Args:
        module: The names of the module that has the annotations.
    """

    def __init__(self, module: Mapping[str, object]) -> None:
        super().__init__()
        self._module = module

    def __missing__(self, name: str) -> object:
        # Python looks here first, also for names that it finds elsewhere without an import.
        if name not in self._module and not hasattr(builtins, name):
            for module in map(import_module, _MODULES):
                if hasattr(module, name):
                    return getattr(module, name)
        raise KeyError(name)
