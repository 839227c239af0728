"""An answer with what came around it: `RawResponse`, and how it gets to whoever asked for it."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from julep.errors import ConfigurationError

if TYPE_CHECKING:
    from julep._calls.attempts import AttemptTracker

T = TypeVar("T")

_recorder: Final = ContextVar["list[AttemptTracker] | None"]("julep_recorder", default=None)


class RawResponse(NamedTuple, Generic[T]):
    """What a method gives, with what came around it.

    Attributes:
        parsed: What the method gives.
        status_code: The answer's HTTP status.
        headers: The answer's headers; their names are lower case.
        request_id: The server's name for the request, to look it up in its logs.
        elapsed: Seconds that the call took, all its attempts and the pauses between them included;
            of a stream, until it began.
        attempts: How many times the request was sent.
    """

    parsed: T
    status_code: int
    headers: Mapping[str, str]
    request_id: str | None
    elapsed: float
    attempts: int


@contextmanager
def recording() -> Generator[list[AttemptTracker]]:
    """Collect the calls that are begun in this context."""
    found: list[AttemptTracker] = []
    token = _recorder.set(found)
    try:
        yield found
    finally:
        _recorder.reset(token)


def record_call(attempts: AttemptTracker) -> None:
    """Hand an attempts that begins to whoever collects them."""
    found = _recorder.get()
    if found is not None:
        found.append(attempts)


def raw_response(parsed: T, calls: list[AttemptTracker]) -> RawResponse[T]:
    """Put together what a method gave and the attempts that it took, the last if there were more.

    Raises:
        ConfigurationError: When the method made no call.
    """
    if not calls:
        raise ConfigurationError("with_raw_response: the method has made no call")
    last = calls[-1]
    request_id = last.headers.get("x-request-id")
    return RawResponse(parsed, last.status, last.headers, request_id, last.elapsed, last.count)
