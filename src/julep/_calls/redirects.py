"""Redirects: the request that follows one (RFC 9110, section 15.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from julep._http import urls

if TYPE_CHECKING:
    from julep._http.messages import Request, Response, UnreadableResponse

MAX_REDIRECTS: Final = 5
"""The maximum number of redirects that one attempt follows."""

# Headers that may be sent to another origin. Neither the key nor the user's own headers are among
# them, since any of those may be a secret.
_PUBLIC_HEADERS: Final = frozenset(
    {"accept", "content-type", "idempotency-key", "last-event-id", "prefer", "user-agent"}
)

_METHOD_PRESERVING: Final = frozenset({307, 308})
_FOLLOWED_BY_GET: Final = frozenset({301, 302, 303, 307, 308})


def next_request(request: Request, response: Response | UnreadableResponse) -> Request | None:
    """Return the request to send after a redirect; None when none follows.

    A redirect that would change the method is not followed, because a POST that became a GET would
    seem to succeed and do nothing. Neither is one from https to http.
    """
    followed = _FOLLOWED_BY_GET if request.method in ("GET", "HEAD") else _METHOD_PRESERVING
    location = _as_utf_8(response.headers.get("location", "").strip())
    if response.status not in followed or not location:
        return None
    from urllib.parse import urljoin  # few requests need it

    try:
        origin, target = urls.split(urljoin(request.url, location))
    except ValueError:
        return None
    if (request.origin.scheme, origin.scheme) == ("https", "http"):
        return None  # the request was encrypted, and must stay so
    headers = request.headers
    if origin != request.origin:
        headers = {name: value for name, value in headers.items() if name in _PUBLIC_HEADERS}
    return request._replace(origin=origin, target=target, headers=headers, redirected_from=request)


def _as_utf_8(location: str) -> str:
    """Return an address whose bytes are UTF-8, as browsers read them; headers are latin-1."""
    if location.isascii():
        return location
    try:
        return location.encode("latin-1").decode()
    except UnicodeError:  # it is latin-1, or httpx has decoded it
        return location
