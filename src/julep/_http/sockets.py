"""What sync and async connections have in common: socket options, addresses, errors."""

from __future__ import annotations

import select
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from julep._http.deadlines import Deadlines
from julep._http.tls import ALPN
from julep.errors import NetworkError

if TYPE_CHECKING:
    import ssl

    from julep._http.urls import Origin

# Detects within two minutes that a NAT has dropped a connection silently: a long chat may be silent
# for longer than a NAT keeps an idle connection.
_OPTIONS: Final = (
    (socket.IPPROTO_TCP, "TCP_NODELAY", 1),
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 60),
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 15),
    (socket.IPPROTO_TCP, "TCP_KEEPCNT", 4),
)
_SUPPORTED: Final = [
    (level, getattr(socket, name), value)
    for level, name, value in _OPTIONS
    if hasattr(socket, name)
]


class Address(NamedTuple):
    """One address of a host."""

    family: int
    sockaddr: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]


class Socket(socket.socket):
    """A socket that is closed when nothing refers to it: an exception may drop it anywhere."""

    def close(self) -> None:
        """Close it."""
        super().close()
        self.__class__ = _ClosedSocket  # type: ignore[assignment]  # see there

    def detach(self) -> int:
        """Return its descriptor, which another socket has from now on."""
        descriptor = super().detach()
        self.__class__ = _ClosedSocket  # type: ignore[assignment]  # see there
        return descriptor

    def __del__(self) -> None:
        # Not Python's own `close`, which fails if an exception has interrupted the constructor.
        super(socket.socket, self).close()


class _ClosedSocket(socket.socket):
    """A closed `Socket`. It has no ``__del__``, in which Ctrl-C would be swallowed."""


class BaseConnection:
    """A connection.

    Attributes:
        origin: The origin that it is connected to.
    """

    def __init__(self, origin: Origin, sock: socket.socket) -> None:
        self.origin = origin
        self._socket = sock

    def is_alive(self) -> bool:
        """Check whether the server still holds an idle connection open."""
        return not is_readable(self._socket)

    def shut_down(self) -> None:
        """End it for everything that waits for it; its descriptor stays open."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it."""
        self._socket.close()


def new_socket(address: Address) -> Socket:
    """Build a socket for a connection to an address."""
    sock = Socket(address.family, socket.SOCK_STREAM)
    for option in _SUPPORTED:
        sock.setsockopt(*option)
    return sock


def literal_address(origin: Origin) -> list[Address] | None:
    """Return an origin's host as an address, if it is one: it needs no look-up in DNS."""
    with suppress(OSError):
        socket.inet_pton(socket.AF_INET, origin.host)
        # Without `getaddrinfo`, for which Python imports the codec of international names.
        return [Address(socket.AF_INET, (origin.host, origin.port))]
    try:
        return resolve(origin, socket.AI_NUMERICHOST | socket.AI_NUMERICSERV)
    except OSError:
        return None


def resolve(origin: Origin, flags: int = 0) -> list[Address]:
    """Look up the addresses of an origin's host; the look-up has no time limit."""
    host, port = origin.host, origin.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    except UnicodeError:
        raise socket.gaierror(socket.EAI_NONAME, "this is not a valid host name") from None
    return [Address(family, sockaddr) for family, _, _, _, sockaddr in found]


def is_readable(sock: socket.socket) -> bool:
    """Check whether a read would return at once, which means that an idle connection has ended."""
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        return bool(poll.poll(0))
    readable, _, _ = select.select([sock], [], [], 0)
    return bool(readable)


def writable_of(sockets: Sequence[Socket], seconds: float | None) -> list[Socket]:
    """Wait until one of some sockets is writable, and return all that are.

    Args:
        sockets: The sockets.
        seconds: The longest time to wait; None for no limit.
    """
    if hasattr(select, "poll"):
        poll = select.poll()
        for sock in sockets:
            poll.register(sock, select.POLLOUT)
        found = {number for number, _ in poll.poll(None if seconds is None else seconds * 1000)}
        return [sock for sock in sockets if sock.fileno() in found]
    _, writable, failed = select.select([], sockets, sockets, seconds)  # Windows
    return [*writable, *failed]


def check_alpn(sock: ssl.SSLSocket) -> None:
    """Check that the server has chosen HTTP/1.1, or no protocol.

    Raises:
        OSError: When it has chosen another, which the user's own TLS context offered.
    """
    chosen = sock.selected_alpn_protocol()
    if chosen not in (None, ALPN):
        raise OSError(0, f"the server chose the protocol {chosen!r}; expected {ALPN!r}")


def network_error(error: OSError, deadlines: Deadlines) -> NetworkError:
    """Return the error for a step that failed."""
    if isinstance(error, NetworkError):
        return error
    if isinstance(error, TimeoutError) and error.errno is None:
        return deadlines.timeout_error()
    return NetworkError(f"{deadlines.request.summary}: {_describe(error)}")


def _describe(error: OSError) -> str:
    if type(error).__module__ == "ssl":
        return _describe_tls(error)
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, BrokenPipeError):
        return "the server closed the connection"
    if isinstance(error, ConnectionResetError):
        return "connection reset"
    if isinstance(error, socket.gaierror):
        return f"the host's address was not found ({error.strerror})"
    return (error.strerror or "the connection failed").lower()


def _describe_tls(error: OSError) -> str:
    import ssl  # loaded already, as it raised the error

    if not isinstance(error, ssl.SSLError):
        return "TLS failed"
    # Python 3.11.2 raises the base class, with this reason.
    if isinstance(error, ssl.SSLEOFError) or error.reason == "UNEXPECTED_EOF_WHILE_READING":
        return "the server closed the connection"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate verify failed: {error.verify_message}"
    if error.reason:
        return f"TLS failed: {error.reason.lower().replace('_', ' ')}"
    return "TLS failed"
