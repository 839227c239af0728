"""One call on its way: how often it was tried, what came of it, and whether to try again."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from julep._answer import read_failure
from julep._watch import watching
from julep.errors import NetworkError, RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from julep._config import Config
    from julep._wire import Answer, Request

E = TypeVar("E", bound=RequestError)


class Attempts:
    """A request, its attempts, and its answer.

    Attributes:
        request: What is asked for.
        operation: The contract's name for it.
        path: The request's path below the API's root.
        count: How often it was sent.
        failures: How many of the attempts failed since something came of it.
        status: The status of the answer that was taken in the end.
        headers: That answer's headers.
        elapsed: Seconds from the beginning to that answer: attempts and pauses.
    """

    def __init__(self, request: Request, config: Config, operation: str, path: str) -> None:
        self.request = request
        self.operation = operation
        self.path = path
        self.count = 0
        self.failures = 0
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.elapsed = 0.0
        self._policy = config.retry
        self._began = self._attempt_began = monotonic()
        self._history: list[str] = []
        self._watch = watching(config.hooks)

    def begin(self) -> None:
        """Note that the request is sent now."""
        self.count += 1
        self._attempt_began = monotonic()
        if self._watch is not None:
            self._watch.sending(self)

    def succeed(self, status: int, headers: Mapping[str, str]) -> None:
        """Note what answered the request in the end."""
        self.status = status
        self.headers = headers
        self.elapsed = monotonic() - self._began
        if self._watch is not None:
            self._watch.answered(self, status, headers, monotonic() - self._attempt_began)

    def pause_after(self, reply: Answer | NetworkError) -> float:
        """Decide on an attempt that failed.

        Returns:
            Seconds to wait before the next attempt.

        Raises:
            ApiError: When there is no sense in another attempt after this answer.
            NetworkError: When there is none after this failure.
        """
        self.failures += 1
        error = reply if isinstance(reply, NetworkError) else self.failed(reply)
        if self._watch is not None:
            self._watch.failed(self, error, monotonic() - self._attempt_began)
        pause = self._policy.pause_after(reply, self.failures)
        until = self.request.until
        if pause is None:
            raise self.explained(error)
        if until is not None and monotonic() + pause >= until:
            self._history.append("the call's time does not allow another attempt")
            raise self.explained(error)
        self._remember(error, pause)
        if self._watch is not None:
            self._watch.retrying(self, error, pause)
        return pause

    def failed(self, answer: Answer) -> RequestError:
        """Make the error that an answer other than a 2xx stands for."""
        return read_failure(answer, self.request.method, self.path, self.count)

    def explained(self, error: E) -> E:
        """Let an error tell what was sent, how often, and what came of it before."""
        from julep._curl import sent  # only who fails needs it

        error.attempts = self.count
        error.__dict__["_sent"] = sent(self.request)
        for line in self._history:
            error.add_note(line)
        return error

    def _remember(self, error: RequestError, pause: float) -> None:
        took = monotonic() - self._attempt_began
        self._history.append(
            f"attempt {self.count}: {error.summary} after {took:.3f} s;"
            f" the next one {pause:.3f} s later"
        )
