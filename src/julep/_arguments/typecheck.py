"""Run-time checks of arguments, paid for when they are needed.

Importing beartype costs as much as importing httpx, and decorating costs most of a millisecond a
method. So arguments that fit by their exact types are let through without it; whenever one is not
seen to fit, beartype judges.
"""

from __future__ import annotations

import builtins
import functools
import inspect
import typing
from collections.abc import Callable, Coroutine, Mapping
from importlib import import_module
from types import FunctionType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

from julep._arguments.exact_types import matcher, matches

if TYPE_CHECKING:
    from julep._arguments.exact_types import Matcher

P = ParamSpec("P")
T = TypeVar("T")

# Where the names in annotations are looked up that a module imports for type checkers only.
_NAMES = (
    "julep_api.types",
    "julep_api.models",
    "julep.managers.types",
    "julep.streams",
    "julep._tools.loop",
    "typing",
)


@overload
def beartype(
    function: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]: ...
@overload
def beartype(function: Callable[P, T]) -> Callable[P, T]: ...
def beartype(function: Callable[..., Any]) -> Callable[..., Any]:
    """Check a function's arguments; beartype has the last word on what it refuses.

    Raises:
        ArgumentTypeError: When the function is called with an argument of a wrong type.
    """
    checks = Checks(function)

    if inspect.iscoroutinefunction(function):
        # An async function stays one for those who ask (inspect, frameworks).
        @functools.wraps(function)
        async def call_async(*args: object, **kwargs: object) -> object:
            run = function if checks.fit(args, kwargs) else checks.checked_by_beartype
            return await run(*args, **kwargs)

        return call_async

    @functools.wraps(function)
    def call(*args: object, **kwargs: object) -> object:
        run = function if checks.fit(args, kwargs) else checks.checked_by_beartype
        return run(*args, **kwargs)

    return call


class Checks:
    """The checks of one function's arguments; what they need is found when first asked for."""

    def __init__(self, function: Callable[..., Any]) -> None:
        if not isinstance(function, FunctionType):
            raise TypeError(f"{function!r} is not a function")
        self._function = function

    def fit(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> bool:
        """Tell whether all arguments fit for certain; otherwise beartype has to judge."""
        by_position, by_name = self.fitting
        if len(args) > len(by_position) or not all(map(matches, args, by_position)):
            return False
        for name, value in kwargs.items():
            if name not in by_name or not matches(value, by_name[name]):
                return False
        return True

    @functools.cached_property
    def checked_by_beartype(self) -> Callable[..., Any]:
        """The function, decorated by beartype as this package wants it."""
        import beartype as library

        from julep._argument_type_error import ArgumentTypeError

        resolved = _copy(self._function)
        resolved.__annotations__ = self.hints
        configuration = library.BeartypeConf(
            is_color=False,
            # An int is as good as a float: temperature=1.
            is_pep484_tower=True,
            violation_param_type=ArgumentTypeError,
            violation_door_type=ArgumentTypeError,
        )
        if not __debug__:
            from julep._arguments.typecheck_optimized import check_each

            return check_each(self._function, self.hints, configuration)
        return library.beartype(conf=configuration)(resolved)

    @functools.cached_property
    def fitting(self) -> tuple[list[Matcher], dict[str, Matcher]]:
        """What fits for certain, by position and by name."""
        code = _unwrapped(self._function).__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        hints = self.hints
        by_name = {name: matcher(hints.get(name, object)) for name in names}
        by_position = [by_name[name] for name in names[: code.co_argcount]]
        return by_position, by_name

    @functools.cached_property
    def hints(self) -> dict[str, object]:
        """The parameters' annotations, evaluated."""
        copy = _copy(self._function)
        # What comes back was made here or read by the generated readers: no need to look again.
        written = self._function.__annotations__
        copy.__annotations__ = {name: hint for name, hint in written.items() if name != "return"}
        known = _unwrapped(self._function).__globals__
        return typing.get_type_hints(copy, known, _Names(known))


def _unwrapped(function: FunctionType) -> FunctionType:
    """Give the function as it was written, without its decorators."""
    found: object = inspect.unwrap(function)
    return found if isinstance(found, FunctionType) else function


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

    def __init__(self, known: Mapping[str, object]) -> None:
        super().__init__()
        self._known = known

    def __missing__(self, name: str) -> object:
        # Python asks here first, also for what it finds elsewhere without an import.
        if name not in self._known and not hasattr(builtins, name):
            for module in map(import_module, _NAMES):
                if hasattr(module, name):
                    return getattr(module, name)
        raise KeyError(name)
