"""What the log tells of calls: a line for each, and for each retry; at DEBUG all but secrets.

This is imported when logging is loaded, and not before.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from julep._http.messages import Response, StreamingResponse, UnreadableResponse
from julep._redaction import redact_headers, redact_text, redact_url
from julep.errors import ApiError, ConfigurationError, NetworkError, RequestError

if TYPE_CHECKING:
    from julep._calls.attempts import AttemptTracker
    from julep._calls.flow import Outcome
    from julep._http.messages import Request

_SHOWN_CHARACTERS: Final = 2_000

_LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO}


def enable_logging(level: str) -> None:
    """Show the log on stderr, unless the program has set up logging already.

    Args:
        level: ``debug`` or ``info``, as JULEP_LOG says it.

    Raises:
        ConfigurationError: When it is neither.
    """
    wanted = _LEVELS.get(level.strip().lower())
    if wanted is None:
        raise ConfigurationError(f"JULEP_LOG: expected 'debug' or 'info', got {level!r}")
    logger = logging.getLogger("julep")
    if logger.level == logging.NOTSET:  # else the program has chosen one
        logger.setLevel(wanted)
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logger.addHandler(handler)


class LogListener:
    """Writes down what becomes of one call."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._debugs = logger.isEnabledFor(logging.DEBUG)

    def on_request(self, attempts: AttemptTracker, request: Request) -> Request:
        """Write down what is sent."""
        if self._debugs:
            self._logger.debug(
                "%s %s: attempt %d sends headers %s and %s",
                request.method,
                redact_url(request.url),
                attempts.count,
                redact_headers(request.headers),
                _line(_excerpt(request.content, request), request),
            )
        return request

    def on_response(self, attempts: AttemptTracker, reply: Outcome[Any], took: float) -> None:
        """Write down what came of an attempt."""
        if not self._debugs:
            return
        request = attempts.request
        if isinstance(reply, NetworkError):
            said = _failure(reply)
        else:
            headers = redact_headers(reply.headers)
            said = f"{reply.status} with headers {headers} and {_content(reply, request)}"
        message = "%s: attempt %d, %.3f s: %s"
        self._logger.debug(message, _summary(attempts), attempts.count, took, _line(said, request))

    def on_retry(self, attempts: AttemptTracker, error: RequestError, pause: float) -> None:
        """Write down that the request will be sent again."""
        said = _line(_failure(error), attempts.request)
        message = "%s: attempt %d failed: %s; the next one in %.3f s"
        self._logger.info(message, _summary(attempts), attempts.count, said, pause)

    def on_end(self, attempts: AttemptTracker, error: BaseException | None, took: float) -> None:
        """Write down what came of the call."""
        request_id = attempts.headers.get("x-request-id")
        if isinstance(error, ApiError):
            request_id = error.request_id
        said = str(attempts.status) if error is None else _failure(error)
        self._logger.info(
            "%s: %s in %.3f s (%s, request id %s)",
            _summary(attempts),
            _line(said, attempts.request),
            took,
            "1 attempt" if attempts.count == 1 else f"{attempts.count} attempts",
            request_id or "unknown",
        )


def _summary(attempts: AttemptTracker) -> str:
    return f"{attempts.request.method} {redact_url(attempts.path)}"


def _line(text: str, request: Request) -> str:
    """Give a text without secrets, on one line: nobody else may write lines in a log."""
    return redact_text(text, request).replace("\r", "\\r").replace("\n", "\\n")


def _failure(error: BaseException) -> str:
    if not isinstance(error, Exception):
        return "cancelled"
    if isinstance(error, ApiError):
        return error.summary
    kind = type(error).__name__
    return f"{kind}: {error.summary}" if isinstance(error, RequestError) else kind


def _content(
    reply: Response | StreamingResponse[Any] | UnreadableResponse, request: Request
) -> str:
    if isinstance(reply, UnreadableResponse):
        return f"a body that cannot be read: {reply.problem}"
    return _excerpt(reply.body, request) if isinstance(reply, Response) else "a stream"


def _excerpt(content: bytes | None, request: Request) -> str:
    """Give the beginning of a body as text."""
    if not content:
        return "no body"
    # Before it is cut: half of a secret would not be found.
    text = redact_text(content.decode(errors="replace"), request)
    if len(text) > _SHOWN_CHARACTERS:
        text = f"{text[:_SHOWN_CHARACTERS]}… ({len(content)} bytes)"
    return f"body {text}"
