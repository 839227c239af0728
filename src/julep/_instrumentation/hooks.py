"""Hooks: the user's functions that are called on requests, responses and retries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from julep._http.messages import request_id
from julep._lazy import resolvable
from julep._old_names import accept_old_names
from julep._redaction import redact_headers, redact_url
from julep.errors import NetworkError

if TYPE_CHECKING:
    from julep._http.messages import Outcome, Request
    from julep._instrumentation.record import CallRecord
    from julep.errors import RequestError


class RequestEvent(NamedTuple):
    """A request is about to be sent.

    Attributes:
        method: The request's method.
        url: The request's URL; secrets in its query are redacted.
        headers: The request's headers; secrets are redacted.
        attempt: The number of this attempt in its call, from 1.

    Example:
        >>> hooks = julep.Hooks(on_request=lambda event: print(event.attempt, event.method))
        >>> with julep.Client(hooks=hooks) as watched:
        ...     agents = watched.agents.list()
        1 GET
    """

    method: str
    url: str
    headers: Mapping[str, str]
    attempt: int


class ResponseEvent(NamedTuple):
    """A response has arrived: whole, or, of a stream, its head.

    Attributes:
        method: The request's method.
        url: The request's URL; secrets in its query are redacted.
        status_code: The response's status.
        headers: The response's headers; secrets are redacted.
        request_id: The server's id of the request, if it sent one.
        elapsed: Seconds since the attempt began.
        attempt: The number of this attempt in its call, from 1.

    Example:
        >>> hooks = julep.Hooks(on_response=lambda event: print(event.method, event.status_code))
        >>> with julep.Client(hooks=hooks) as watched:
        ...     agents = watched.agents.list()
        GET 200
    """

    method: str
    url: str
    status_code: int
    headers: Mapping[str, str]
    request_id: str | None
    elapsed: float
    attempt: int


class RetryEvent(NamedTuple):
    """A request will be sent again.

    Attributes:
        method: The request's method.
        url: The request's URL; secrets in its query are redacted.
        attempt: The number of the attempt that failed, from 1.
        delay: Seconds until the next attempt.
        error: The error of this attempt, which would be raised if it were the last.

    Example:
        >>> hooks = julep.Hooks(on_retry=lambda event: print(event.error.status_code, "again"))
        >>> with julep.Client(hooks=hooks) as watched:
        ...     reply = watched.sessions.chat(session.id, messages)
        503 again
    """

    method: str
    url: str
    attempt: int
    delay: float
    error: RequestError


accept_old_names(RetryEvent, {"pause": "delay"})


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


resolvable(__name__)
