"""Opening a connection to the first of a host's addresses that responds (RFC 8305).

The addresses of both families are tried in turn. Each has a quarter of a second before the next one
is tried beside it, so an address from which nothing comes back delays a call by that much only.
"""

from __future__ import annotations

import errno
import os
import socket
from collections import deque
from collections.abc import Collection, Generator, Iterable, Sequence
from itertools import chain, zip_longest
from time import monotonic
from typing import Final, NamedTuple, TypeAlias

from julep._http.sockets import Address, Socket, new_socket

ATTEMPT_SECONDS: Final = 0.25
"""How long to wait for an address before the next one is tried too (RFC 8305, section 5)."""

_STARTED: Final = (errno.EINPROGRESS, errno.EWOULDBLOCK)


class Waiting(NamedTuple):
    """What to wait for.

    Attributes:
        sockets: One of them must become writable.
        seconds: The longest time to wait; None for no limit.
    """

    sockets: Sequence[Socket]
    seconds: float | None


Race: TypeAlias = Generator[Waiting, Collection[Socket], Socket]
"""Yields what to wait for, receives the sockets that are writable, returns the connected one."""


def race(addresses: Sequence[Address]) -> Race:
    """Open a connection to one of some addresses; the socket that is returned does not block.

    Raises:
        OSError: When none can be reached: the error of the address that failed last.
    """
    untried = deque(_alternating(addresses))
    running: list[Socket] = []
    failure = OSError("the host has no address")
    next_start = 0.0
    try:
        while untried or running:
            if untried and (not running or monotonic() >= next_start):
                next_start = monotonic() + ATTEMPT_SECONDS
                address = untried.popleft()
                sock = new_socket(address)
                sock.setblocking(False)
                code = sock.connect_ex(address.sockaddr)
                if code == 0:
                    return sock
                if code in _STARTED:
                    running.append(sock)
                else:
                    failure = OSError(code, os.strerror(code))
                    sock.close()
                continue
            seconds = max(0.0, next_start - monotonic()) if untried else None
            for sock in (yield Waiting(tuple(running), seconds)):
                running.remove(sock)
                code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if code == 0:
                    return sock
                failure = OSError(code, os.strerror(code))
                sock.close()
                next_start = 0.0
        raise failure
    finally:
        for sock in running:
            sock.close()


def _alternating(addresses: Iterable[Address]) -> Iterable[Address]:
    """Return addresses in their order, with the families in turn; the first one stays first."""
    by_family: dict[int, list[Address]] = {}
    for address in addresses:
        by_family.setdefault(address.family, []).append(address)
    rounds = chain.from_iterable(zip_longest(*by_family.values()))
    return [address for address in rounds if address is not None]
