"""Every error that this package raises.

All of them derive from `JulepError`, can be pickled and copied, and never hold the API key. Errors
of requests name the request and the response in their text.

Example:
    >>> import julep
    >>> try:
    ...     client.sessions.get("4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a")
    ... except julep.NotFoundError as error:
    ...     print(error.status_code, error.message)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from julep._base_error import JulepError
from julep._lazy import lazy, resolvable

if TYPE_CHECKING:
    from julep._argument_type_error import ArgumentTypeError
    from julep._redaction import SentRequest
    from julep_api.models import ChatResponse, JobStatus
    from julep_api.types import JSON
else:
    # It derives from an exception of beartype, which is expensive to import.
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
    "InvalidOutputError",
    "InvalidResponseError",
    "JobFailedError",
    "JulepError",
    "MaxTurnsError",
    "NetworkError",
    "NotApprovedError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "RequestError",
    "RequestTimeoutError",
    "ServerError",
    "StreamClosedError",
    "StreamInterruptedError",
    "StreamTimeoutError",
    "UnprocessableEntityError",
]

_UNKNOWN: Final = "the server responded with an error"


class ConfigurationError(JulepError):
    """A client's settings cannot work.

    Example:
        >>> try:
        ...     julep.Client(timeout=-1)
        ... except julep.ConfigurationError as error:
        ...     print(error)
        timeout: expected more than 0 seconds, at most 1000000000, or None for no limit; got -1
    """


class InvalidArgumentError(JulepError, ValueError):
    """An argument has the right type and an invalid value; nothing was sent.

    Attributes:
        path: The argument, such as ``limit`` or ``messages[3].role``; may be empty.

    Example:
        >>> try:
        ...     client.sessions.history(session.id, limit=0)
        ... except julep.InvalidArgumentError as error:
        ...     print(error.path, isinstance(error, ValueError))
        limit True
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class InvalidIdError(InvalidArgumentError, AssertionError):
    """An id is not a UUID of version 4; nothing was sent.

    Example:
        >>> try:
        ...     client.sessions.get("my session")
        ... except julep.InvalidIdError as error:
        ...     print(error)
        id: expected a UUID v4; got 'my session'
    """


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


class StreamClosedError(JulepError):
    """A stream was read that is not open: it was read to its end or closed, or never opened.

    Example:
        >>> with client.sessions.stream(session.id, messages) as stream:
        ...     chunks = [*stream]
        >>> try:
        ...     next(iter(stream))
        ... except julep.StreamClosedError as error:
        ...     print(error.message.partition(": ")[2])
        the stream was read to its end: get_final_response() returns the whole answer
    """


class JobFailedError(JulepError):
    """A job that was waited for failed, or was aborted.

    Attributes:
        job: The job's status; its `reason` is the cause, if the server knows it.

    Example:
        >>> from julep.testing import ScriptedServer
        >>> from julep_server import LocalServer
        >>> with ScriptedServer("Hello!").fails(401) as model:  # fails when memories are formed
        ...     url = f"{model.root}/v1"
        ...     with LocalServer(model_url=url, model="any", embedding_model="none") as server:
        ...         with julep.Client(base_url=server.url) as client:
        ...             agent = client.agents.create(name="Ada")
        ...             user = client.users.create(name="Grace")
        ...             session = client.sessions.create(agent_id=agent.id, user_id=user.id)
        ...             [job_id] = client.sessions.chat(session.id, "I live in Bergen.").jobs
        ...             try:
        ...                 client.jobs.wait(job_id)
        ...             except julep.JobFailedError as error:
        ...                 print(error.job.reason)
        the model's endpoint refused the request
    """

    def __init__(self, message: str, job: JobStatus) -> None:
        super().__init__(message)
        self.job = job


class MaxTurnsError(JulepError):
    """A run reached its ``max_turns`` before the model answered.

    Attributes:
        response: The model's last response: calls of tools, which were not executed.

    Example:
        >>> try:
        ...     client.sessions.run(session.id, messages, [temperature], max_turns=1)
        ... except julep.MaxTurnsError as error:
        ...     print(error.response.finish_reason.value)
        tool_calls
    """

    def __init__(self, message: str, response: ChatResponse) -> None:
        super().__init__(message)
        self.response = response


class NotApprovedError(JulepError):
    """A function was not called, because `approve` decided so; the error of a `ToolResult`.

    Example:
        >>> def approve(name, arguments):
        ...     return "not today"
        >>> run = client.sessions.iterate_run(session.id, messages, [temperature], approve=approve)
        >>> [step.error for step in run if isinstance(step, julep.ToolResult)]
        [NotApprovedError('the call of temperature was not approved: not today')]
    """


class InvalidOutputError(JulepError):
    """A model's answer does not match the ``output`` of a call, and was not repaired.

    Attributes:
        text: The answer.
        path: Where in the answer, such as ``items[0].name``; empty for the whole answer.
        response: The response that has the answer.

    Example:
        >>> try:
        ...     client.sessions.parse(session.id, "How many?", int, repairs=0)
        ... except julep.InvalidOutputError as error:
        ...     print(error.text)
        Hello! How can I help?
    """

    def __init__(self, message: str, *, text: str, path: str = "", response: ChatResponse) -> None:
        super().__init__(message)
        self.text = text
        self.path = path
        self.response = response


class ErrorDetail(NamedTuple):
    """One problem that the server found in a request.

    Attributes:
        path: The field, such as ``messages[3].role``.
        message: What is wrong with it.

    Example:
        >>> try:
        ...     client.post("/users", {"name": 5})
        ... except julep.ApiError as error:
        ...     print(error.details[0].path, error.details[0].message, sep=": ")
        name: must be of type string; got 5
    """

    path: str
    message: str


