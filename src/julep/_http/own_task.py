"""Calls of httpx in tasks of their own, where shields hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from anyio import create_task_group

T = TypeVar("T")


async def in_own_task(function: Callable[[], Awaitable[T]]) -> T:
    """Await a function in a task of its own.

    asyncio's ``task.cancel()`` strikes at any await, also behind the shields within which httpx
    closes a connection and leaves its pool, and both would be lost. Within a task group it becomes
    the cancellation of a scope, which waits for what is shielded.
    """
    results: list[T] = []
    errors: list[Exception] = []

    async def run() -> None:
        try:
            results.append(await function())
        except Exception as error:  # noqa: BLE001  # raised below, and not within a group
            errors.append(error)

    async with create_task_group() as group:
        group.start_soon(run)
    if errors:
        raise errors.pop()
    return results[0]
