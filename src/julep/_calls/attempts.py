"""The attempts of one call: decides on retries, notifies listeners, annotates errors."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeVar

from julep._instrumentation.listeners import listeners_for
from julep._instrumentation.record import CallRecord
from julep.errors import ApiError, ErrorDetail, NetworkError, RequestError

if TYPE_CHECKING:
    from julep._http.messages import (
        Outcome,
        Request,
        Response,
        StreamingResponse,
        UnreadableResponse,
    )
    from julep._instrumentation.hooks import Hooks
    from julep._redaction import SentRequest
    from julep._settings.retry import RetryPolicy

E = TypeVar("E", bound=RequestError)

MAX_FORGIVEN: Final = 100
"""How many responses of one call that refuse it for its rate do not count as failed attempts."""


class AttemptTracker:
    """Tracks the attempts of one call, and decides on further ones.

    Args:
        call: The record of the call, which only this tracker writes.
        policy: When a request is sent again.
        hooks: The hooks of the call's client.

    Attributes:
        call: The record of the call.
        failures: The number of attempts that have failed in a row.
    """

    def __init__(self, call: CallRecord, policy: RetryPolicy, hooks: Hooks) -> None:
        self.call = call
        self.failures: int = 0
        self._policy = policy
        self._listeners = listeners_for(hooks)
        self._call_began = self._attempt_began = monotonic()
        self._history: list[str] = []
        self._ended = False
        self._forgiven = self._succeeded = 0

    def begin(self) -> Request:
        """Begin an attempt, and return the request to send."""
        self.call.attempts += 1
        self._attempt_began = monotonic()
        request = self.call.request
        for listener in self._listeners:
            request = listener.on_request(self.call, request)
        return request

    def postpone(self, seconds: float) -> None:
        """Move the call's deadline, because it has waited for its turn in a `gather`."""
        request = self.call.request
        if seconds and request.deadline is not None:
            self.call.request = request._replace(deadline=request.deadline + seconds)

    def forgive(self, succeeded: int, *, others: bool) -> None:
        """Forget the failures so far, if other calls of its `gather` make progress.

        Args:
            succeeded: The requests of the gather that have succeeded so far.
            others: Whether other requests of it are under way.
        """
        if self._forgiven < MAX_FORGIVEN and (others or succeeded > self._succeeded):
            self._forgiven += 1
            self.failures = 0
        self._succeeded = succeeded

    def succeed(self, response: Response | StreamingResponse[Any] | UnreadableResponse) -> None:
        """Record the final response."""
        self.call.status = response.status
        self.call.headers = response.headers
        self.call.elapsed = monotonic() - self._call_began
        self._notify(response)

    def next_delay(self, failure: Response | NetworkError, requested: float | None = None) -> float:
        """Decide whether another attempt follows one that failed.

        Args:
            failure: The response, other than a 2xx, or the error.
            requested: The delay in seconds that the server requested, other than by the response.

        Returns:
            Seconds to wait before the next attempt.

        Raises:
            ApiError: When no attempt follows this response.
            NetworkError: When no attempt follows this error.
        """
        self.failures += 1
        error = failure if isinstance(failure, NetworkError) else self.error_from(failure)
        self._clean(error)
        self._notify(failure)
        delay = self._policy.next_delay(failure, self.failures)
        if delay is not None and requested is not None:
            delay = requested if requested <= self._policy.max_retry_after else None
        deadline = self.call.request.deadline
        if delay is None:
            raise self.annotate(error)
        if deadline is not None and monotonic() + delay >= deadline:
            self._history.append("the call's timeout leaves no time for another attempt")
            raise self.annotate(error)
        elapsed = monotonic() - self._attempt_began
        self._history.append(
            f"attempt {self.call.attempts}: {error.summary} after {elapsed:.3f} s;"
            f" retry in {delay:.3f} s"
        )
        for listener in self._listeners:
            listener.on_retry(self.call, error, delay)
        return delay

    def end(self, error: BaseException | None = None) -> None:
        """End the call, by an error if there is one; a second time does nothing."""
        if not self._ended:
            self._ended = True
            for listener in self._listeners:
                listener.on_end(self.call, error, monotonic() - self._call_began)

    def error_from(self, response: Response) -> RequestError:
        """Return the error for a response other than a 2xx."""
        from julep._calls.error_responses import error_from_response  # only errors need it

        call = self.call
        return error_from_response(response, call.request.method, call.path, call.attempts)

    def annotate(self, error: E) -> E:
        """Add its probable cause, the sent request, and a note per failed attempt to an error."""
        from julep._calls.hints import hint  # only errors need it

        self._clean(error)
        cause = hint(error, self.call.request, self.call.path)
        if cause:
            error.message = error.message.removesuffix(".") + cause
            error.args = (error.message,)
        error.attempts = self.call.attempts
        error.__dict__["_sent"] = self._sent_request()
        for line in self._history:
            error.add_note(line)
        return error

    def _clean(self, error: RequestError) -> None:
        """Hide the secrets in an error's texts, which the server or a library has repeated there.

        Characters that cannot be printed are replaced as well.
        """
        from julep._redaction import printable  # only errors need it

        secrets = self.call.secrets

        def clean(text: str) -> str:
            return printable(secrets.hide(text))

        error.message = clean(error.message)
        error.args = (error.message,)
        if isinstance(error, ApiError):
            error.body = secrets.hide_json(error.body)
            error.code = error.code and clean(error.code)
            error.request_id = error.request_id and clean(error.request_id)
            error.details = tuple(
                ErrorDetail(clean(detail.path), clean(detail.message)) for detail in error.details
            )

    def _sent_request(self) -> SentRequest:
        from julep._redaction import SentRequest, redact_url  # only errors need it

        request, secrets = self.call.request, self.call.secrets
        url = secrets.hide(redact_url(request.url))
        headers = secrets.hide_headers(request.headers)
        return SentRequest(request.method, url, headers, request.content)

    def _notify(self, outcome: Outcome[Any]) -> None:
        for listener in self._listeners:
            listener.on_response(self.call, outcome, monotonic() - self._attempt_began)
