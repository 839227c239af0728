"""Errors of requests: `RequestError`, and those without a complete response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from julep._errors.base import JulepError

if TYPE_CHECKING:
    from julep._redaction import SentRequest
    from julep_api.models import ChatResponse


class RequestError(JulepError):
    """A request failed.

    Attributes:
        attempts: How many times the request was sent.

    Example:
        >>> try:
        ...     client.sessions.get("4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a")
        ... except julep.RequestError as error:
        ...     print(error.attempts)
        1
    """

    attempts: int = 1
    _sent: SentRequest | None = None

    def as_curl(self) -> str:
        """Return a curl command that sends the same request; empty when no request was sent.

        The shell inserts the key: the command has ``$JULEP_API_KEY`` in its place. Other headers
        and query parameters that look like secrets are redacted.

        Returns:
            The command, for a POSIX shell.

        Example:
            >>> try:
            ...     client.sessions.get("4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a")
            ... except julep.NotFoundError as error:
            ...     command = error.as_curl()
            >>> command.startswith("curl -X GET http://"), "Bearer $JULEP_API_KEY" in command
            (True, True)
        """
        return self._sent.as_curl() if self._sent is not None else ""


class NetworkError(RequestError, ConnectionError):
    """No complete response arrived: the connection failed, or was lost.

    Attributes:
        attempts: How many times the request was sent.

    Example:
        >>> nowhere = julep.Client(base_url="http://127.0.0.1:1/api", max_retries=0)
        >>> try:
        ...     nowhere.agents.list()
        ... except julep.NetworkError as error:
        ...     print(isinstance(error, ConnectionError))
        True
    """

    def __init__(self, message: str, *, attempts: int = 1) -> None:
        super().__init__(message)
        self.attempts = attempts

    def __str__(self) -> str:
        more = f" ({self.attempts} attempts)" if self.attempts > 1 else ""
        return f"{self.message}{more}"


Phase: TypeAlias = Literal["connect", "read", "write", "pool", "total"]
"""The name of the limit of a `julep.Timeout` that was exceeded."""


class RequestTimeoutError(NetworkError, TimeoutError):
    """No complete response arrived within the timeout.

    Attributes:
        phase: The limit that was exceeded: ``connect``, ``read``, ``write``, ``pool`` (waiting for
            a free connection), or ``total``, that of the whole call.

    Example:
        >>> try:
        ...     client.with_options(timeout=0.000001).agents.list()
        ... except julep.RequestTimeoutError as error:
        ...     print(error.phase, isinstance(error, TimeoutError))
        total True
    """

    def __init__(self, message: str, *, attempts: int = 1, phase: Phase = "read") -> None:
        super().__init__(message, attempts=attempts)
        self.phase: Phase = phase


class StreamInterruptedError(NetworkError):
    """A stream was cut off, and could not be resumed.

    Attributes:
        partial: The answer as far as it had arrived.

    Example:
        >>> with client.sessions.stream(session.id, messages) as stream:
        ...     beginning = next(stream.text_stream)
        >>> try:
        ...     stream.get_final_response()
        ... except julep.StreamInterruptedError as error:
        ...     print(error.partial.text)
        Hello!
    """

    def __init__(self, message: str, *, partial: ChatResponse, attempts: int = 1) -> None:
        super().__init__(message, attempts=attempts)
        self.partial = partial


class StreamTimeoutError(StreamInterruptedError, RequestTimeoutError):
    """A stream exceeded a timeout, and could not be resumed.

    Attributes:
        partial: The answer as far as it had arrived.
        phase: The limit that was exceeded: ``read``, or ``total``, that of the whole call.

    Example:
        >>> from julep.testing import ScriptedServer
        >>> with ScriptedServer().says("Hello! How are you?", pause=60) as server:
        ...     with julep.Client(base_url=server.url, timeout=2, max_retries=0) as client:
        ...         session = client.sessions.create(agent_id=client.agents.create(name="Ada").id)
        ...         try:
        ...             client.sessions.stream(session.id, "Hello!").get_final_response()
        ...         except julep.StreamTimeoutError as error:
        ...             print(error.phase, error.partial.text, sep=": ")
        total: Hello!
    """

    def __init__(
        self, message: str, *, partial: ChatResponse, attempts: int = 1, phase: Phase = "read"
    ) -> None:
        super().__init__(message, partial=partial, attempts=attempts)
        self.phase: Phase = phase
