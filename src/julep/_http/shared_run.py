"""What runs in a thread, for any number of requests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress


class SharedRun(ABC):
    """Something that runs in a thread of its own, and whose end many requests may wait for."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[], object]] = []

    @property
    @abstractmethod
    def is_over(self) -> bool:
        """Whether nothing has to wait for it any more."""

    def when_over(self, wake: Callable[[], object]) -> None:
        """Call a function at its end, from its thread; it may raise a RuntimeError."""
        self._waiting.append(wake)
        if self.is_over:
            self.wake_all()

    def wake_all(self) -> None:
        """Call the functions of all that wait."""
        for wake in list(self._waiting):
            with suppress(RuntimeError):  # it was woken already
                wake()
