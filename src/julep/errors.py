"""Every error that this package raises.

All of them derive from `JulepError`, print what was asked for and what came back,
survive pickling and copying, and never hold the API key.

Example:
    >>> import julep
    >>> try:
    ...     client.sessions.get("4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a")
    ... except julep.NotFoundError as error:
    ...     print(error.status_code, error.message)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from julep._lazy import lazy

if TYPE_CHECKING:
    from julep._argument_type_error import ArgumentTypeError
    from julep._curl import SentRequest
    from julep_api.models import ChatResponse, JobStatus
    from julep_api.types import JSON
else:
    # It derives from an exception of beartype, whose import is dear.
    _, __getattr__, __dir__ = lazy(__name__, {"julep._argument_type_error": ("ArgumentTypeError",)})

__all__ = [
    "ApiError",
    "ArgumentTypeError",
    "AuthenticationError",
    "BadRequestError",
    "ConfigurationError",
    "ConflictError",
    "ErrorDetail",
    "InvalidArgumentError",
    "InvalidIdError",
    "InvalidResponseError",
    "JobFailedError",
    "JulepError",
    "MaxTurnsError",
    "NetworkError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "RequestError",
    "RequestTimeoutError",
    "ServerError",
    "StreamInterruptedError",
    "UnprocessableEntityError",
]


class JulepError(Exception):
    """What every error of this package derives from.

    Attributes:
        message: What went wrong, in a sentence.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def summary(self) -> str:
        """What went wrong, in a few words."""
        return self.message

    # Some subclasses are also built-in errors with a __str__ of their own (KeyError quotes
    # its argument, OSError looks for an errno): the message is what a person should see.
    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (type(self), self.args), self.__dict__


def _restore(kind: type[JulepError], args: tuple[object, ...]) -> JulepError:
    """Make an error again without its __init__, whose parameters differ from class to class."""
    error = kind.__new__(kind, *args)
    error.args = args
    return error


class ConfigurationError(JulepError):
    """A client was given settings that cannot work."""


class InvalidArgumentError(JulepError, ValueError):
    """An argument has the right type and a wrong value; nothing was sent.

    Attributes:
        path: Where it is, such as ``limit`` or ``messages[3].role``.
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class InvalidIdError(InvalidArgumentError, AssertionError):
    """An id is not a UUID of version 4; nothing was sent."""


class RequestError(JulepError):
    """A request was made, and what was asked for did not come of it.

    Attributes:
        attempts: How many times the request was sent.
    """

    attempts: int = 1
    _sent: SentRequest | None = None

    def as_curl(self) -> str:
        """Give a command for a shell that sends the same request.

        The key is not in it: it stands there as ``$JULEP_API_KEY``. Other headers that look like
        secrets are hidden.

        Example:
            >>> print(error.as_curl())
            curl -X GET http://localhost:8080/api/users -H "authorization: Bearer $JULEP_API_KEY"
        """
        return self._sent.as_curl() if self._sent is not None else ""


class NetworkError(RequestError, ConnectionError):
    """No whole answer came: the connection failed, or was lost.

    Attributes:
        attempts: How many times the request was sent.
    """

    def __init__(self, message: str, *, attempts: int = 1) -> None:
        super().__init__(message)
        self.attempts = attempts

    def __str__(self) -> str:
        more = f" ({self.attempts} attempts)" if self.attempts > 1 else ""
        return f"{self.message}{more}"


_Phase: TypeAlias = Literal["connect", "read", "write", "pool", "total"]


class RequestTimeoutError(NetworkError, TimeoutError):
    """No whole answer came within the timeout.

    Attributes:
        phase: Which limit ran out: that of ``connect``, ``read``, ``write`` or ``pool`` (waiting
            for a free connection), or ``total``, that of the whole call.
    """

    def __init__(self, message: str, *, attempts: int = 1, phase: _Phase = "read") -> None:
        super().__init__(message, attempts=attempts)
        self.phase: _Phase = phase


class StreamInterruptedError(NetworkError):
    """A stream ended before its end, and could not be gone on with.

    Attributes:
        partial: The answer as far as it had arrived.
    """

    def __init__(self, message: str, *, partial: ChatResponse, attempts: int = 1) -> None:
        super().__init__(message, attempts=attempts)
        self.partial = partial


class JobFailedError(JulepError):
    """A job that was waited for has failed, or was aborted.

    Attributes:
        job: The job as it is; its `reason` says why, where the server knows.
    """

    def __init__(self, message: str, job: JobStatus) -> None:
        super().__init__(message)
        self.job = job


class MaxTurnsError(JulepError):
    """A run of a session got no answer in as many turns as it was given.

    Attributes:
        response: What the model said last: its calls of tools, which were not made.
    """

    def __init__(self, message: str, response: ChatResponse) -> None:
        super().__init__(message)
        self.response = response


class ErrorDetail(NamedTuple):
    """One thing that the server found wrong with a request."""

    path: str
    message: str


class ApiError(RequestError):
    """The server answered, and the answer is not the one asked for.

    Attributes:
        status_code: The answer's HTTP status.
        code: The server's short name for what went wrong, where it gave one.
        message: The server's message.
        details: What was wrong with each field, where the server said so.
        request_id: The server's name for this request, to look it up in its logs.
        body: The answer's body: decoded JSON, or else its text.
        method: The request's method.
        path: The request's path.
        attempts: How many times the request was sent.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        code: str | None = None,
        details: tuple[ErrorDetail, ...] = (),
        request_id: str | None = None,
        body: JSON = None,
        method: str = "",
        path: str = "",
        attempts: int = 1,
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.code = code
        self.details = details
        self.request_id = request_id
        self.body = body
        self.method = method
        self.path = path
        self.attempts = attempts

    @property
    def summary(self) -> str:
        """What went wrong, in a few words."""
        return f"{self.status_code}: {self.message}"

    def __str__(self) -> str:
        asked = f"{self.method} {self.path} -> {self.status_code}: {self.message}"
        lines = [asked, *(f"  {detail.path}: {detail.message}" for detail in self.details)]
        known = [f"request id {self.request_id}"] if self.request_id else []
        if self.attempts > 1:
            known.append(f"{self.attempts} attempts")
        if known:
            lines.append(f"  ({', '.join(known)})")
        return "\n".join(lines)


class InvalidResponseError(ApiError):
    """The server's answer does not fit the contract: not JSON, or a field of a wrong type."""


class BadRequestError(ApiError):
    """400: the server cannot make sense of the request."""


class AuthenticationError(ApiError):
    """401: the server does not know who is asking."""


class PermissionDeniedError(ApiError):
    """403: the API key is wrong or missing, or may not do this."""


class NotFoundError(ApiError, KeyError):
    """404: there is nothing by that id."""


class ConflictError(ApiError):
    """409: the request contradicts what is stored, or an earlier one of the same key."""


class UnprocessableEntityError(ApiError):
    """422: the request breaks the contract; `details` has each field's path."""


class RateLimitError(ApiError):
    """429: too many requests.

    Attributes:
        retry_after: How many seconds the server asks to wait, where it said so.
    """

    retry_after: float | None = None


class ServerError(ApiError):
    """5xx: the server failed."""
