"""Serves the pages: the one at ``/``, and the API's reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from julep_server.errors import method_not_allowed
from julep_server.pages.reference import reference_page

# A page shows data of users: nothing else may run in it, frame it, or receive what it sends.
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def page(request: Request, path: str) -> Response | None:
    """Return the page at a path; None when there is none.

    Args:
        request: The request; a page that the browser has is not sent again.
        path: The request's path.

    Raises:
        ApiError: 405 when the method is neither GET nor HEAD.
    """
    if path not in _PAGES:
        return None
    if request.method not in ("GET", "HEAD"):
        raise method_not_allowed(request.method, "GET, HEAD")
    media_type, read = _PAGES[path]
    content, tag = _tagged(read)
    headers = {**_HEADERS, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(None, 304, headers)
    return Response(content, 200, headers, media_type)


@cache
def _tagged(read: Callable[[], bytes]) -> tuple[bytes, str]:
    content = read()
    return content, f'"{sha256(content).hexdigest()[:32]}"'


def _file(name: str) -> Callable[[], bytes]:
    return files("julep_server.pages").joinpath("static", name).read_bytes


def _reference() -> bytes:
    return reference_page().encode("utf-8")


_PAGES: Final[Mapping[str, tuple[str, Callable[[], bytes]]]] = {
    "/": ("text/html", _file("index.html")),
    "/page.css": ("text/css", _file("page.css")),
    "/page.js": ("text/javascript", _file("page.js")),
    "/docs": ("text/html", _reference),
}
