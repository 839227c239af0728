"""What both colours know of sockets: their options, whether they live, and what went wrong."""

from __future__ import annotations

import select
import socket
from typing import TYPE_CHECKING, Final, NamedTuple

from julep._http.exchange import Deadlines
from julep._http.tls import ALPN
from julep.errors import NetworkError

if TYPE_CHECKING:
    import ssl

    from julep._http.urls import Origin

# A connection that a NAT has dropped unheard is noticed after two minutes: a long chat is silent
# for longer than many of them remember a connection.
_OPTIONS: Final = (
    (socket.IPPROTO_TCP, "TCP_NODELAY", 1),
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 60),
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 15),
    (socket.IPPROTO_TCP, "TCP_KEEPCNT", 4),
)
_SET: Final = [
    (level, getattr(socket, name), value)
    for level, name, value in _OPTIONS
    if hasattr(socket, name)
]


class Address(NamedTuple):
    """One of the addresses that a host has."""

    family: int
    where: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]


def new_socket(address: Address) -> socket.socket:
    """Make a socket that is to be connected to an address."""
    made = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        for option in _SET:
            made.setsockopt(*option)
    except OSError:
        made.close()
        raise
    return made


def literal_address(origin: Origin) -> list[Address] | None:
    """Give the address that an origin's host is, if it is one: nobody has to be asked for it."""
    try:
        return resolve(origin, socket.AI_NUMERICHOST | socket.AI_NUMERICSERV)
    except OSError:
        return None


def resolve(origin: Origin, flags: int = 0) -> list[Address]:
    """Ask for the addresses of an origin's host; that cannot be bounded in time."""
    host, port = origin.host, origin.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    except UnicodeError:
        raise socket.gaierror(socket.EAI_NONAME, "no host can have this name") from None
    return [Address(family, where) for family, _, _, _, where in found]


def is_readable(sock: socket.socket) -> bool:
    """Tell whether reading would not wait: of an idle connection, that it has ended."""
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        return bool(poll.poll(0))
    readable, _, _ = select.select([sock], [], [], 0)
    return bool(readable)


def check_alpn(sock: ssl.SSLSocket) -> None:
    """See that the server speaks what we do.

    Raises:
        OSError: When it does not: the context is the user's, who asked for something else.
    """
    chosen = sock.selected_alpn_protocol()
    if chosen not in (None, ALPN):
        raise OSError(0, f"the server chose {chosen!r}, which is not spoken here")


def network_error(error: OSError, limits: Deadlines) -> NetworkError:
    """Say in our words that a step failed."""
    if isinstance(error, NetworkError):
        return error
    if isinstance(error, TimeoutError) and error.errno is None:
        return limits.timeout_error()
    return NetworkError(f"{limits.request.summary}: {_describe(error)}")


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
        return f"the host has no address that can be found ({error.strerror})"
    return (error.strerror or "the connection failed").lower()


def _describe_tls(error: OSError) -> str:
    import ssl  # loaded already: the error is its own

    if isinstance(error, ssl.SSLEOFError):
        return "the server closed the connection"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate verify failed: {error.verify_message}"
    if isinstance(error, ssl.SSLError) and error.reason:
        return f"TLS failed: {error.reason.lower().replace('_', ' ')}"
    return "TLS failed"