class ApiError(RequestError):
    """The server responded with an error, or with a response that cannot be read.

    Attributes:
        status_code: The response's HTTP status.
        code: The server's short name for the problem, if it sent one.
        message: The server's message.
        details: The problem of each field, if the server sent them.
        request_id: The server's id of the request, to look it up in the server's logs.
        body: The response's body: parsed JSON, or else its text.
        method: The request's method.
        path: The request's path.
        attempts: How many times the request was sent.
        partial: The answer as far as it had arrived, when a stream failed.

    Example:
        >>> try:
        ...     client.sessions.get("4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a")
        ... except julep.ApiError as error:
        ...     print(error.status_code, error.code, error.method, error.attempts)
        404 not_found GET 1
    """

    partial: ChatResponse | None = None

    def __init__(
        self,
        message: str = _UNKNOWN,
        *,
        status_code: int = 0,
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
        """What went wrong, in a few words.

        Example:
            >>> julep.ApiError("there is no such page", status_code=404).summary
            '404: there is no such page'
        """
        return f"{self.status_code}: {self.message}"

    def __str__(self) -> str:
        if self.message == _UNKNOWN and not self.method:  # made by a program, as with 0.3
            return f"status_code: {self.status_code}, body: {self.body}"
        request = f"{self.method} {self.path} -> " if self.method else ""
        summary = f"{request}{self.summary}"
        lines = [summary, *(f"  {detail.path}: {detail.message}" for detail in self.details)]
        known = [f"request id {self.request_id}"] if self.request_id else []
        if self.attempts > 1:
            known.append(f"{self.attempts} attempts")
        if known:
            lines.append(f"  ({', '.join(known)})")
        return "\n".join(lines)


class InvalidResponseError(ApiError):
    """The response does not match the contract: it is not JSON, or a field has a wrong type.

    Example:
        >>> import httpx
        >>> page = httpx.MockTransport(lambda request: httpx.Response(200, text="<html>"))
        >>> other = julep.Client(http_client=httpx.Client(transport=page))
        >>> try:
        ...     other.agents.list()
        ... except julep.InvalidResponseError as error:
        ...     print(error.body)
        <html>
    """


class BadRequestError(ApiError):
    """400: the server cannot process the request.

    Example:
        >>> from julep.testing import ScriptedServer
        >>> with ScriptedServer().fails(400) as server:  # as the model's endpoint
        ...     with julep.Client(base_url=server.url, max_retries=0) as client:
        ...         session = client.sessions.create(agent_id=client.agents.create(name="Ada").id)
        ...         try:
        ...             client.sessions.chat(session.id, "Hello!")
        ...         except julep.BadRequestError as error:
        ...             print(error.message)
        the model's endpoint refused the request (400): the script says so
    """


class AuthenticationError(ApiError):
    """401: the request is not authenticated.

    Example:
        >>> stranger = julep.Client(api_key="a wrong key")
        >>> try:
        ...     stranger.agents.list()
        ... except julep.AuthenticationError as error:
        ...     print(error.status_code)
        401
    """


class PermissionDeniedError(ApiError):
    """403: the API key is wrong or missing, or does not permit this.

    Example:
        >>> import httpx
        >>> refusal = httpx.MockTransport(lambda request: httpx.Response(403))
        >>> refused = julep.Client(http_client=httpx.Client(transport=refusal), max_retries=0)
        >>> try:
        ...     refused.agents.list()
        ... except julep.PermissionDeniedError as error:
        ...     print(error.status_code)
        403
    """


class NotFoundError(ApiError, KeyError):
    """404: nothing has this id.

    Example:
        >>> try:
        ...     client.sessions.get("4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a")
        ... except julep.NotFoundError as error:
        ...     print(error.message)
        session 4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a was not found
    """


class ConflictError(ApiError):
    """409: the request conflicts with what is stored, or with an earlier one of the same key.

    Example:
        >>> try:
        ...     client.tools.create(agent.id, {"type": "function", "function": tool.function})
        ... except julep.ConflictError as error:
        ...     print(error.message)
        the agent already has a tool named add
    """


class UnprocessableEntityError(ApiError):
    """422: the request breaks the contract; `details` has each field's path.

    Example:
        >>> try:
        ...     client.post("/users", {"name": 5})
        ... except julep.UnprocessableEntityError as error:
        ...     print(error.details[0].path)
        name
    """


class RateLimitError(ApiError):
    """429: too many requests.

    Attributes:
        retry_after: The delay in seconds that the server requests; None when it requests none.

    Example:
        >>> from julep.testing import ScriptedServer
        >>> with ScriptedServer().fails(429, retry_after=7) as server:  # as the model's endpoint
        ...     with julep.Client(base_url=server.url, max_retries=0) as client:
        ...         session = client.sessions.create(agent_id=client.agents.create(name="Ada").id)
        ...         try:
        ...             client.sessions.chat(session.id, "Hello!")
        ...         except julep.RateLimitError as error:
        ...             print(error.retry_after)
        7.0
    """

    retry_after: float | None = None


class ServerError(ApiError):
    """5xx: the server failed.

    Example:
        >>> from julep.testing import ScriptedServer
        >>> with ScriptedServer().fails(500) as server:  # as the model's endpoint
        ...     with julep.Client(base_url=server.url, max_retries=0) as client:
        ...         session = client.sessions.create(agent_id=client.agents.create(name="Ada").id)
        ...         try:
        ...             client.sessions.chat(session.id, "Hello!")
        ...         except julep.ServerError as error:
        ...             print(error.status_code, error.message)
        503 the model's endpoint failed (500)
    """


resolvable(__name__)
