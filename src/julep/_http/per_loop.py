"""One object for each event loop, since connections belong to the loop that opened them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Builds an object for each event loop that needs one, and closes it when that loop ends.

    Args:
        build: Builds one.
        close: Closes one, on its loop.
    """

    def __init__(self, build: Callable[[], T], close: Callable[[T], Awaitable[None]]) -> None:
        self._build = build
        self._close = close
        self._kept = WeakKeyDictionary[object, _Kept[T]]()

    async def get(self) -> T:
        """Return the running loop's object."""
        loop = running_loop()
        kept = self._kept.get(loop)
        if kept is None:
            built = self._build()
            kept = self._kept[loop] = _Kept(built, _closed_with_loop(built, self._close))
            await anext(kept.until_the_end)
        return kept.value

    def values(self) -> list[T]:
        """Return the objects of all loops."""
        return [kept.value for kept in self._kept.values()]

    def close_now(self) -> None:
        """Close the objects of all loops, where closing never waits; called by a ``__del__``."""
        for kept in list(self._kept.values()):
            with suppress(StopIteration):
                kept.until_the_end.aclose().send(None)
        self._kept.clear()

    async def aclose(self) -> None:
        """Close the running loop's object; others are closed when their loops end."""
        kept = self._kept.pop(running_loop(), None)
        if kept is not None:
            await kept.until_the_end.aclose()


class _Kept(NamedTuple, Generic[T]):
    value: T
    until_the_end: AsyncGenerator[None, None]


async def _closed_with_loop(
    value: T, close: Callable[[T], Awaitable[None]]
) -> AsyncGenerator[None, None]:
    """Close an object when the loop ends, unless it was closed before.

    Event loops close async generators that are still suspended (PEP 525), while connections can
    still be closed properly.
    """
    try:
        yield
    finally:
        await close(value)


def running_loop() -> object:
    """Return the running event loop's identity: asyncio's loop, or trio's token."""
    import asyncio  # expensive, and loaded already where a loop runs

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        import trio  # no asyncio loop runs, so this is trio, and loaded already

        return trio.lowlevel.current_trio_token()
