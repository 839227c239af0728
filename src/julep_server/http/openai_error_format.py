"""Errors below ``/v1``, in the format of OpenAI's API."""

from __future__ import annotations

from starlette.responses import Response

from julep_server.errors import ApiError
from julep_server.http.responses import json_response
from julep_server.json_text import JSON, JSONObject

_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}


def openai_error_json(error: ApiError, *, in_stream: bool = False) -> JSONObject:
    """Return an error's body: OpenAI's fields, and beside them all violations of a 422.

    Args:
        error: The error.
        in_stream: Whether it is an event, which has the status, since its stream's was sent before.
            ``code`` is a text there too, as openai's package has it in the error that it raises.
    """
    kind = "server_error" if error.status >= 500 else "invalid_request_error"
    details: list[JSON] = [
        {"path": violation.path, "message": violation.message} for violation in error.details
    ]
    body: JSONObject = {
        "message": error.message,
        "type": _TYPES.get(error.status, kind),
        "param": next((item.path for item in error.details if item.path), None),
        "code": error.code,
        "details": details,
    }
    if in_stream:
        body["status"] = error.status
    return {"error": body}


def openai_error_response(error: ApiError) -> Response:
    """Build a response with an error's body."""
    return json_response(error.status, openai_error_json(error), error.headers)
