"""`RawResponse`: a method's result with the status, headers and timing of its response."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from julep._instrumentation.record import current_records
from julep.errors import ConfigurationError
from julep_api.errors import shown

if TYPE_CHECKING:
    from julep._instrumentation.record import CallRecord

T = TypeVar("T")


class RawResponse(NamedTuple, Generic[T]):
    """A method's result, with the status, headers and timing of its response.

    Attributes:
        parsed: The method's result.
        status_code: The response's HTTP status.
        headers: The response's headers; their names are lower case.
        request_id: The server's id of the request, to look it up in the server's logs.
        elapsed: Seconds that the call took, with all its attempts and the delays between them;
            of a stream, until it began.
        attempts: How many times the request was sent.

    Example:
        >>> raw = client.with_raw_response(client.users.get, user.id)
        >>> raw.status_code, raw.headers["content-type"], raw.parsed.name
        (200, 'application/json', 'Grace')
    """

    parsed: T
    status_code: int
    headers: Mapping[str, str]
    request_id: str | None
    elapsed: float
    attempts: int

    # A server may repeat a secret in its headers.
    def __repr__(self) -> str:
        return f"RawResponse({self.status_code}, parsed={self.parsed!r})"


@contextmanager
def recording(method: object) -> Generator[list[CallRecord]]:
    """Collect the records of the calls that a method begins in this context.

    Raises:
        ConfigurationError: When it is none, as the result of a method is.
    """
    if not callable(method):
        raise ConfigurationError(
            "with_raw_response: expected a method and then its arguments, such as "
            f"(client.users.get, user.id); got {shown(method)}"
        )
    found: list[CallRecord] = []
    token = current_records.set(found)
    try:
        yield found
    finally:
        current_records.reset(token)


def raw_response(parsed: T, calls: list[CallRecord]) -> RawResponse[T]:
    """Return a method's result with the response of its last call.

    Raises:
        ConfigurationError: When the method made no call.
    """
    if not calls:
        raise ConfigurationError(
            "with_raw_response: expected a method that makes a call; this one made none"
        )
    last = calls[-1]
    return RawResponse(
        parsed, last.status, last.headers, last.request_id, last.elapsed, last.attempts
    )
