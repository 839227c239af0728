"""What hooks are called with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from julep._lazy import resolvable
from julep._old_names import accept_old_names

if TYPE_CHECKING:
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


resolvable(__name__)
