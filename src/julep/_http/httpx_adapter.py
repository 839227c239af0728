"""Requests and errors in the forms of httpx, or of its successor httpx2."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from importlib import import_module
from time import monotonic
from traceback import walk_tb
from typing import TYPE_CHECKING, Any, Final

from julep._http.content_encoding import ContentDecodingError
from julep._http.library_logs import secrets_hidden, watch_logs
from julep._http.messages import UnreadableResponse
from julep.errors import (
    ConfigurationError,
    InvalidArgumentError,
    NetworkError,
    RequestTimeoutError,
)

if TYPE_CHECKING:
    import httpx

    from julep._errors.requests import Phase
    from julep._http.messages import Request
    from julep._http.transport_config import TransportConfig

_PHASES: Final[dict[str, Phase]] = {
    "ConnectTimeout": "connect",
    "ReadTimeout": "read",
    "WriteTimeout": "write",
    "PoolTimeout": "pool",
}


class HttpxAdapter:
    """Converts our requests to httpx's, and its errors to ours.

    Args:
        client: A client of httpx or httpx2.
        config: The settings of the transport.
    """

    def __init__(self, client: object, config: TransportConfig) -> None:
        watch_logs()
        module: Any = import_module(_library_name(client))
        self._proxy = config.proxy_name()
        self._transport_secrets = config.secrets
        self._invalid_url: type[Exception] = module.InvalidURL
        self.decoding_error: type[Exception] = module.DecodingError
        self._timeout_error: type[Exception] = module.TimeoutException
        self._timeout: type[httpx.Timeout] = module.Timeout
        self._async_content: Any = type("Content", (_AsyncContent, module.AsyncByteStream), {})
        self.errors: tuple[type[Exception], ...] = (module.RequestError, module.StreamError)

    def to_httpx(self, client: httpx.Client | httpx.AsyncClient, request: Request) -> httpx.Request:
        """Build httpx's request, with our timeouts even if the client is the user's.

        Raises:
            InvalidArgumentError: When httpx refuses the URL.
        """
        connect, read, write, pool, _ = request.timeout
        steps = [connect, read, write, pool]
        if request.deadline is not None:
            remaining = max(0.001, request.deadline - monotonic())
            steps = [remaining if step is None else min(step, remaining) for step in steps]
        timeout = self._timeout(connect=steps[0], read=steps[1], write=steps[2], pool=steps[3])
        try:
            return client.build_request(
                request.method,
                request.url,
                headers=[
                    (name.encode("latin-1"), value.encode("latin-1"))
                    for name, value in request.headers.items()
                ],
                content=request.content,
                timeout=timeout,
            )
        except (self._invalid_url, ValueError) as error:  # too long, or not to be written
            raise InvalidArgumentError(f"{request.summary}: {error}") from None

    def secrets_hidden(self, request: Request) -> AbstractContextManager[None]:
        """Hide the secrets of a request in what the library logs meanwhile."""
        return secrets_hidden(request, self._transport_secrets)

    def async_content(self, content: bytes) -> httpx.AsyncByteStream:
        """Build the body of an async request."""
        built: httpx.AsyncByteStream = self._async_content(content)
        return built

    def network_error(self, request: Request, error: Exception) -> NetworkError:
        """Return our error for any that the library, or a user's client, raises."""
        if isinstance(error, NetworkError):
            return error
        where = self._proxy if self._proxy and _is_of_a_proxy(error) else ""
        if isinstance(error, self._timeout_error):
            return timeout_error(request, _PHASES.get(type(error).__name__, "read"), where)
        text = f"{where}: {_text_of(error)}" if where else _text_of(error)
        if not isinstance(error, self.errors):
            text = f"{type(error).__name__}: {text}"  # of a user's client, or of another library
        return NetworkError(f"{request.summary}: {text}")


def _text_of(error: BaseException) -> str:
    """Return the text of an error, else that of the first of its causes that has one."""
    cause: BaseException | None = error
    while cause is not None and not str(cause):
        cause = cause.__cause__ or cause.__context__
    return str(cause) if cause is not None else type(error).__name__


def _is_of_a_proxy(error: Exception) -> bool:
    """Check whether an error is of the connection to a proxy, if there is one.

    The handshake of TLS has the same error, but is with the server.
    """
    if type(error).__name__ not in ("ConnectError", "ConnectTimeout", "ProxyError"):
        return False
    cause: BaseException | None = error
    while cause is not None and type(cause).__module__ != "ssl":
        cause = cause.__cause__ or cause.__context__
    return cause is None


def is_of_a_hook(error: Exception) -> bool:
    """Check whether an event hook of the user's client raised an error.

    A hook is called by httpx itself, which sends requests by another of its functions.
    """
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    callers = [frame.f_code.co_name == "_send_handling_redirects" for frame in frames]
    if not any(callers):
        return False
    # It raises a hook's error again, so that its frame occurs twice.
    called = frames[len(frames) - callers[::-1].index(True) :]
    return not called or not called[0].f_globals["__name__"].startswith("httpx")


def check_time(request: Request) -> None:
    if request.deadline is not None and monotonic() >= request.deadline:
        raise timeout_error(request, "read")


def timeout_error(request: Request, phase: Phase, where: str = "") -> RequestTimeoutError:
    """Return the error for a step that took too long, or for a call that did.

    Args:
        request: The request.
        phase: The step.
        where: What did not respond, if it was not the server.
    """
    step: float | None = getattr(request.timeout, phase)
    deadline = request.deadline
    is_total = deadline is not None and (step is None or monotonic() >= deadline - 0.001)
    if is_total:
        step = request.timeout.total
    missing = f"no response of {where}" if where else "no response"
    message = f"{request.summary}: {missing} within {step or 0:g} s ({phase} timed out)"
    return RequestTimeoutError(message, phase="total" if is_total else phase)


def unreadable(response: httpx.Response, error: Exception) -> UnreadableResponse:
    problem = str(error)
    if not isinstance(error, ContentDecodingError):
        encoding = response.headers.get("content-encoding", "")
        problem = f"its body is not {encoding}: {problem}"
    return UnreadableResponse(response.status_code, response.headers, problem)


class _AsyncContent:
    """A request's body, read by an iterator that is not an async generator.

    httpx's own is one, and stays suspended when a server responds before reading all of it.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _Once([self._content])


class _Once:
    """An async iterator over some pieces."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if not self._pieces:
            raise StopAsyncIteration
        return self._pieces.pop()


def _library_name(client: object) -> str:
    for kind in type(client).__mro__:
        name = kind.__module__.partition(".")[0]
        if name in ("httpx", "httpx2"):
            return name
    raise ConfigurationError(
        f"http_client: expected a client of httpx or httpx2, got a {type(client).__name__}"
    )
