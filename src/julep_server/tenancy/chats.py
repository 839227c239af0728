"""The chats that a tenant has at the same time."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self


class ChatSlot:
    """The place of one chat, given back when the block ends, unless it is held for longer.

    Args:
        release: Gives the place back; called once.
    """

    __slots__ = ("_held", "_release")

    def __init__(self, release: Callable[[], None]) -> None:
        self._release = release
        self._held = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._held:
            self._release()

    def hold(self, on_end: Callable[[], None] = lambda: None) -> Callable[[], None]:
        """Keep the place after the block.

        Args:
            on_end: What else is to be called at the end.

        Returns:
            A function to call, once, when the chat has ended.
        """
        self._held = True
        release = self._release

        def end() -> None:
            release()
            on_end()

        return end


class ChatCounts:
    """The running chats of each tenant, in this process."""

    def __init__(self) -> None:
        self._running: dict[str, int] = {}

    def running(self, tenant: str) -> int:
        """Return how many chats a tenant has now."""
        return self._running.get(tenant, 0)

    def begin(self, tenant: str) -> ChatSlot:
        """Count another chat."""
        self._running[tenant] = self.running(tenant) + 1
        return ChatSlot(lambda: self._end(tenant))

    def _end(self, tenant: str) -> None:
        left = self.running(tenant) - 1
        if left:
            self._running[tenant] = left
        else:
            del self._running[tenant]
