"""The listener that calls a client's hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from julep._http.messages import request_id
from julep._instrumentation.hook_events import RequestEvent, ResponseEvent, RetryEvent
from julep._redaction import redact_headers, redact_url
from julep.errors import NetworkError

if TYPE_CHECKING:
    from julep._http.messages import Outcome, Request
    from julep._instrumentation.hooks import Hooks
    from julep._instrumentation.record import CallRecord
    from julep.errors import RequestError


class HookListener:
    """Calls a client's hooks at the steps of one call."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks

    def on_request(self, call: CallRecord, request: Request) -> Request:
        """Call the hook for a request that is about to be sent."""
        if self._hooks.on_request is not None:
            headers = redact_headers(request.headers)
            self._hooks.on_request(RequestEvent(*_target(call), headers, call.attempts))
        return request

    def on_response(self, call: CallRecord, outcome: Outcome[Any], elapsed: float) -> None:
        """Call the hook for a response; a network error is reported with the retry after it."""
        if self._hooks.on_response is None or isinstance(outcome, NetworkError):
            return
        headers = call.secrets.hide_headers(outcome.headers)
        event = ResponseEvent(
            *_target(call),
            outcome.status,
            headers,
            request_id(headers),
            elapsed,
            call.attempts,
        )
        self._hooks.on_response(event)

    def on_retry(self, call: CallRecord, error: RequestError, delay: float) -> None:
        """Call the hook for a request that will be sent again."""
        if self._hooks.on_retry is not None:
            self._hooks.on_retry(RetryEvent(*_target(call), call.attempts, delay, error))

    def on_end(self, call: CallRecord, error: BaseException | None, elapsed: float) -> None:
        """Do nothing: the caller knows that the call has ended."""


def _target(call: CallRecord) -> tuple[str, str]:
    return call.request.method, redact_url(call.request.url)
