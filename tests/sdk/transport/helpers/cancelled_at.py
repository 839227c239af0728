"""Cancellation at one of a coroutine's awaits."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from typing import Any


class CancelledAt:
    """Awaits a coroutine, and cancels it at one of its awaits, counted from 1."""

    def __init__(
        self, coroutine: Coroutine[Any, Any, Any], number: int, cancel: Callable[[], object]
    ) -> None:
        self.count = 0
        self._coroutine = coroutine
        self._number = number
        self._cancel = cancel

    def __await__(self) -> Generator[Any, Any, Any]:
        steps = self._coroutine.__await__()
        resume = _sending(steps, None)
        while True:
            try:
                waiting = resume()
            except StopIteration as end:
                return end.value
            self.count += 1
            if self.count == self._number:
                self._cancel()
            try:
                sent = yield waiting
            except BaseException as error:  # noqa: BLE001  # thrown into the coroutine
                resume = _throwing(steps, error)
            else:
                resume = _sending(steps, sent)


def _sending(steps: Generator[Any, Any, Any], value: object) -> Callable[[], Any]:
    return lambda: steps.send(value)


def _throwing(steps: Generator[Any, Any, Any], error: BaseException) -> Callable[[], Any]:
    return lambda: steps.throw(error)
