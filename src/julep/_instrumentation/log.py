"""The log of calls: a line for each call and retry; at DEBUG everything but secrets.

This module is imported only when logging is loaded.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from julep._http.messages import Response, StreamingResponse, UnreadableResponse
from julep._redaction import printable, redact_headers, redact_url
from julep.errors import ApiError, ConfigurationError, NetworkError, RequestError

if TYPE_CHECKING:
    from julep._http.messages import Outcome, Request
    from julep._instrumentation.record import CallRecord

_MAX_BODY_CHARACTERS: Final = 2_000
_MAX_SEARCHED_BYTES: Final = 20_000

_LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO}


def enable_logging(level: str) -> None:
    """Show the log on stderr, unless the program has set up logging already.

    Args:
        level: ``debug`` or ``info``, the value of JULEP_LOG.

    Raises:
        ConfigurationError: When it is neither.
    """
    number = _LEVELS.get(level.strip().lower())
    if number is None:
        raise ConfigurationError(f"JULEP_LOG: expected 'debug' or 'info', got {level!r}")
    logger = logging.getLogger("julep")
    if logger.level == logging.NOTSET:  # else the program has chosen one
        logger.setLevel(number)
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logger.addHandler(handler)


class LogListener:
    """Logs the steps of one call."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._logs_debug = logger.isEnabledFor(logging.DEBUG)

    def on_request(self, call: CallRecord, request: Request) -> Request:
        """Log the request of an attempt."""
        if self._logs_debug:
            self._logger.debug(
                "%s %s: attempt %d sends headers %s and %s",
                request.method,
                redact_url(request.url),
                call.attempts,
                redact_headers(request.headers),
                _one_line(_body(request.content, call), call),
            )
        return request

    def on_response(self, call: CallRecord, outcome: Outcome[Any], elapsed: float) -> None:
        """Log the outcome of an attempt."""
        if not self._logs_debug:
            return
        if isinstance(outcome, NetworkError):
            text = _failure(outcome)
        else:
            headers = call.secrets.hide_headers(outcome.headers)
            text = f"{outcome.status} with headers {headers} and {_content(outcome, call)}"
        message = "%s: attempt %d, %.3f s: %s"
        line = _one_line(text, call)
        self._logger.debug(message, _target(call), call.attempts, elapsed, line)

    def on_retry(self, call: CallRecord, error: RequestError, delay: float) -> None:
        """Log a failed attempt that another one follows."""
        text = _one_line(_failure(error), call)
        message = "%s: attempt %d failed: %s; retry in %.3f s"
        self._logger.info(message, _target(call), call.attempts, text, delay)

    def on_end(self, call: CallRecord, error: BaseException | None, elapsed: float) -> None:
        """Log the result of the call."""
        request_id = error.request_id if isinstance(error, ApiError) else call.request_id
        text = str(call.status) if error is None else _failure(error)
        self._logger.info(
            "%s: %s in %.3f s (%s, request id %s)",
            _target(call),
            _one_line(text, call),
            elapsed,
            "1 attempt" if call.attempts == 1 else f"{call.attempts} attempts",
            _one_line(request_id or "unknown", call),
        )


def _target(call: CallRecord) -> str:
    return f"{call.request.method} {redact_url(call.path)}"


def _one_line(text: str, call: CallRecord) -> str:
    """Return a text without secrets, on one line: a server must not write lines of the log."""
    return printable(call.hide(text).replace("\r", "\\r").replace("\n", "\\n"))


def _failure(error: BaseException) -> str:
    if not isinstance(error, Exception):
        return "cancelled"
    if isinstance(error, ApiError):
        return error.summary
    kind = type(error).__name__
    return f"{kind}: {error.summary}" if isinstance(error, RequestError) else kind


def _content(
    response: Response | StreamingResponse[Any] | UnreadableResponse, call: CallRecord
) -> str:
    if isinstance(response, UnreadableResponse):
        return f"a body that cannot be read: {response.problem}"
    return _body(response.body, call) if isinstance(response, Response) else "a stream"


def _body(content: bytes | None, call: CallRecord) -> str:
    """Return the beginning of a body as text."""
    if not content:
        return "no body"
    # Redacted before it is cut, as half of a secret would not be found, but not all of a long body.
    text = call.hide(content[:_MAX_SEARCHED_BYTES].decode(errors="replace"))
    if len(text) > _MAX_BODY_CHARACTERS:
        text = f"{text[:_MAX_BODY_CHARACTERS]}… ({len(content)} bytes)"
    return f"body {text}"
