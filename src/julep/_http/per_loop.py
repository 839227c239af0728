"""One of something for each event loop, since what holds connections belongs to one loop."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Makes one for every event loop that asks, and closes it when that loop ends.

    Args:
        make: Makes one.
        close: Closes one, on its loop.
    """

    def __init__(self, make: Callable[[], T], close: Callable[[T], Awaitable[None]]) -> None:
        self._make = make
        self._close = close
        self._kept = WeakKeyDictionary[object, _Kept[T]]()

    async def get(self) -> T:
        """Give the one that belongs to the running loop."""
        loop = running_loop()
        kept = self._kept.get(loop)
        if kept is None:
            made = self._make()
            kept = self._kept[loop] = _Kept(made, _closed_with_loop(made, self._close))
            await anext(kept.until_the_end)
        return kept.made

    def kept(self) -> list[T]:
        """Give all that are there, of whichever loop."""
        return [kept.made for kept in self._kept.values()]

    def close_now(self) -> None:
        """Close all, of whichever loop, where closing never waits; meant for a ``__del__``."""
        for kept in list(self._kept.values()):
            with suppress(StopIteration):
                kept.until_the_end.aclose().send(None)
        self._kept.clear()

    async def aclose(self) -> None:
        """Close the running loop's; those of other loops are closed when these end."""
        kept = self._kept.pop(running_loop(), None)
        if kept is not None:
            await kept.until_the_end.aclose()


class _Kept(NamedTuple, Generic[T]):
    made: T
    until_the_end: AsyncGenerator[None, None]


async def _closed_with_loop(
    made: T, close: Callable[[T], Awaitable[None]]
) -> AsyncGenerator[None, None]:
    """Close something when the loop ends, if nobody did before.

    Event loops end the async generators that were left suspended (PEP 525), while connections
    can still be closed in good order.
    """
    try:
        yield
    finally:
        await close(made)


def running_loop() -> object:
    """Give the running event loop's identity: asyncio's loop, or trio's token."""
    import asyncio  # whoever has a loop has loaded it; whoever only makes a client has not

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        import trio  # no asyncio loop runs, so this is trio, and loaded already

        return trio.lowlevel.current_trio_token()
