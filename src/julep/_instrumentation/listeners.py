"""Listeners to a call: a program's hooks, the log, traces.

Logging and tracing are in use only if the program has loaded their modules, so a call without
listeners imports nothing and calls nothing for them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from logging import Logger

    from julep._http.messages import Outcome, Request
    from julep._instrumentation.hooks import Hooks
    from julep._instrumentation.record import CallRecord
    from julep._instrumentation.spans import RunSpan
    from julep.errors import RequestError

_INFO: Final = 20
"""The level of logging, which may not be loaded."""


class Listener(Protocol):
    """The interface of a listener, which is called at each step of one call."""

    def on_request(self, call: CallRecord, request: Request) -> Request:
        """Handle the start of an attempt; the request that is returned is sent."""
        ...

    def on_response(self, call: CallRecord, outcome: Outcome[Any], elapsed: float) -> None:
        """Handle the outcome of an attempt; a stream that it opened may fail later."""
        ...

    def on_retry(self, call: CallRecord, error: RequestError, delay: float) -> None:
        """Handle a failed attempt that another one follows."""
        ...

    def on_end(self, call: CallRecord, error: BaseException | None, elapsed: float) -> None:
        """Handle the end of the call: of a stream, when it was read to its end or closed."""
        ...


def listeners_for(hooks: Hooks) -> Sequence[Listener]:
    """Return the listeners to a call of a client with these hooks."""
    found: list[Listener] = []
    # First, since it adds a header, which the others then show.
    if "opentelemetry.trace" in sys.modules:
        from julep._instrumentation.spans import SpanListener

        found.append(SpanListener())
    if any(hooks):
        from julep._instrumentation.hook_listener import HookListener

        found.append(HookListener(hooks))
    if "logging" in sys.modules and _logger().isEnabledFor(_INFO):
        from julep._instrumentation.log import LogListener

        found.append(LogListener(_logger()))
    return found


def run_span(session_id: object) -> RunSpan | None:
    """Begin the span of a run, if the program uses OpenTelemetry."""
    if "opentelemetry.trace" not in sys.modules:
        return None
    from julep._instrumentation.spans import RunSpan

    return RunSpan(session_id)


@cache
def _logger() -> Logger:
    """Return the package's logger; a cached one is faster than logging's look-up."""
    from logging import getLogger

    return getLogger("julep")
