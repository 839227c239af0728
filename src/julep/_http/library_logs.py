"""The logs of httpx and of what it sends by, without the secrets of this package's requests.

Their loggers belong to the whole program. What other requests log passes unchanged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from julep._redaction import Secrets, redact_url

if TYPE_CHECKING:
    from julep._http.messages import Request

_LIBRARIES: Final = ("httpx", "httpx2")
_PARTS: Final = ("connection", "http11", "http2", "proxy", "socks")


class _Current:
    """The request that is being sent, whose secrets are collected when a line is logged."""

    __slots__ = ("_request", "_secrets", "_transport_secrets")

    def __init__(self, request: Request, transport_secrets: Callable[[], Iterable[str]]) -> None:
        self._request = request
        self._transport_secrets = transport_secrets
        self._secrets: Secrets | None = None

    def hide(self, text: str) -> str:
        if self._secrets is None:
            self._secrets = Secrets(self._transport_secrets())
            request: Request | None = self._request
            while request is not None:
                self._secrets.add(request.headers, request.url)
                request = request.redirected_from
        return self._secrets.hide(text)


_current: Final = ContextVar["_Current | None"]("julep_request_by_httpx", default=None)


@contextmanager
def secrets_hidden(
    request: Request, transport_secrets: Callable[[], Iterable[str]]
) -> Generator[None]:
    """Hide the secrets of a request in what the libraries log meanwhile.

    Args:
        request: The request.
        transport_secrets: Returns the secrets that the transport adds to requests.
    """
    token = _current.set(_Current(request, transport_secrets))
    try:
        yield
    finally:
        with suppress(ValueError):  # of an async call that ends in another context, with its loop
            _current.reset(token)


def watch_logs() -> None:
    """Let the loggers of httpx and httpx2 hide secrets; a second time does nothing."""
    for library in _LIBRARIES:
        core = library.replace("httpx", "httpcore")
        for name in (library, *(f"{core}.{part}" for part in _PARTS)):
            logging.getLogger(name).addFilter(_hide)
    # HTTP/2 logs every header it packs, piece by piece.
    for name in ("hpack.hpack", "hpack.table"):
        logging.getLogger(name).addFilter(_is_a_warning)


def _hide(record: logging.LogRecord) -> bool:
    current = _current.get()
    if current is not None:
        if isinstance(record.args, tuple):
            record.args = tuple(
                redact_url(str(value)) if type(value).__name__ == "URL" else value
                for value in record.args
            )
        record.msg, record.args = current.hide(record.getMessage()), None
    return True


def _is_a_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING
