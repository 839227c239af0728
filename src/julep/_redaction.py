"""What of a request may be shown: in a log, an error, a command, a pickle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from julep._http.messages import Request

REDACTED: Final = "[hidden]"

# A name that says so is enough: whoever gave the header knows best what it is for.
_SECRET_WORDS: Final = ("auth", "cookie", "credential", "key", "password", "secret", "token")

# Shorter ones are not looked for in texts: they would be found in words.
_MIN_SECRET_CHARACTERS: Final = 6

# It names a request, and opens nothing.
_NOT_SECRET: Final = frozenset({"idempotency-key"})


def is_secret(name: str) -> bool:
    """Tell whether a header, or a parameter, looks like one that lets someone in."""
    name = name.lower()
    return name not in _NOT_SECRET and any(word in name for word in _SECRET_WORDS)


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Give headers that may be shown: the values of secret ones are hidden."""
    return {name: REDACTED if is_secret(name) else value for name, value in headers.items()}


def redact_url(url: str) -> str:
    """Give a URL that may be shown: the values of secret parameters are hidden."""
    if "?" not in url:
        return url
    from urllib.parse import unquote  # few requests need it

    where, _, query = url.partition("?")
    shown = [
        f"{name}={REDACTED}" if is_secret(unquote(name)) else f"{name}{equals}{value}"
        for name, equals, value in (each.partition("=") for each in query.split("&"))
    ]
    return f"{where}?{'&'.join(shown)}"


def redact_text(text: str, request: Request) -> str:
    """Give a text that may be shown: a server may repeat a request's secrets in its answer."""
    for name, value in request.headers.items():
        if is_secret(name):
            secret = value.removeprefix("Bearer ")
            if len(secret) >= _MIN_SECRET_CHARACTERS:
                text = text.replace(secret, REDACTED)
    return text.replace(request.url, redact_url(request.url))
