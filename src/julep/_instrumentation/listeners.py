"""Telling whoever listens what becomes of a call: a program's hooks, the log, traces.

Nothing is paid for what nobody hears: whether anybody can is seen by what is loaded, and nothing is
loaded for it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from logging import Logger

    from julep._calls.attempts import AttemptTracker
    from julep._calls.flow import Outcome
    from julep._http.messages import Request
    from julep._instrumentation.hooks import Hooks
    from julep.errors import RequestError

_INFO: Final = 20
"""logging's, which may not be loaded."""


class Listener(Protocol):
    """What is told of one call, as it goes on."""

    def on_request(self, attempts: AttemptTracker, request: Request) -> Request:
        """An attempt begins: this is sent. What is given back is sent instead."""
        ...

    def on_response(self, attempts: AttemptTracker, reply: Outcome[Any], took: float) -> None:
        """An attempt was answered, or failed; the stream that it had opened may fail later."""
        ...

    def on_retry(self, attempts: AttemptTracker, error: RequestError, pause: float) -> None:
        """Another attempt will follow."""
        ...

    def on_end(self, attempts: AttemptTracker, error: BaseException | None, took: float) -> None:
        """The call is over; a stream's, when it was read to its end, or closed."""
        ...


def listeners_for(hooks: Hooks) -> Sequence[Listener]:
    """Give what is to be told of a call."""
    found: list[Listener] = []
    # It adds a header, which the others then show.
    if "opentelemetry.trace" in sys.modules:
        from julep._instrumentation.spans import SpanListener

        found.append(SpanListener())
    if any(hooks):
        from julep._instrumentation.hooks import HookListener

        found.append(HookListener(hooks))
    if "logging" in sys.modules and _logger().isEnabledFor(_INFO):
        from julep._instrumentation.log import LogListener

        found.append(LogListener(_logger()))
    return found


@cache
def _logger() -> Logger:
    """Give the package's logger, which logging takes longer to find."""
    from logging import getLogger

    return getLogger("julep")
