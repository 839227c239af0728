"""What a program may want to hear of while calls are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from julep._redaction import redact_headers, redact_url

if TYPE_CHECKING:
    from julep._calls.attempts import AttemptTracker
    from julep._calls.flow import Outcome
    from julep._http.messages import Request
    from julep.errors import RequestError


class RequestEvent(NamedTuple):
    """A request is about to be sent.

    Attributes:
        method: Its method.
        url: Where it goes; secrets in its query are hidden.
        headers: Its headers; secrets are hidden.
        attempt: Which attempt of its call this is, from 1.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    attempt: int


class ResponseEvent(NamedTuple):
    """An answer has come: whole, or, of a stream, its beginning.

    Attributes:
        method: The request's method.
        url: Where it went.
        status_code: The answer's status.
        headers: The answer's headers; secrets are hidden.
        request_id: The server's name for the request, where it gave one.
        elapsed: Seconds since the attempt began.
        attempt: Which attempt of its call this was, from 1.
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
        method: Its method.
        url: Where it goes.
        attempt: Which attempt has failed, from 1.
        pause: Seconds until the next one.
        error: What came of the attempt: the error that would be raised now.
    """

    method: str
    url: str
    attempt: int
    pause: float
    error: RequestError


class Hooks:
    """Functions that are called while calls are made, in either colour; they must not wait.

    What they raise ends the call.

    Attributes:
        on_request: Before each attempt.
        on_response: After each attempt that was answered.
        on_retry: Before each pause that another attempt follows.

    Example:
        >>> hooks = julep.Hooks(on_retry=lambda event: print(event.error, "again in", event.pause))
        >>> client = julep.Client(hooks=hooks)
    """

    # No named tuple, as the other settings are: of one, checkers do not tell a lambda's parameter.
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
    """Calls hooks with what becomes of one call."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks

    def on_request(self, attempts: AttemptTracker, request: Request) -> Request:
        """Tell of a request that is about to be sent."""
        if self._hooks.on_request is not None:
            headers = redact_headers(request.headers)
            self._hooks.on_request(RequestEvent(*_summary(attempts), headers, attempts.count))
        return request

    def on_response(self, attempts: AttemptTracker, reply: Outcome[Any], took: float) -> None:
        """Tell of an answer; a failure to get one is told of when the request is sent again."""
        from julep.errors import NetworkError

        if self._hooks.on_response is None or isinstance(reply, NetworkError):
            return
        headers = redact_headers(reply.headers)
        request_id = reply.headers.get("x-request-id")
        self._hooks.on_response(
            ResponseEvent(
                *_summary(attempts), reply.status, headers, request_id, took, attempts.count
            )
        )

    def on_retry(self, attempts: AttemptTracker, error: RequestError, pause: float) -> None:
        """Tell that the request will be sent again."""
        if self._hooks.on_retry is not None:
            event = RetryEvent(*_summary(attempts), attempts.count, pause, error)
            self._hooks.on_retry(event)

    def on_end(self, attempts: AttemptTracker, error: BaseException | None, took: float) -> None:
        """Tell nothing: whoever made the call knows that it is over."""


def _summary(attempts: AttemptTracker) -> tuple[str, str]:
    return attempts.request.method, redact_url(attempts.request.url)
