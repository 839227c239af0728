"""The API's only error format, and constructors of common errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from julep_server.json_text import JSON, JSONObject


@dataclass(frozen=True, slots=True)
class Violation:
    """An error in a request, with its path (``messages[0].role``)."""

    path: str
    message: str


class ApiError(Exception):
    """An error response: raised anywhere, converted to a response in one place.

    Args:
        status: HTTP status, 400 to 599.
        code: Short name of the kind of error, for programs.
        message: Description of the error, for people.
        details: The violations found in the request.
        headers: Headers to add to the response, such as ``Retry-After``.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: Iterable[Violation] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = tuple(details)
        self.headers = dict(headers or {})

    def to_json(self, *, in_stream: bool = False) -> JSONObject:
        """Return the body of the response, or the data of an event.

        Args:
            in_stream: Whether it is an event, which has the status, since its stream's was sent
                before.
        """
        details: list[JSON] = [
            {"path": violation.path, "message": violation.message} for violation in self.details
        ]
        error: JSONObject = {"message": self.message, "code": self.code, "details": details}
        if in_stream:
            error["status"] = self.status
        return {"error": error}


def bad_request(code: str, message: str, *details: Violation) -> ApiError:
    """Return a 400: the request can't be parsed, or names something that can't be used."""
    return ApiError(400, code, message, details)


def not_found(kind: str, identifier: str) -> ApiError:
    """Return a 404 that names what was not found."""
    return ApiError(404, "not_found", f"{kind} {identifier} was not found")


def invalid(violations: Iterable[Violation]) -> ApiError:
    """Return a 422 that lists every violation, the first one also in the message."""
    found = tuple(violations)
    first = f"{found[0].path}: {found[0].message}" if found[0].path else found[0].message
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return ApiError(422, "validation_failed", first + more, found)


def invalid_field(path: str, message: str) -> ApiError:
    """Return a 422 for a single field."""
    return invalid([Violation(path, message)])


def conflict(code: str, message: str) -> ApiError:
    """Return a 409: the request conflicts with what is stored or running."""
    return ApiError(409, code, message)


def unavailable(code: str, message: str) -> ApiError:
    """Return a 503: a service that the server needs is down."""
    return ApiError(503, code, message)


def answer_too_long(limit: int) -> ApiError:
    """Return a 502: the model writes more than is kept of an answer."""
    return ApiError(502, "answer_too_long", f"the model's answer is longer than {limit} bytes")


def internal_error(request_id: str | None = None) -> ApiError:
    """Return a 500, which reveals nothing but the request's id."""
    suffix = "" if request_id is None else f" (request {request_id})"
    return ApiError(500, "internal_error", f"something went wrong in the server{suffix}")


def not_implemented(operation: str) -> ApiError:
    """Return a 501 for an operation of the contract that the server does not have yet."""
    return ApiError(501, "not_implemented", f"{operation} is not implemented by this server")


def nothing_here() -> ApiError:
    """Return a 404 for a path that the server doesn't have."""
    return ApiError(404, "not_found", "there is nothing at this path")


def method_not_allowed(method: str, allowed: str) -> ApiError:
    """Return a 405 that names the allowed methods."""
    message = f"{method} is not allowed here; allowed: {allowed}"
    return ApiError(405, "method_not_allowed", message, headers={"Allow": allowed})
