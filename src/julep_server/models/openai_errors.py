"""Errors of an endpoint, as errors of this API."""

from __future__ import annotations

import httpx

from julep_server.errors import ApiError, unavailable
from julep_server.json_text import JSON

# Others become 400: the endpoint's 401 or 403 concerns the server's key, not the caller's, and its
# 404 concerns the endpoint, not the session.
_PASSED_ON = frozenset({400, 408, 409, 413, 415, 422, 429})
_MAX_MESSAGE_LENGTH = 500


class RefusedError(ApiError):
    """The endpoint refused a request.

    Attributes:
        unknown_model: Whether it doesn't know the model.
    """

    unknown_model = False


def refusal(response: httpx.Response, model: str) -> ApiError:
    """Convert an endpoint's error response, already read, to this API's error."""
    status = response.status_code
    message, code = _message(response)
    if status >= 500 or status < 400:
        return unavailable(
            "model_unavailable", f"the model's endpoint failed ({status}): {message}"
        )
    headers: dict[str, str] = {}
    if status == 429 and "retry-after" in response.headers:
        headers["Retry-After"] = response.headers["retry-after"]
    if _is_unknown_model(status, message, code):
        text = f"the model's endpoint doesn't know the model {model}: {message}"
        error = RefusedError(400, "unknown_model", text, (), headers)
        error.unknown_model = True
        return error
    passed = status if status in _PASSED_ON else 400
    name = "rate_limited" if status == 429 else "model_refused"
    text = f"the model's endpoint refused the request ({status}): {message}"
    return RefusedError(passed, name, text, (), headers)


def transport_error(error: httpx.HTTPError) -> ApiError:
    """Convert a failure to reach the endpoint to this API's error."""
    if isinstance(error, httpx.TimeoutException):
        return ApiError(504, "model_timeout", "the model's endpoint timed out")
    if isinstance(error, httpx.ConnectError):
        return unavailable("model_unavailable", "the model's endpoint can't be reached")
    return interrupted()


def interrupted() -> ApiError:
    """Return the error for a response that broke off."""
    return unavailable("model_interrupted", "the model's endpoint broke off its response")


def not_understood(received: str) -> ApiError:
    """Return the error for a response of an unexpected form."""
    return unavailable("model_unavailable", f"the model's endpoint sent {received}")


def failed_midway(error: JSON) -> ApiError:
    """Return the error for an error inside a stream."""
    message = str(error.get("message") if isinstance(error, dict) else error)
    text = f"the model's endpoint failed: {message[:_MAX_MESSAGE_LENGTH]}"
    return unavailable("model_interrupted", text)


def _message(response: httpx.Response) -> tuple[str, str]:
    """Return the message and the code of an error, in any of the formats that endpoints use."""
    try:
        body: JSON = response.json()
    except ValueError:
        return response.text[:_MAX_MESSAGE_LENGTH] or response.reason_phrase, ""
    error = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(error, dict):
        text = error.get("message") or error.get("detail") or error
        return str(text)[:_MAX_MESSAGE_LENGTH], str(error.get("code") or "")
    return str(error)[:_MAX_MESSAGE_LENGTH], ""


def _is_unknown_model(status: int, message: str, code: str) -> bool:
    text = message.lower()
    named = "model" in text and ("not found" in text or "not exist" in text)
    return code == "model_not_found" or (status in (400, 404) and named)
