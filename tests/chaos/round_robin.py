"""A proxy that hands its connections to several servers in turn, and cuts some of them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from tests.chaos.tcp_server import TcpServer

_PIECE: Final = 65536
_LONGEST: Final = 4000
"""Bytes of a response after which a connection that is cut has been cut."""


class RoundRobin(TcpServer):
    """The proxy, in the running event loop.

    Args:
        ports: The servers' ports.
        share: The share of connections that are cut, from 0 to 1.
        seed: Of the choice of connections.

    Attributes:
        connections: How many connections it has handed on.
        cut: How many of them it has cut.
    """

    def __init__(self, ports: Sequence[int], share: float, seed: int) -> None:
        super().__init__()
        self._ports = ports
        self._share = share
        self._chance = random.Random(seed)  # noqa: S311  # it has to be repeatable
        self._next = 0
        self.connections = 0
        self.cut = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand a connection on to the next server."""
        upstream = None
        try:
            upstream = await self._connect()
        finally:
            if upstream is None:
                writer.close()
        if upstream is None:
            return
        self.connections += 1
        response, request = upstream
        left = None
        if self._chance.random() < self._share:
            # Responses are short, and streams are long.
            left = int(_LONGEST ** self._chance.random())
        sending = asyncio.create_task(_pass_on(reader, request, None))
        try:
            if await _pass_on(response, writer, left):
                self.cut += 1
                if self._chance.random() < 0.5:
                    writer.transport.abort()
        finally:
            sending.cancel()
            for each in (writer, request):
                each.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """Connect to the next server; one that is down is passed over."""
        for _ in self._ports:
            self._next += 1
            with suppress(OSError):
                port = self._ports[self._next % len(self._ports)]
                return await asyncio.open_connection("127.0.0.1", port)
        return None


async def _pass_on(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, left: int | None
) -> bool:
    """Pass on what is read; return whether it was cut after so many bytes."""
    with suppress(OSError):
        while data := await source.read(_PIECE):
            target.write(data if left is None else data[:left])
            await target.drain()
            if left is not None and (left := left - len(data)) <= 0:
                return True
    return False
