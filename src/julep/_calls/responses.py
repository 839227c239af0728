"""What an answer means: the value that was asked for, or the error that it tells of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from julep._http.messages import Response
from julep._json import loads
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
from julep_api.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterable

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

# How much of a body that is not ours (a proxy's HTML page, say) is worth showing.
_SHOWN_CHARACTERS: Final = 500


def parse_response(call: Call[T], answer: Response) -> T:
    """Read a 2xx answer.

    Raises:
        InvalidResponseError: When it is not what the contract promises, naming the field.
    """
    # A success of another number than the documented one (a proxy's 200 for a 201) is read alike.
    read = call.answers.get(answer.status) or next(iter(call.answers.values()))
    # What the contract does not describe may well have an answer without a body.
    empty = answer.status == 204 or not (answer.body or call.operation)
    try:
        return read(None if empty else parse_json(answer.body))
    except DecodeError as error:
        problem = f"the answer does not fit the contract: {error}"
        raise _invalid(problem, answer, call.method, call.path) from None


def error_from_response(answer: Response, method: str, path: str, attempts: int) -> ApiError:
    """Make the error that an answer other than a 2xx stands for."""
    body = _body(answer)
    told = body.get("error") if isinstance(body, dict) else None
    told = told if isinstance(told, dict) else {}
    message, code = told.get("message"), told.get("code")
    # An error under a 2xx is one that happened in the midst of a stream.
    is_server_s = answer.status >= 500 or answer.status < 300
    kind = _ERRORS.get(answer.status, ServerError if is_server_s else ApiError)
    error = kind(
        message if isinstance(message, str) else _message_of(answer),
        status_code=answer.status,
        code=code if isinstance(code, str) else None,
        details=_details(told.get("details")),
        request_id=answer.headers.get("x-request-id"),
        body=body,
        method=method,
        path=path,
        attempts=attempts,
    )
    if isinstance(error, RateLimitError):
        error.retry_after = retry_after(answer)
    return error


def not_a_stream_error(answer: Response, method: str, path: str) -> InvalidResponseError:
    """Make the error for a 2xx that is not the stream that was asked for."""
    kind = answer.headers.get("content-type", "no content type")
    return _invalid(f"expected text/event-stream, got {kind}", answer, method, path)


def unreadable_error(answer: UnreadableResponse, method: str, path: str) -> InvalidResponseError:
    """Make the error for a 2xx whose body cannot be had."""
    without = Response(answer.status, answer.headers, b"")
    return _invalid(answer.problem, without, method, path)


def parse_json(data: bytes | str) -> JSON:
    """Parse JSON that came from outside.

    Raises:
        DecodeError: When it is not JSON.
    """
    try:
        value = loads(data)
    except (ValueError, RecursionError) as error:
        problem = f"expected JSON, got {_excerpt(data) or 'nothing'} ({error})"
        raise DecodeError("", problem) from None
    return value


def _invalid(problem: str, answer: Response, method: str, path: str) -> InvalidResponseError:
    return InvalidResponseError(
        problem,
        status_code=answer.status,
        request_id=answer.headers.get("x-request-id"),
        body=_body(answer),
        method=method,
        path=path,
    )


def _body(answer: Response) -> JSON:
    text = answer.body.decode(errors="replace")
    try:
        value = parse_json(answer.body)
    except DecodeError:
        return text
    return text if _is_too_deep(value) else value


def _is_too_deep(value: JSON) -> bool:
    """Tell whether JSON is nested so deeply that an error which holds it could not be pickled."""
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
    return bool(level)


def _inside(value: JSON) -> Iterable[JSON]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _message_of(answer: Response) -> str:
    """Say what an answer without a message of its own says."""
    location = answer.headers.get("location")
    if 300 <= answer.status < 400 and location:
        return f"redirected to {location}, which is not followed"
    return _excerpt(answer.body) or "the answer has no body"


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
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
