"""Where a request goes on to when the server says that the thing is elsewhere (RFC 9110, 15.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from julep._http import urls

if TYPE_CHECKING:
    from julep._http.messages import Request, Response

MAX_REDIRECTS: Final = 5
"""How many redirects one attempt follows."""

# What another host may know of a request. The key stays behind, and so does every header that was
# given by the user: nobody can tell which of them opens something.
_FOR_EVERYONE: Final = frozenset(
    {"accept", "content-type", "idempotency-key", "last-event-id", "prefer", "user-agent"}
)

_KEEPS_METHOD: Final = frozenset({307, 308})
_OF_A_GET: Final = frozenset({301, 302, 303, 307, 308})


def next_request(request: Request, answer: Response) -> Request | None:
    """Give the request that an answer sends us on with; None when it is not to be followed.

    Only what keeps the method is followed: a POST that came back as a GET would seem to have
    worked, and would not have been done.
    """
    followed = _OF_A_GET if request.method in ("GET", "HEAD") else _KEEPS_METHOD
    location = answer.headers.get("location", "").strip()
    if answer.status not in followed or not location:
        return None
    from urllib.parse import urljoin  # few requests need it

    try:
        origin, target = urls.split(urljoin(request.url, location))
    except ValueError:
        return None
    if (request.origin.scheme, origin.scheme) == ("https", "http"):
        return None  # what was asked for in private is not repeated in public
    headers = request.headers
    if origin != request.origin:
        headers = {name: value for name, value in headers.items() if name in _FOR_EVERYONE}
    return request._replace(origin=origin, target=target, headers=headers)
