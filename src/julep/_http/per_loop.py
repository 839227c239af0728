"""One object for each event loop, since connections belong to the loop that opened them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar
from weakref import WeakKeyDictionary, ref

T = TypeVar("T")

# The attribute of an event loop that has the generators of `_closed_with_loop` of that loop.
_KEEPERS: Final = "_julep_keepers"


class PerLoop(Generic[T]):
    """Builds an object for each event loop that needs one, and closes it when that loop ends.

    No reference leads from here to a loop, not even through an object, which the loop itself keeps:
    a loop is freed however it ended.

    Args:
        build: Builds one.
        close: Closes one, on its loop.
        abandon: Closes what it can of one whose loop was closed in the middle of calls.
    """

    def __init__(
        self,
        build: Callable[[], T],
        close: Callable[[T], Awaitable[None]],
        abandon: Callable[[T], object] | None = None,
    ) -> None:
        self._build = build
        self._close = close
        self._abandon = abandon
        self._objects = WeakKeyDictionary[object, ref[T]]()

    async def get(self) -> T:
        """Return the running loop's object."""
        loop = running_loop()
        known = self._objects.get(loop)
        found = None if known is None else known()
        if found is None:
            self._abandon_closed_loops()
            found = self._build()
            self._objects[loop] = ref(found)
            keeper = _closed_with_loop(found, self._close, ref(self), ref(loop))
            await anext(keeper)
            _keepers_of(loop)[self] = keeper
        return found

    def values(self) -> list[T]:
        """Return the objects of all loops."""
        known = list(self._objects.values())
        return [found for each in known if (found := each()) is not None]

    def close_now(self) -> None:
        """Close the objects of all loops, where closing never waits; called by a ``__del__``."""
        for loop in list(self._objects):
            keeper = _keepers_of(loop).get(self)
            if keeper is not None:
                with suppress(StopIteration):
                    keeper.aclose().send(None)

    async def aclose(self) -> None:
        """Close the running loop's object; others are closed when their loops end."""
        self._abandon_closed_loops()
        keeper = _keepers_of(running_loop()).get(self)
        if keeper is not None:
            await keeper.aclose()

    def forget(self, loop: object) -> None:
        """Forget the object of a loop, which has been closed."""
        self._objects.pop(loop, None)
        _keepers_of(loop).pop(self, None)

    def _abandon_closed_loops(self) -> None:
        """Close the objects of closed loops, which unfinished calls keep alive."""
        for loop in list(self._objects):
            is_closed: Any = getattr(loop, "is_closed", None)
            if is_closed is not None and is_closed():
                known = self._objects.pop(loop, None)
                found = None if known is None else known()
                if found is not None and self._abandon is not None:
                    self._abandon(found)


async def _closed_with_loop(
    value: T,
    close: Callable[[T], Awaitable[None]],
    owner: ref[PerLoop[T]],
    loop: ref[object],
) -> AsyncGenerator[None, None]:
    """Close an object when the loop ends, unless it was closed before.

    Event loops close async generators that are still suspended (PEP 525), while connections can
    still be closed properly.
    """
    try:
        yield
    finally:
        per_loop, ending = owner(), loop()
        if per_loop is not None and ending is not None:
            per_loop.forget(ending)
        await close(value)


_keepers_of_runs = WeakKeyDictionary[object, WeakKeyDictionary[Any, Any]]()


def _keepers_of(loop: object) -> WeakKeyDictionary[Any, Any]:
    """Return the generators that close a loop's objects, by the `PerLoop` of each object.

    A generator has the object, which may refer to its loop, so the loop itself keeps it, and both
    are freed together. A run of trio takes no attributes, but always closes its generators.
    """
    found: WeakKeyDictionary[Any, Any] | None = getattr(loop, _KEEPERS, None)
    if found is None:
        found = _keepers_of_runs.get(loop)
    if found is None:
        found = WeakKeyDictionary()
        try:
            setattr(loop, _KEEPERS, found)
        except AttributeError:
            _keepers_of_runs[loop] = found
    return found


def running_loop() -> object:
    """Return the running event loop's identity: asyncio's loop, or trio's token."""
    import asyncio  # expensive, and loaded already where a loop runs

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        import trio  # no asyncio loop runs, so this is trio, and loaded already

        return trio.lowlevel.current_trio_token()
