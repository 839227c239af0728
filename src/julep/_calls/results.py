"""Narrows a result that is plain or awaitable to what a sync or an async method returns."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from typing_extensions import TypeIs

T = TypeVar("T")


def value(result: T | Awaitable[T]) -> T:
    """Return the result of a sync client's call.

    Raises:
        TypeError: When it is awaitable: the client is async.
    """
    if _is_awaitable(result):
        raise TypeError("this is a sync manager, but its client is async")
    return result


async def awaited(result: T | Awaitable[T]) -> T:
    """Await the result of an async client's call.

    Raises:
        TypeError: When it is not awaitable: the client is sync.
    """
    if _is_awaitable(result):
        return await result
    raise TypeError("this is an async manager, but its client is sync")


def _is_awaitable(result: T | Awaitable[T]) -> TypeIs[Awaitable[T]]:
    # Looked up in the class, as Python does: a model looks missing attributes up in its fields.
    return hasattr(type(result), "__await__")
