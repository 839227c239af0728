"""Hooks: the user's functions that are called on requests, responses and retries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from julep._lazy import resolvable

if TYPE_CHECKING:
    from julep._instrumentation.hook_events import RequestEvent, ResponseEvent, RetryEvent


class Hooks:
    """Functions to call on requests, responses and retries, of sync and async clients alike.

    They are plain functions, and must not block. An exception in one of them ends the call, and
    propagates to the caller.

    Attributes:
        on_request: Called before each attempt.
        on_response: Called after each attempt that got a response.
        on_retry: Called before the delay that precedes another attempt.

    Example:
        >>> hooks = julep.Hooks(on_retry=lambda event: print(event.error, "retry in", event.delay))
        >>> client = julep.Client(hooks=hooks)
    """

    # Not a named tuple like other settings: type checkers would not infer a lambda's parameter.
    def __init__(
        self,
        *,
        on_request: Callable[[RequestEvent], object] | None = None,
        on_response: Callable[[ResponseEvent], object] | None = None,
        on_retry: Callable[[RetryEvent], object] | None = None,
    ) -> None:
        self.on_request = on_request
        self.on_response = on_response
        self.on_retry = on_retry

    def __iter__(self) -> Iterator[Callable[..., object] | None]:
        return iter(vars(self).values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hooks) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Hooks({', '.join(f'{name}={hook!r}' for name, hook in vars(self).items())})"


resolvable(__name__)
