"""One call of the API, as data.

There is no client in here. An operation's module makes a `Call`; a driver sends it, with whatever
HTTP library, timeouts, retries and event loop it likes, and reads the answer with the reader that
the call carries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, NamedTuple, TypeVar

from .types import JSON, UNSET, Unset

__all__ = ["Call", "EventCall"]

# A call that reads a session is a call that reads something: frozen data is covariant.
T_co = TypeVar("T_co", covariant=True)


class Call(NamedTuple, Generic[T_co]):
    """A request that is answered once.

    Attributes:
        operation: The contract's operationId, such as ``GetSession``.
        method: The HTTP method, in upper case.
        path: The path below the API's root, beginning with ``/``, percent-encoded.
        answers: For every documented success status, what reads the decoded JSON body.
        query: The query parameters that the caller gave, as text.
        headers: The header parameters that the caller gave, as text.
        body: The JSON body, or ``UNSET`` when the operation has none or none was given.
    """

    operation: str
    method: str
    path: str
    answers: Mapping[int, Callable[[JSON], T_co]]
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: JSON | Unset = UNSET


class EventCall(NamedTuple, Generic[T_co]):
    """A request that is answered by a stream of server-sent events.

    Attributes:
        operation: The contract's operationId, such as ``Chat``.
        method: The HTTP method, in upper case.
        path: The path below the API's root, beginning with ``/``, percent-encoded.
        event: What reads the decoded JSON data of one event.
        query: The query parameters that the caller gave, as text.
        headers: The header parameters that the caller gave, as text.
        body: The JSON body, or ``UNSET`` when the operation has none or none was given.
    """

    operation: str
    method: str
    path: str
    event: Callable[[JSON], T_co]
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: JSON | Unset = UNSET
