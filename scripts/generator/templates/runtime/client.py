"""One call of the API, as data.

There is no client in here. An operation's module builds a `Call`; a driver sends it, with its own
HTTP library, timeouts, retries and event loop, and parses the response with the reader of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, NamedTuple, TypeVar

from .errors import DecodeError
from .types import JSON, UNSET, Unset

__all__ = ["BodyReader", "Call", "Content", "EventCall"]

# Covariant, as frozen data may be: a call that reads a session is a call that reads an object.
T_co = TypeVar("T_co", covariant=True)


class Content(NamedTuple):
    """A request body that is not JSON.

    Attributes:
        type: Its content type.
        data: Its bytes.
    """

    type: str
    data: bytes


class BodyReader(Generic[T_co]):
    """Reads a response that is not JSON: a driver calls ``read`` with the body and its content type."""

    __slots__ = ("read",)

    def __init__(self, read: Callable[[bytes, str], T_co]) -> None:
        self.read = read

    def __call__(self, value: JSON) -> T_co:
        """Refuse JSON.

        Raises:
            DecodeError: In any case.
        """
        del value
        raise DecodeError("", "expected the bytes of a body that is not JSON")


class Call(NamedTuple, Generic[T_co]):
    """A request with a single response.

    Attributes:
        operation: The contract's operationId, such as ``GetSession``.
        method: The HTTP method, in upper case.
        path: The path below the API's root, beginning with ``/``, percent-encoded.
        answers: For every documented success status, the reader of the decoded JSON body.
        query: The query parameters that were given, as text.
        headers: The header parameters that were given, as text.
        body: The JSON body, or ``UNSET`` when the operation has none or none was given.
        content: The body that is not JSON; ``None`` when the operation has none or none was given.
    """

    operation: str
    method: str
    path: str
    answers: Mapping[int, Callable[[JSON], T_co]]
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: JSON | Unset = UNSET
    content: Content | None = None


class EventCall(NamedTuple, Generic[T_co]):
    """A request whose response is a stream of server-sent events.

    Attributes:
        operation: The contract's operationId, such as ``Chat``.
        method: The HTTP method, in upper case.
        path: The path below the API's root, beginning with ``/``, percent-encoded.
        event: The reader of the decoded JSON data of one event.
        query: The query parameters that were given, as text.
        headers: The header parameters that were given, as text.
        body: The JSON body, or ``UNSET`` when the operation has none or none was given.
        content: The body that is not JSON; ``None`` when the operation has none or none was given.
    """

    operation: str
    method: str
    path: str
    event: Callable[[JSON], T_co]
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: JSON | Unset = UNSET
    content: Content | None = None
