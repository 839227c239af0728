"""The one error shape of the API, and the constructors of its usual cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from julep_server.json_text import JSON, JSONObject


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with a request, and where (``messages[0].role``)."""

    path: str
    message: str


class ApiError(Exception):
    """An answer other than success: raised anywhere, turned into the error shape in one place.

    Args:
        status: HTTP status, 400 to 599.
        code: Short name of the kind of error, for programs.
        message: What went wrong, for people.
        details: The violations found in the request.
        headers: Headers to add to the answer, such as ``Retry-After``.
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

    def to_json(self) -> JSONObject:
        """The body of the answer."""
        details: list[JSON] = [
            {"path": violation.path, "message": violation.message} for violation in self.details
        ]
        return {"error": {"message": self.message, "code": self.code, "details": details}}


def bad_request(code: str, message: str, *details: Violation) -> ApiError:
    """400: the request's text cannot be read, or names something that can't be used."""
    return ApiError(400, code, message, details)


def not_found(kind: str, identifier: str) -> ApiError:
    """404: names what was not found."""
    return ApiError(404, "not_found", f"{kind} {identifier} was not found")


def invalid(violations: Iterable[Violation]) -> ApiError:
    """422: lists every violation, and repeats the first in the message."""
    found = tuple(violations)
    first = f"{found[0].path}: {found[0].message}" if found[0].path else found[0].message
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return ApiError(422, "validation_failed", first + more, found)


def invalid_field(path: str, message: str) -> ApiError:
    """422 for a single field."""
    return invalid([Violation(path, message)])


def conflict(code: str, message: str) -> ApiError:
    """409: the request contradicts what is stored or running."""
    return ApiError(409, code, message)


def unavailable(code: str, message: str) -> ApiError:
    """503: something that the answer depends on is down."""
    return ApiError(503, code, message)
