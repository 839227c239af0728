"""Errors of an endpoint, as errors of this API."""

from __future__ import annotations

import logging
import re
from email.utils import parsedate_to_datetime

import httpx

from julep_server.errors import ApiError, unavailable
from julep_server.json_text import JSON, MalformedJSONError, dumps
from julep_server.models.endpoint_json import decode, read_json, repaired
from julep_server.models.redaction import without_places, without_secrets

MAX_ERROR_BYTES = 64 * 1024
"""As much of an error's body is read."""

# Others become 400: the endpoint's 401 or 403 concerns the server's key, not the caller's, and its
# 404 concerns the endpoint, not the session.
_PASSED_ON = frozenset({400, 408, 409, 413, 415, 422, 429})
_ACCESS = frozenset({401, 403, 407})
_MAX_MESSAGE_LENGTH = 500
_MAX_LOGGED = 2000
_HTML = re.compile(r"\s*<(?:!doctype|html|\?xml)", re.IGNORECASE)
_log = logging.getLogger("julep_server")


class EndpointError(ApiError):
    """The endpoint sent an error, or what can't be understood.

    Attributes:
        endpoint_status: The status of its response.
    """

    endpoint_status = 200


class AccessError(ApiError):
    """The endpoint refused the server's own access to it."""


class RefusedError(EndpointError):
    """The endpoint refused a request.

    Attributes:
        unknown_model: Whether it doesn't know the model.
        stated: Its whole message, from which the refused setting can be read.
    """

    unknown_model = False
    stated = ""


def refusal(
    status: int, headers: httpx.Headers, content: bytes, model: str, key: str | None
) -> ApiError:
    """Convert an endpoint's error response to this API's error.

    Args:
        status: The response's status.
        headers: Its headers.
        content: The beginning of its body.
        model: The model that was requested.
        key: The key that was sent, which must not be quoted.
    """
    text = decode(content)
    try:
        body: JSON = read_json(text)
    except MalformedJSONError:
        body = repaired(text)
    error = _error(status, body, model, key, in_response=True)
    retry_after = headers.get("retry-after", "").strip()
    if error.status in (429, 503) and _is_retry_after(retry_after):
        error.headers["Retry-After"] = retry_after
    return error


def reported(body: JSON, model: str, key: str | None) -> ApiError:
    """Convert an error inside a successful response to this API's error."""
    code: JSON = None
    inner = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(inner, dict):
        codes = (inner.get(name) for name in ("code", "status", "status_code"))
        code = next((code for code in codes if _is_status(code)), None)
    status = int(code) if isinstance(code, (int, str)) else 500
    return _error(status, body, model, key, in_response=False)


def transport_error(error: httpx.HTTPError) -> ApiError:
    """Convert a failure to reach the endpoint to this API's error."""
    if isinstance(error, httpx.TimeoutException):
        return ApiError(504, "model_timeout", "the model's endpoint timed out")
    if isinstance(error, (httpx.ConnectError, httpx.ProxyError)):
        return unavailable("model_unavailable", "the model's endpoint can't be reached")
    return interrupted()


def interrupted() -> ApiError:
    """Return the error for a response that broke off."""
    return unavailable("model_interrupted", "the model's endpoint broke off its response")


def not_understood(received: str) -> ApiError:
    """Return the error for a response of an unexpected form."""
    return EndpointError(503, "model_unavailable", f"the model's endpoint sent {received}")


def empty(reason: str) -> ApiError:
    """Return the error for an answer without words and calls."""
    return unavailable("model_empty", f"the model's endpoint sent an empty answer: {reason}")


def _error(status: int, body: JSON, model: str, key: str | None, *, in_response: bool) -> ApiError:
    message, code, stated = _message(body)
    _log.warning(
        "the model's endpoint reported %d for %r: %s",
        status,
        model[:200],
        without_secrets(message[:_MAX_LOGGED], key),
    )
    shown = without_secrets(message, key)[:_MAX_MESSAGE_LENGTH] or "no reason was stated"
    if status in _ACCESS:
        text = f"the model's endpoint refused the server's own access to it ({status})"
        return AccessError(400, "model_refused", text)
    if status >= 500 or status < 400:
        # The response's own text may be that of a proxy inside a network.
        reason = f"({status})" if in_response else f": {without_places(shown)}"
        gap = " " if in_response else ""
        text = f"the model's endpoint failed{gap}{reason}"
        failed = EndpointError(503, "model_unavailable", text)
        failed.endpoint_status = status
        return failed
    if _is_unknown_model(status, message, code):
        text = f"the model's endpoint doesn't know the model {model[:200]}: {shown}"
        error = RefusedError(400, "unknown_model", text)
        error.unknown_model = True
        return error
    passed = status if status in _PASSED_ON else 400
    name = "rate_limited" if status == 429 else "model_refused"
    text = f"the model's endpoint refused the request ({status}): {shown}"
    error = RefusedError(passed, name, text)
    error.stated, error.endpoint_status = stated, status
    return error


def _message(body: JSON) -> tuple[str, str, str]:
    """Return the message and the code of an error in any endpoint's format, and all its text."""
    if isinstance(body, str):
        page = _HTML.match(body)
        return ("a page of HTML" if page else repaired(body).strip()), "", body
    if isinstance(body, list):
        body = next((item for item in body if isinstance(item, dict)), str(body))
    error = body.get("error") or body.get("base_resp") or body if isinstance(body, dict) else body
    stated = repaired(_text(error))
    if not isinstance(error, dict):
        return stated, "", stated
    names = ("message", "detail", "details", "msg", "error_message", "errors", "status_msg")
    texts = (error[name] for name in names if error.get(name))
    return repaired(_text(next(texts, error))), str(error.get("code") or ""), stated


def _text(value: JSON) -> str:
    if isinstance(value, str):
        return value
    try:
        return dumps(value)
    except ValueError:
        return str(value)


def _is_status(code: JSON) -> bool:
    text = str(code)
    return text.isascii() and text.isdigit() and len(text) == 3 and 400 <= int(text) < 600


def _is_unknown_model(status: int, message: str, code: str) -> bool:
    text = message.lower()
    named = "model" in text and ("not found" in text or "not exist" in text)
    return code == "model_not_found" or (status in (400, 404) and named)


def _is_retry_after(value: str) -> bool:
    if value.isascii() and value.isdigit():
        return len(value) < 10
    try:
        return bool(value.isascii() and value and parsedate_to_datetime(value))
    except (TypeError, ValueError):
        return False
