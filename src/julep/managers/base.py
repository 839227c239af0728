"""What all managers are made of.

A manager's ``Base…`` class holds all its logic. Its methods give a plain value or an awaitable,
whichever the driver behind it gives; the two public classes beside it say which, by `value` and
by `awaited`, and have nothing else of their own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from julep._arguments.encode import encoded
from julep_api.client import Call

if TYPE_CHECKING:
    from julep._calls.driver import Driver
    from julep_api.types import JSON

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


class BaseManager:
    """A manager of one kind of resource.

    Attributes:
        api_client: The low-level client that this manager's calls go through.
    """

    def __init__(self, api_client: Driver) -> None:
        self.api_client: Driver = api_client

    def _send(
        self, operation: Callable[P, Call[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T | Awaitable[T]:
        """Call an operation of the contract."""
        return self.api_client.send(encoded(operation, *args, **kwargs))

    def _discard(
        self, operation: Callable[P, Call[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[None] | None:
        """Call an operation whose answer tells nothing beyond its success."""
        return self.api_client.send(read_by(encoded(operation, *args, **kwargs), _nothing))


def read_by(call: Call[R], read: Callable[[JSON], T]) -> Call[T]:
    """Give the same call, with another reader of its answer."""
    answers = dict.fromkeys(call.answers, read)
    return Call(
        call.operation, call.method, call.path, answers, call.query, call.headers, call.body
    )


def _nothing(answer: JSON) -> None:
    """Read an answer that is not looked at."""
