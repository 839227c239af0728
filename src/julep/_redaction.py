"""Redaction of the secrets of requests, for logs, errors, hooks, curl commands and pickles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from julep_api.types import JSON

REDACTED: Final = "[hidden]"

_SECRET_WORDS: Final = ("auth", "cookie", "credential", "key", "password", "secret", "token")

# Shorter values are not searched for in texts, since they would match inside of words.
_MIN_SECRET_CHARACTERS: Final = 6

# A text without an escape can hold a secret in its plain form only.
_ESCAPES: Final = re.compile(r"\\[u/\"]|%[0-9a-f]{2}|&[#a-z]", re.IGNORECASE)

_UNPRINTABLE: Final = re.compile(
    "\r(?!\n)|[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2066-\u2069\ufeff]"
)

_ENTITIES: Final = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}

# Names with a secret word whose values authorize nothing.
_NOT_SECRET: Final = frozenset({"idempotency-key"})


class SentRequest(NamedTuple):
    """The request of an error, with its secrets redacted."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None

    # Without the body, which may be long, and may have what users wrote.
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


def printable(text: str) -> str:
    """Return a text in which escapes replace what cannot be printed, or takes over a terminal.

    These are control characters other than tabs and line ends, surrogates without their pair, and
    characters that change the direction of text.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNPRINTABLE.sub(_escape_of, text)


def _escape_of(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def secrets_of(values: Mapping[str, str]) -> list[str]:
    """Return the values whose names suggest a secret, with and without "Bearer" before them."""
    found = [value for name, value in values.items() if is_secret(name)]
    return found + [value.partition(" ")[2] for value in found]


class Secrets:
    """The secrets of a call's requests, which a server may repeat wherever it sends text.

    Args:
        texts: Secrets that are known before a request is sent.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._add(texts)

    def add(self, headers: Mapping[str, str], url: str) -> None:
        """Add the secrets in a request's headers and URL."""
        found = secrets_of(headers)
        if "?" in url:
            from urllib.parse import parse_qsl, urlsplit  # few requests need it

            parameters = parse_qsl(urlsplit(url).query, keep_blank_values=True)
            found += [value for name, value in parameters if is_secret(name)]
        self._add(found)

    def _add(self, found: Iterable[str]) -> None:
        new = {
            secret.lower() for secret in found if len(secret) >= _MIN_SECRET_CHARACTERS
        } - self._texts
        if new:
            self._texts |= new
            self._pattern = None

    def hide(self, text: str) -> str:
        """Return a text with the secrets replaced, in every form in which texts hold them."""
        lower = text.lower()
        if not (any(secret in lower for secret in self._texts) or _ESCAPES.search(text)):
            return text
        if self._pattern is None and self._texts:
            ordered = sorted(self._texts, key=len, reverse=True)  # one may be part of another
            forms = "|".join("".join(map(_forms_of, secret)) for secret in ordered)
            self._pattern = re.compile(forms, re.IGNORECASE)
        return text if self._pattern is None else self._pattern.sub(REDACTED, text)

    def hide_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return headers with the secrets replaced, and the whole values of secret headers."""
        hidden = {
            self.hide(name): self.hide(value) for name, value in redact_headers(headers).items()
        }
        if "location" in hidden:
            hidden["location"] = redact_url(hidden["location"])
        return hidden

    def hide_json(self, value: JSON) -> JSON:
        """Return JSON with the secrets replaced in all of its texts."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, list):
            return [self.hide_json(item) for item in value]
        if isinstance(value, dict):
            return {self.hide(key): self.hide_json(item) for key, item in value.items()}
        return value


def _forms_of(character: str) -> str:
    """Return a pattern of a character as it stands in texts, URLs, HTML and JSON."""
    code = ord(character)
    units = character.encode("utf-16-be", "surrogatepass")
    forms = [
        rf"\\?{re.escape(character)}",
        "".join(rf"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)),
        "".join(f"%{byte:02x}" for byte in character.encode("utf-8", "surrogatepass")),
        f"&#(?:0*{code}|x0*{code:x});",
        *([f"&{_ENTITIES[character]};"] if character in _ENTITIES else []),
        *([r"\+"] if character == " " else []),
    ]
    return f"(?:{'|'.join(forms)})"
