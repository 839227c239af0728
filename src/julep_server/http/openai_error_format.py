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


def openai_error_json(error: ApiError) -> JSONObject:
    """Return an error's body: OpenAI's fields, and beside them all violations of a 422."""
    kind = "server_error" if error.status >= 500 else "invalid_request_error"
    details: list[JSON] = [
        {"path": violation.path, "message": violation.message} for violation in error.details
    ]
    return {
        "error": {
            "message": error.message,
            "type": _TYPES.get(error.status, kind),
            "param": next((item.path for item in error.details if item.path), None),
            "code": error.code,
            "details": details,
        }
    }


def openai_error_response(error: ApiError) -> Response:
    """Build a response with an error's body."""
    return json_response(error.status, openai_error_json(error), error.headers)
