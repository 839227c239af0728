"""Parses HTTP responses to values of the contract, or to errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from julep._http.messages import Response, request_id
from julep._json.text import LONG, loads, loads_page
from julep._settings.retry import retry_after
from julep.errors import (
    ApiError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ErrorDetail,
    InvalidResponseError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    UnprocessableEntityError,
)
from julep_api.client import BodyReader
from julep_api.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from julep._http.messages import UnreadableResponse
    from julep_api.client import Call
    from julep_api.types import JSON

T = TypeVar("T")

_ERRORS: Final[dict[int, type[ApiError]]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}

_MAX_DEPTH: Final = 100

_HTML: Final = re.compile("<!doctype html|<html", re.IGNORECASE)
_TITLE: Final = re.compile("<title[^>]*>([^<]+)<", re.IGNORECASE)
_TAG: Final = re.compile("<[^>]*>")
_TITLE_CHARACTERS: Final = 80

# The length shown of a body that has no message of the API's, such as a proxy's HTML page.
_EXCERPT_CHARACTERS: Final = 500


def parse_response(call: Call[T], response: Response, hide: Callable[[str], str]) -> T:
    """Parse a 2xx response.

    Args:
        call: The call that it responds to.
        response: The response.
        hide: Replaces secrets in a text.

    Raises:
        InvalidResponseError: When it does not match the contract; the message names the field.
    """
    # Another 2xx than the documented one (a proxy's 200 for a 201) is read in the same way.
    read = call.answers.get(response.status) or next(iter(call.answers.values()))
    # An operation that the contract does not describe may have a response without a body.
    empty = response.status == 204 or not (response.body or call.operation)
    try:
        if cast("object", read.__class__) is BodyReader:
            kind = response.headers.get("content-type", "")
            return cast("BodyReader[T]", read).read(response.body, kind)
        if len(response.body) >= LONG and (page := _long_page(read, response.body)) is not None:
            return page
        return read(None if empty else parse_json(response.body))
    except DecodeError as error:
        problem = hide(f"the response does not match the contract: {error}")
    # Not raised within the handler: that error, and the frames that it refers to, have the body.
    raise _invalid(problem, response, call.method, call.path)


def _long_page(read: Callable[[JSON], T], body: bytes) -> T | None:
    """Parse and read a long page in one go, if that is possible."""
    from julep_api.decoding import PageReader

    if not issubclass(type(read), PageReader):
        return None
    page: T | None = loads_page(cast("PageReader[Any]", read), body)
    return page


def error_from_response(response: Response, method: str, path: str, attempts: int) -> ApiError:
    """Return the error for a response other than a 2xx."""
    body = _body(response)
    found = body.get("error") if isinstance(body, dict) else None
    fields = found if isinstance(found, dict) else {}
    message, code = fields.get("message"), fields.get("code")
    # An error under a 2xx is one that was sent in the middle of a stream.
    is_server_error = response.status >= 500 or response.status < 300
    kind = _ERRORS.get(response.status, ServerError if is_server_error else ApiError)
    error = kind(
        message if isinstance(message, str) else _message_of(response),
        status_code=response.status,
        code=code if isinstance(code, str) else None,
        details=_details(fields.get("details")),
        request_id=request_id(response.headers),
        body=body,
        method=method,
        path=path,
        attempts=attempts,
    )
    if isinstance(error, RateLimitError):
        error.retry_after = retry_after(response)
    return error


def not_a_stream_error(response: Response, method: str, path: str) -> InvalidResponseError:
    """Return the error for a 2xx that is not the stream that was requested."""
    kind = response.headers.get("content-type", "no content type")
    return _invalid(f"expected text/event-stream, got {kind}", response, method, path)


def unreadable_error(response: UnreadableResponse, method: str, path: str) -> InvalidResponseError:
    """Return the error for a 2xx whose body cannot be read."""
    bare = Response(response.status, response.headers, b"")
    return _invalid(response.problem, bare, method, path)


def parse_json(data: bytes | str) -> JSON:
    """Parse JSON that a server sent.

    Raises:
        DecodeError: When it is not JSON.
    """
    try:
        value = loads(data)
    except (ValueError, RecursionError) as error:
        problem = f"expected JSON, got {_excerpt(data) or 'nothing'} ({error})"
        raise DecodeError("", problem) from None
    return value


def _invalid(problem: str, response: Response, method: str, path: str) -> InvalidResponseError:
    return InvalidResponseError(
        problem,
        status_code=response.status,
        request_id=request_id(response.headers),
        body=_body(response),
        method=method,
        path=path,
    )


def _body(response: Response) -> JSON:
    text = response.body.decode(errors="replace")
    try:
        value = parse_json(response.body)
    except DecodeError:
        return text
    return text if _is_too_deep(value) else value


def _is_too_deep(value: JSON) -> bool:
    """Check whether JSON is nested so deeply that an error with it could not be pickled."""
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
    return bool(level)


def _inside(value: JSON) -> Iterable[JSON]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _message_of(response: Response) -> str:
    """Return a message for a response that has none of the API's."""
    location = response.headers.get("location")
    if 300 <= response.status < 400 and location:
        return f"redirected to {location}, which is not followed"
    return _excerpt(response.body) or "the response has no body"


def _details(value: JSON) -> tuple[ErrorDetail, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        ErrorDetail(_text(item.get("path")), _text(item.get("message")))
        for item in value
        if isinstance(item, dict)
    )


def _text(value: JSON) -> str:
    return value if isinstance(value, str) else ""


def _excerpt(value: bytes | str) -> str:
    text = value.decode(errors="replace") if isinstance(value, bytes) else value
    text = text.strip()
    if _HTML.match(text):
        title = _TITLE.search(text)
        words = (title[1] if title else _TAG.sub(" ", text)).split()
        return f"a page of HTML: {' '.join(words)[:_TITLE_CHARACTERS]!r}"
    return text if len(text) <= _EXCERPT_CHARACTERS else text[: _EXCERPT_CHARACTERS - 1] + "…"
