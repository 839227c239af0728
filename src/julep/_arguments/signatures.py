"""Methods that take their docstring or their parameters from another method.

All of this happens once, when a class is defined. The decorators return the method itself, so that
calls cost nothing more.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from julep._lazy import written

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")
F = TypeVar("F", bound=Callable[..., object])

_EXAMPLE: Final = "Example:\n"


def mirrors(
    sync_method: Callable[Concatenate[Any, P], object],
) -> Callable[[Callable[Concatenate[S, P], R]], Callable[Concatenate[S, P], R]]:
    """Complete the docstring of an async method by that of its sync counterpart.

    The async method's own docstring has the summary and an ``Example``, which is its last section.
    All else is the sync method's. Type checkers report an error where the async method cannot be
    called with the sync method's arguments, and editors show the sync method's docstring.

    Args:
        sync_method: The sync method; its docstring ends with an ``Example``, too.

    Returns:
        A decorator for the async method. It is the outermost one.

    Example:
        >>> @mirrors(AgentsManager.get)
        ... async def get(self, id: str | UUID) -> Agent: ...
    """

    def complete(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
        # Python has no docstrings under -OO.
        if sync_method.__doc__ and method.__doc__:
            shared = sync_method.__doc__.partition(_EXAMPLE)[0]
            method.__doc__ = shared + _EXAMPLE + method.__doc__.partition(_EXAMPLE)[2]
        return method

    return complete


def parameters_of(source: Callable[..., Any]) -> Callable[[F], F]:
    """Copy the run-time parameters of a method to one that hands all of its arguments on to it.

    `inspect.signature`, `help` and the checks of `beartype` see them. Type checkers read the
    overloads instead, which the decorated method implements.

    Args:
        source: The method that takes the arguments.

    Returns:
        A decorator for a method of ``*args`` and ``**kwargs``; the return annotation stays.

    Example:
        >>> @overload
        ... def chat(self, session_id: str | UUID, ...) -> ChatResponse: ...
        >>> @beartype
        ... @parameters_of(BaseChat._chat)
        ... def chat(self, *args: Any, **kwargs: Any) -> ChatResponse | ChatStream:
        ...     return value(self._chat(*args, **kwargs))
    """

    def copy(method: F) -> F:
        copy_parameters(source, method, method.__annotations__["return"])
        return method

    return copy


def copy_parameters(source: Callable[..., Any], target: Callable[..., Any], result: str) -> None:
    """Copy the run-time parameters of a function to another one.

    Args:
        source: The function in which the parameters are written.
        target: The function to change. `inspect.unwrap` finds a copy of the source from it, which
            has the target's result.
        result: The return annotation.
    """
    import inspect  # expensive, and a client is imported without it

    shown = inspect.unwrap(source)
    if not isinstance(shown, FunctionType):
        raise TypeError(f"{source!r} is not a function")
    copied = FunctionType(
        shown.__code__, shown.__globals__, shown.__name__, shown.__defaults__, shown.__closure__
    )
    copied.__kwdefaults__ = shown.__kwdefaults__
    copied.__annotations__ = {**written(shown), "return": result}
    target.__annotations__ = copied.__annotations__
    vars(target)["__wrapped__"] = copied
