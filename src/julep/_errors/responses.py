"""Errors of responses: those with an error's status, and those that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from julep._errors.requests import RequestError

if TYPE_CHECKING:
    from julep_api.models import ChatResponse
    from julep_api.types import JSON

_UNKNOWN: Final = "the server responded with an error"


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
        if self.message == _UNKNOWN and not self.method:  # created by a program, as for 0.3
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
    """401: the API key is missing, wrong, expired or revoked.

    Example:
        >>> stranger = julep.Client(api_key="a wrong key")
        >>> try:
        ...     stranger.agents.list()
        ... except julep.AuthenticationError as error:
        ...     print(error.status_code)
        401
    """


class PermissionDeniedError(ApiError):
    """403: the API key does not permit this, or its tenant's storage is full.

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
        retry_after: The seconds to wait that the server states in Retry-After; None without it.

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
