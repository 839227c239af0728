"""Redacts the secrets of a request, for logs, errors, hooks, curl commands and pickles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

REDACTED: Final = "[hidden]"

_SECRET_WORDS: Final = ("auth", "cookie", "credential", "key", "password", "secret", "token")

# Shorter values are not searched for in texts: they would be found inside of words.
_MIN_SECRET_CHARACTERS: Final = 6

# It has a secret word, but identifies a request and authorizes nothing.
_NOT_SECRET: Final = frozenset({"idempotency-key"})


class SentRequest(NamedTuple):
    """The request of an error, whose secrets are redacted."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None

    # A body may be long, and may hold what users wrote.
    def __repr__(self) -> str:
        return f"SentRequest({self.method} {self.url})"

    def as_curl(self) -> str:
        """Return a curl command that sends the same request."""
        from shlex import quote

        words = ["curl", "-X", self.method, quote(self.url)]
        for name, value in self.headers.items():
            if name == "authorization" and value == REDACTED:
                # In double quotes, so that the shell inserts the key.
                words += ["-H", '"authorization: Bearer $JULEP_API_KEY"']
            else:
                words += ["-H", quote(f"{name}: {value}")]
        if self.content is not None:
            words += ["--data-raw", quote(self.content.decode(errors="replace"))]
        return " ".join(words)


def is_secret(name: str) -> bool:
    """Check whether the name of a header or a query parameter suggests a secret."""
    name = name.lower()
    return name not in _NOT_SECRET and any(word in name for word in _SECRET_WORDS)


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers with the values of secret ones replaced."""
    return {name: REDACTED if is_secret(name) else value for name, value in headers.items()}


def redact_url(url: str) -> str:
    """Return a URL with the values of secret parameters replaced."""
    if "?" not in url:
        return url
    from urllib.parse import unquote  # few requests need it

    base, _, query = url.partition("?")
    redacted = [
        f"{name}={REDACTED}" if is_secret(unquote(name)) else f"{name}{equals}{value}"
        for name, equals, value in (each.partition("=") for each in query.split("&"))
    ]
    return f"{base}?{'&'.join(redacted)}"


def redact_text(text: str, headers: Mapping[str, str], url: str) -> str:
    """Return a text with a request's secrets replaced: a server may repeat them in a response.

    Args:
        text: The text.
        headers: The request's headers.
        url: The request's URL.
    """
    for name, value in headers.items():
        if is_secret(name):
            secret = value.removeprefix("Bearer ")
            if len(secret) >= _MIN_SECRET_CHARACTERS:
                text = text.replace(secret, REDACTED)
    return text.replace(url, redact_url(url))
