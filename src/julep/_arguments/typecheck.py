"""Checks of arguments at run time, by beartype where a type is not exactly an allowed one.

Importing beartype costs as much as importing httpx, and decorating costs most of a millisecond a
method. Arguments that match by their exact types therefore pass without it; beartype checks those
that do not. It is not used as a decorator: its functions work under ``python -O`` too.
"""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Coroutine, Mapping
from types import FunctionType, SimpleNamespace
from typing import TYPE_CHECKING, Any, ParamSpec, TypeAlias, TypeVar, overload

from julep._arguments.cached import cached
from julep._arguments.encode import encoded
from julep._arguments.ending import import_failure
from julep._arguments.exact_types import matcher, matches, never
from julep._lazy import import_names, written
from julep_api.types import UNSET

if TYPE_CHECKING:
    from julep._arguments.exact_types import Matcher, Test

P = ParamSpec("P")
T = TypeVar("T")


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
            if not checks.matches(args, kwargs):
                args, kwargs = checks.checked(args, kwargs)
            return await function(*args, **kwargs)

        return call_async

    @functools.wraps(function)
    def call(*args: object, **kwargs: object) -> object:
        try:
            if not checks.matches(args, kwargs):
                args, kwargs = checks.checked(args, kwargs)
            return function(*args, **kwargs)
        except (ImportError, AttributeError) as error:
            failure = import_failure(error)
            if failure is error:
                raise
            raise failure from None

    return call


MatchersOfCall: TypeAlias = (
    "tuple[list[tuple[int, Mapping[type, Test]]], frozenset[str], dict[str, Matcher]]"
)
"""The matchers of a call with some number of arguments by position.

They are: the positions of those arguments, with their matchers (a parameter that takes anything is
not among them); the names that are required besides; the matchers of all other names.
"""


class Checks:
    """The checks of one function's arguments; what they need is made by the first call."""

    def __init__(self, function: Callable[..., Any]) -> None:
        if not isinstance(function, FunctionType):
            raise TypeError(f"{function!r} is not a function")
        self._function = function

    def matches(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> bool:
        """Check whether all arguments certainly match; otherwise they must be `checked`."""
        # Written for speed, since most calls get no further: no function is called for an argument.
        by_count = self.matchers
        count = len(args)
        if count >= len(by_count):
            return False
        by_position, required, by_name = by_count[count]
        for position, kinds in by_position:
            value = args[position]
            test = kinds.get(type(value), never)
            if test is not None and not test(value):
                return False
        if required and not required <= kwargs.keys():
            return False
        for name, value in kwargs.items():
            if name not in by_name:
                return False
            allowed = by_name[name]
            if allowed is not None:
                test = allowed.get(type(value), never)
                if test is not None and not test(value):
                    return False
        return True

    def checked(
        self, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> tuple[tuple[object, ...], dict[str, object]]:
        """Check each argument, and leave out the optional ones that are None or UNSET.

        Args:
            args: The arguments by position; the first one is the method's ``self``.
            kwargs: The arguments by name.

        Returns:
            The method's ``self``, and all arguments that are given, by name.

        Raises:
            ArgumentTypeError: When an argument has a wrong type, is unknown or is missing.
            InvalidArgumentError: When a text is none of those that are allowed.
        """
        return args[:1], encoded(self._check_each, args, kwargs)

    def _check_each(
        self, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> dict[str, object]:
        from julep._arguments.binding import bind

        given: dict[str, object] = {}
        _, _, by_name = self.matchers[0]
        # The method may be inherited; the class of the object is the one that the caller knows.
        owner = type(args[0]).__name__ if args else self._function.__qualname__.rpartition(".")[0]
        method = f"{owner}.{self._function.__name__}()"
        for name, value in bind(method, self.parameters, args, kwargs).items():
            if name not in self.hints:
                continue  # self
            is_optional = self.parameters[name].default is not inspect.Parameter.empty
            if is_optional and (value is UNSET or value is None):
                continue
            if not matches(value, by_name[name]):
                from julep._arguments.judge import check_argument

                check_argument(name, value, self.hints[name])
            given[name] = value
        return given

    @cached
    def parameters(self) -> dict[str, inspect.Parameter]:
        """The parameters by name; in the place of ``**settings``, the keys of its TypedDict."""
        parameters: dict[str, inspect.Parameter] = {}
        for name, each in _parameters(self._function).items():
            if each.kind is not each.VAR_KEYWORD:
                parameters[name] = each
                continue
            settings = [key for key in self.hints if key not in self._function.__annotations__]
            parameters |= {
                key: inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=None)
                for key in settings
            }
        return parameters

    @cached
    def matchers(self) -> list[MatchersOfCall]:
        """The matchers of a call, by the number of its arguments by position."""
        by_name = {name: matcher(self.hints.get(name, object)) for name in self.parameters}
        most = _unwrapped(self._function).__code__.co_argcount
        required = {name for name, each in self.parameters.items() if each.default is each.empty}
        names = list(by_name)
        numbered = [
            (position, kinds)
            for position, kinds in enumerate(by_name.values())
            if kinds is not None
        ]
        return [
            (
                [(position, kinds) for position, kinds in numbered if position < count],
                frozenset(required.intersection(names[count:])),
                {name: by_name[name] for name in names[count:]},
            )
            for count in range(most + 1)
        ]

    @cached
    def hints(self) -> dict[str, object]:
        """The parameters' annotations, evaluated; for ``**settings``, those of its keys."""
        # Results are not checked: they were made here, or read by the generated readers.
        annotations = written(self._function)
        annotations.pop("return", None)
        names = _unwrapped(self._function).__globals__
        import_names(annotations.values(), names)
        hints: dict[str, object] = {}
        shown = SimpleNamespace(__annotations__=annotations)
        for name, hint in typing.get_type_hints(shown, names).items():
            if typing.get_origin(hint) is typing.Unpack:
                hints |= typing.get_type_hints(typing.get_args(hint)[0])
            else:
                hints[name] = hint
        return hints


def _unwrapped(function: FunctionType) -> FunctionType:
    """Return the function in which the parameters are written, without decorators."""
    unwrapped: object = inspect.unwrap(function)
    return unwrapped if isinstance(unwrapped, FunctionType) else function


def _parameters(function: FunctionType) -> Mapping[str, inspect.Parameter]:
    """Return the parameters of a function, without their annotations, which would be imported."""
    written_in = _unwrapped(function)
    bare = FunctionType(written_in.__code__, {}, argdefs=written_in.__defaults__)
    bare.__kwdefaults__ = written_in.__kwdefaults__
    return inspect.signature(bare).parameters
