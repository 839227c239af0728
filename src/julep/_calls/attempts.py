"""One call on its way: how often it was tried, what came of it, and whether to try again."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from julep._calls.responses import error_from_response
from julep._instrumentation.listeners import listeners_for
from julep.errors import NetworkError, RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from julep._calls.flow import Outcome
    from julep._http.messages import Request, Response, StreamingResponse, UnreadableResponse
    from julep._settings.config import Config

E = TypeVar("E", bound=RequestError)


class AttemptTracker:
    """A request, its attempts, and its answer.

    Attributes:
        request: What is asked for.
        operation: The contract's name for it; empty when it has none.
        path: The request's path below the API's root.
        count: How often it was sent.
        failures: How many of the attempts failed since something came of it.
        status: The status of the answer that was taken in the end.
        headers: That answer's headers.
        elapsed: Seconds from the beginning to that answer: attempts and pauses.
    """

    def __init__(self, request: Request, config: Config, operation: str, path: str) -> None:
        self.request: Request = request
        self.operation: str = operation
        self.path: str = path
        self.count: int = 0
        self.failures: int = 0
        self.status: int = 0
        self.headers: Mapping[str, str] = {}
        self.elapsed: float = 0.0
        self._policy = config.retry
        self._began = self._attempt_began = monotonic()
        self._history: list[str] = []
        self._watch = listeners_for(config.hooks)
        self._over = False

    def begin(self) -> Request:
        """Note that the request is sent now, and give it as it is to be sent."""
        self.count += 1
        self._attempt_began = monotonic()
        request = self.request
        for listener in self._watch:
            request = listener.on_request(self, request)
        return request

    def succeed(self, reply: Response | StreamingResponse[Any] | UnreadableResponse) -> None:
        """Note what answered the request in the end."""
        self.status = reply.status
        self.headers = reply.headers
        self.elapsed = monotonic() - self._began
        self._tell(reply)

    def next_delay(self, reply: Response | NetworkError) -> float:
        """Decide on an attempt that failed.

        Returns:
            Seconds to wait before the next attempt.

        Raises:
            ApiError: When there is no sense in another attempt after this answer.
            NetworkError: When there is none after this failure.
        """
        self.failures += 1
        error = reply if isinstance(reply, NetworkError) else self.failed(reply)
        self._tell(reply)
        pause = self._policy.next_delay(reply, self.failures)
        until = self.request.deadline
        if pause is None:
            raise self.annotate(error)
        if until is not None and monotonic() + pause >= until:
            self._history.append("the call's time does not allow another attempt")
            raise self.annotate(error)
        self._remember(error, pause)
        for listener in self._watch:
            listener.on_retry(self, error, pause)
        return pause

    def end(self, error: BaseException | None = None) -> None:
        """Note that nothing more comes of the call; a second time does nothing."""
        if not self._over:
            self._over = True
            for listener in self._watch:
                listener.on_end(self, error, monotonic() - self._began)

    def failed(self, answer: Response) -> RequestError:
        """Make the error that an answer other than a 2xx stands for."""
        return error_from_response(answer, self.request.method, self.path, self.count)

    def annotate(self, error: E) -> E:
        """Let an error tell what was sent, how often, and what came of it before."""
        from julep._curl import sent  # only who fails needs it

        error.attempts = self.count
        error.__dict__["_sent"] = sent(self.request)
        for line in self._history:
            error.add_note(line)
        return error

    def _tell(self, reply: Outcome[Any]) -> None:
        for listener in self._watch:
            listener.on_response(self, reply, monotonic() - self._attempt_began)

    def _remember(self, error: RequestError, pause: float) -> None:
        took = monotonic() - self._attempt_began
        self._history.append(
            f"attempt {self.count}: {error.summary} after {took:.3f} s;"
            f" the next one {pause:.3f} s later"
        )
