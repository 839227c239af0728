"""Pages in browsers: which may use the server, and CORS for those of other origins.

A server without keys serves everyone who reaches its port, and a page that its user visits
reaches it too: by a form, or by a name that the page's owner points at this machine. Such a server
therefore obeys programs and local pages only. With keys, a page without one can do nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from julep_server.errors import ApiError
from julep_server.origins import ANY_ORIGIN, is_local_host

_METHODS = "GET, POST, PUT, PATCH, DELETE"
_HEADERS = (
    "authorization, content-type, idempotency-key, last-event-id, prefer, x-julep-session,"
    " x-request-id"
)
_EXPOSED = (
    "Idempotent-Replayed, Julep-Version, Preference-Applied, RateLimit, RateLimit-Policy,"
    " Retry-After, X-Julep-Ignored-Settings, X-Julep-Model, X-Julep-Next-Offset, X-Julep-Session,"
    " X-Request-Id"
)
_MAX_AGE = "600"
_TOKENS = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~, -]{0,1000}")


class Browsers:
    """Decides on requests of pages.

    Args:
        origins: The origins whose pages may use the server.
    """

    def __init__(self, origins: Sequence[str]) -> None:
        self._origins = frozenset(origins)

    def headers(self, request: Request) -> dict[str, str]:
        """Return the headers that let a page read the response."""
        if not self._origins:
            return {}
        origin = request.headers.get("origin")
        # Caches keep responses to different origins apart.
        vary = {} if ANY_ORIGIN in self._origins else {"Vary": "Origin"}
        if origin is None or not self._allows(origin):
            return vary
        allowed = ANY_ORIGIN if ANY_ORIGIN in self._origins else origin
        return {
            **vary,
            "Access-Control-Allow-Origin": allowed,
            "Access-Control-Expose-Headers": _EXPOSED,
        }

    def preflight(self, request: Request) -> Response | None:
        """Return the response to a browser that asks before a request; None for other requests.

        Raises:
            ApiError: 403 for a page of another origin.
        """
        if request.method != "OPTIONS" or "access-control-request-method" not in request.headers:
            return None
        origin = request.headers.get("origin", "")
        if not self._allows(origin):
            raise _foreign(
                f"pages of {_shown(origin)} may not use this server; --cors-origin allows them"
            )
        asked = request.headers.get("access-control-request-headers", "")
        headers = {
            "Access-Control-Allow-Methods": _METHODS,
            # Those that clients add of their own, such as X-Stainless-Lang, too.
            "Access-Control-Allow-Headers": asked
            if _TOKENS.fullmatch(asked) and asked
            else _HEADERS,
            "Access-Control-Max-Age": _MAX_AGE,
        }
        if request.headers.get("access-control-request-private-network") == "true":
            headers["Access-Control-Allow-Private-Network"] = "true"
        return Response(None, 204, headers)

    def check(self, request: Request) -> None:
        """Check that a request to a server without keys comes from this machine's own pages.

        Raises:
            ApiError: 403 for another host, or a page of another origin; it names which. 415 for a
                body that any page could send.
        """
        headers = request.headers
        hosts = headers.getlist("host")
        for host in hosts:
            if not is_local_host(host):
                raise _foreign(
                    f"the host {_shown(host)} is not this machine: a server without API keys is"
                    " used as localhost or 127.0.0.1; others need a key (julep keys create)"
                )
        origin = headers.get("origin")
        if origin is not None:
            if not self._allows(origin) and not _is_local_origin(origin):
                raise _foreign(
                    f"pages of {_shown(origin)} may not use a server without API keys;"
                    " --cors-origin allows them"
                )
        elif headers.get("sec-fetch-site", "").strip().lower() == "cross-site":
            raise _foreign(
                "a page of another site (Sec-Fetch-Site: cross-site) may not use a server without"
                " API keys"
            )
        length = headers.get("content-length", "")
        has_body = "transfer-encoding" in headers or length.strip("0") != ""
        if has_body and not headers.get("content-type", "").strip():
            message = "the body must be application/json, and be sent with this Content-Type"
            raise ApiError(415, "unsupported_media_type", message)

    def _allows(self, origin: str) -> bool:
        return ANY_ORIGIN in self._origins or origin.strip().lower() in self._origins


def _is_local_origin(origin: str) -> bool:
    scheme, separator, host = origin.strip().lower().partition("://")
    return bool(separator) and scheme in ("http", "https") and is_local_host(host)


def _shown(text: str) -> str:
    return repr(text)[:100]


def _foreign(message: str) -> ApiError:
    return ApiError(403, "foreign_page", message)
