"""What a request's head must be by RFC 9112, beyond what the parser of HTTP checks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from julep_server.errors import ApiError, bad_request, method_not_allowed

SERVED_METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"

Headers = Sequence[tuple[bytes, bytes]]

# RFC 3986, 3.2.2 and 3.2.3: a name, or an address in brackets, and a port. It may be empty.
_HOST = re.compile(
    rb"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?"
)
_ABSOLUTE = re.compile(rb"https?://([^/?]+)(.*)", re.IGNORECASE | re.DOTALL)


def origin_form(method: bytes, target: bytes) -> tuple[bytes, bytes | None]:
    """Return a request's target as a path with a query, and the host that it names, if any.

    Raises:
        ApiError: 400 for a target that no request may have; 405 for CONNECT.
    """
    if method == b"CONNECT":
        raise method_not_allowed("CONNECT", SERVED_METHODS)
    if b"#" in target:
        raise _malformed("the URL of a request has no fragment (#)")
    if target.startswith(b"/"):
        return target, None
    if target == b"*" and method == b"OPTIONS":
        return target, None
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute is None or not _HOST.fullmatch(absolute[1]):
        raise _malformed("the URL must be a path, or begin with http:// or https:// and a host")
    path = absolute[2]
    return (path if path.startswith(b"/") else b"/" + path), absolute[1]


def check_headers(version: str, headers: Headers) -> None:
    """Check the host, and how the body is encoded for its transfer.

    Raises:
        ApiError: 400 unless a request of HTTP/1.1 has one valid host; 501 for an encoding that the
            server can't undo.
    """
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) > 1 or (not hosts and version == "1.1"):
        raise _malformed(f"the request must have one Host header; it has {len(hosts) or 'none'}")
    if hosts and not _HOST.fullmatch(hosts[0]):
        shown = repr(hosts[0].decode("latin-1"))[:100]
        raise _malformed(f"the Host header must be a host, with a port or without; got {shown}")
    for name, value in headers:
        if name == b"transfer-encoding" and value.strip().lower() != b"chunked":
            message = "the only Transfer-Encoding of this server is chunked"
            raise ApiError(501, "not_implemented", message)


def without_upgrade(method: bytes, target: bytes, version: str, headers: Headers) -> bytes:
    """Return a head without its wish for another protocol, which a server may ignore."""
    kept = [b"%b: %b\r\n" % header for header in headers if header[0] != b"upgrade"]
    line = b"%b %b HTTP/%b\r\n" % (method, target, version.encode())
    return b"".join([line, *kept, b"\r\n"])


def _malformed(message: str) -> ApiError:
    return bad_request("bad_request", message)
