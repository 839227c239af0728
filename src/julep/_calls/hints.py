"""The probable cause of an error, where it is a mistake in ``base_url``, or no server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from julep.errors import ApiError, InvalidResponseError, NetworkError

if TYPE_CHECKING:
    from julep._http.messages import Request
    from julep.errors import RequestError

_LOCAL: Final = ("127.0.0.1", "::1", "localhost")

# httpx's messages for them are here as well.
_REFUSED: Final = (
    "connection refused",
    "all connection attempts failed",
    "all attempts to connect to",
)
_PLAIN_HTTP: Final = ("wrong version number", "record layer failure", "packet length too long")
_NO_RESPONSE: Final = (
    "closed the connection without a response",
    "server disconnected without sending a response",
)
_NEEDS_TLS: Final = ("http request was sent to https port", "http request to an https server")

_NOTHING_THERE: Final = "there is nothing at this path"


def hint(error: RequestError, request: Request, path: str) -> str:
    """Return the probable cause of an error as the last half of a sentence; it may be empty.

    Args:
        error: The error.
        request: The request that was sent.
        path: The path of the operation, below ``base_url``.
    """
    if isinstance(error, ApiError):
        return _hint_of_response(error, request, path)
    return _hint_of_connection(error, request) if isinstance(error, NetworkError) else ""


def _hint_of_connection(error: NetworkError, request: Request) -> str:
    text, origin = error.message.lower(), request.origin
    if ": the proxy " in text:
        return "; is that proxy running?" if any(part in text for part in _REFUSED) else ""
    if origin.host in _LOCAL and any(part in text for part in _REFUSED):
        return "; is a server running there? `julep serve` starts one"
    if origin.scheme == "https" and any(part in text for part in _PLAIN_HTTP):
        return "; does the server speak plain HTTP? Then base_url begins with http://"
    if origin.scheme == "http" and any(part in text for part in _NO_RESPONSE):
        return "; does the server expect TLS? Then base_url begins with https://"
    return ""


def _hint_of_response(error: ApiError, request: Request, path: str) -> str:
    text = error.body.lower() if isinstance(error.body, str) else ""
    if error.status_code == 400 and any(part in text for part in _NEEDS_TLS):
        return "; did you mean https:// in base_url?"
    prefix = request.target.partition("?")[0].removesuffix(path)
    if prefix.endswith("/api"):
        return ""
    is_elsewhere = (
        "<html" in text
        if isinstance(error, InvalidResponseError)
        else error.status_code == 404 and not _is_of_the_api(error)
    )
    # OpenAI's API is at /v1, beside this one.
    root = prefix.removesuffix("/v1").removesuffix("/api")
    return f"; did you mean base_url={f'{request.origin}{root}/api'!r}?" if is_elsewhere else ""


def _is_of_the_api(error: ApiError) -> bool:
    """Check whether a 404 is about a resource, in the API's format."""
    has_format = isinstance(error.body, dict) and isinstance(error.body.get("error"), dict)
    return has_format and error.message != _NOTHING_THERE
