"""Redirects: the request that follows one (RFC 9110, section 15.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from julep._http import urls

if TYPE_CHECKING:
    from julep._http.messages import Request, Response

MAX_REDIRECTS: Final = 5
"""The most redirects that one attempt follows."""

# Headers that another host may see. The key is not among them, nor is any header of the user's,
# since each of those may be a secret.
_PUBLIC_HEADERS: Final = frozenset(
    {"accept", "content-type", "idempotency-key", "last-event-id", "prefer", "user-agent"}
)

_METHOD_PRESERVING: Final = frozenset({307, 308})
_FOLLOWED_BY_GET: Final = frozenset({301, 302, 303, 307, 308})


def next_request(request: Request, response: Response) -> Request | None:
    """Return the request that follows a redirect; None when it is not followed.

    Only a redirect that preserves the method is followed: a POST that became a GET would seem to
    succeed, and would do nothing.
    """
    followed = _FOLLOWED_BY_GET if request.method in ("GET", "HEAD") else _METHOD_PRESERVING
    location = response.headers.get("location", "").strip()
    if response.status not in followed or not location:
        return None
    from urllib.parse import urljoin  # few requests need it

    try:
        origin, target = urls.split(urljoin(request.url, location))
    except ValueError:
        return None
    if (request.origin.scheme, origin.scheme) == ("https", "http"):
        return None  # an encrypted request is not repeated in clear
    headers = request.headers
    if origin != request.origin:
        headers = {name: value for name, value in headers.items() if name in _PUBLIC_HEADERS}
    return request._replace(origin=origin, target=target, headers=headers)
