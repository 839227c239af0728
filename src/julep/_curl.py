"""A request as a person may see it, and as a command for a shell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from julep._redaction import REDACTED, redact_headers, redact_url

if TYPE_CHECKING:
    from julep._http.messages import Request


class SentRequest(NamedTuple):
    """A request without its secrets."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None

    # A body may be long, and is nobody's business in a log.
    def __repr__(self) -> str:
        return f"SentRequest({self.method} {self.url})"

    def as_curl(self) -> str:
        """Give a command for a shell that sends the same request."""
        from shlex import quote

        words = ["curl", "-X", self.method, quote(self.url)]
        for name, value in self.headers.items():
            if name == "authorization" and value == REDACTED:
                # In double quotes, so that the shell puts the key in.
                words += ["-H", '"authorization: Bearer $JULEP_API_KEY"']
            else:
                words += ["-H", quote(f"{name}: {value}")]
        if self.content is not None:
            words += ["--data-raw", quote(self.content.decode(errors="replace"))]
        return " ".join(words)


def sent(request: Request) -> SentRequest:
    """Take the secrets from a request."""
    headers = redact_headers(request.headers)
    url = redact_url(request.url)
    return SentRequest(request.method, url, headers, request.content)
