"""What goes wrong at an endpoint, in this API's terms."""

from __future__ import annotations

import httpx

from julep_server.errors import ApiError, unavailable
from julep_server.json_text import JSON

# A 401 or 403 of the endpoint is about the server's key there, not about the caller's key here;
# a 404 about the endpoint, not about the session. Those reach the caller as a 400.
_PASSED_ON = frozenset({400, 408, 409, 413, 415, 422, 429})
_SHOWN = 500


class RefusedError(ApiError):
    """The endpoint answered with an error.

    Attributes:
        unknown_model: Whether it says that it doesn't have the model.
    """

    unknown_model = False


def refusal(response: httpx.Response, model: str) -> ApiError:
    """Turn an endpoint's error, already read, into this API's."""
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
    """Turn a failure to reach the endpoint into this API's error."""
    if isinstance(error, httpx.TimeoutException):
        return ApiError(504, "model_timeout", "the model's endpoint took too long")
    if isinstance(error, httpx.ConnectError):
        return unavailable("model_unavailable", "the model's endpoint can't be reached")
    return interrupted()


def interrupted() -> ApiError:
    """The endpoint's answer broke off."""
    return unavailable("model_interrupted", "the model's endpoint broke off its answer")


def not_understood(what: str) -> ApiError:
    """The endpoint answered something else than a completion."""
    return unavailable("model_unavailable", f"the model's endpoint answered {what}")


def failed_midway(error: JSON) -> ApiError:
    """The endpoint reported an error inside a stream."""
    message = error.get("message") if isinstance(error, dict) else error
    return unavailable("model_interrupted", f"the model's endpoint failed: {str(message)[:_SHOWN]}")


def _message(response: httpx.Response) -> tuple[str, str]:
    """The message and the code of an error in any of the shapes that endpoints use."""
    try:
        body: JSON = response.json()
    except ValueError:
        return response.text[:_SHOWN] or response.reason_phrase, ""
    error = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(error, dict):
        text = error.get("message") or error.get("detail") or error
        return str(text)[:_SHOWN], str(error.get("code") or "")
    return str(error)[:_SHOWN], ""


def _is_unknown_model(status: int, message: str, code: str) -> bool:
    text = message.lower()
    says_so = "model" in text and ("not found" in text or "not exist" in text)
    return code == "model_not_found" or (status in (400, 404) and says_so)
