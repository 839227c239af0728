"""Builds the errors of responses: of those that report one, and of those that cannot be read."""

from __future__ import annotations

import re
import sys
from json import JSONDecodeError
from typing import TYPE_CHECKING, Final

from julep._http.messages import Response, request_id
from julep._http.retry_after import retry_after
from julep._json.text import loads
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

if TYPE_CHECKING:
    from collections.abc import Iterable

    from julep._http.messages import UnreadableResponse
    from julep_api.types import JSON

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


def status_of_event(data: bytes) -> int | None:
    """Return the status that an event of a stream has, if it reports an error with a valid one."""
    body = _body(Response(0, {}, data))
    found = body.get("error") if isinstance(body, dict) else None
    status = found.get("status") if isinstance(found, dict) else None
    return status if type(status) is int and 400 <= status < 600 else None


def not_a_stream_error(response: Response, method: str, path: str) -> InvalidResponseError:
    """Return the error for a 2xx that is not the stream that was requested."""
    kind = response.headers.get("content-type", "no content type")
    return invalid_response(f"expected text/event-stream, got {kind}", response, method, path)


def unreadable_error(response: UnreadableResponse, method: str, path: str) -> InvalidResponseError:
    """Return the error for a 2xx whose body cannot be read."""
    bare = Response(response.status, response.headers, b"")
    return invalid_response(response.problem, bare, method, path)


def invalid_response(
    problem: str, response: Response, method: str, path: str
) -> InvalidResponseError:
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
        value = loads(response.body)
    except (ValueError, RecursionError):
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
    return excerpt(response.body) or "the response has no body"


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


def json_problem(error: ValueError | RecursionError) -> str:
    """Return why a text is not read as JSON, without the advice that Python's errors give."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return f"it is not {error.encoding.upper()} at byte {error.start}"
    if not isinstance(error, JSONDecodeError):
        return f"it has a number of more than {sys.get_int_max_str_digits()} digits"
    return "it begins with a byte order mark" if error.doc.startswith("\ufeff") else str(error)


def excerpt(value: bytes | str) -> str:
    """Return the beginning of what is not JSON, or the title of a page of HTML."""
    text = value.decode(errors="replace") if isinstance(value, bytes) else value
    text = text.strip()
    if _HTML.match(text):
        title = _TITLE.search(text)
        words = (title[1] if title else _TAG.sub(" ", text)).split()
        return f"a page of HTML: {' '.join(words)[:_TITLE_CHARACTERS]!r}"
    return text if len(text) <= _EXCERPT_CHARACTERS else text[: _EXCERPT_CHARACTERS - 1] + "…"
