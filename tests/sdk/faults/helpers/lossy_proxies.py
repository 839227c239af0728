"""Proxies between the SDK and the real server that lose connections."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, TypeAlias

from tests.sdk.transport.helpers.scripted_server import (
    Exchange,
    ReceivedRequest,
    Server,
    Step,
    read_request,
)

CutPosition: TypeAlias = Callable[[bytes], int]
"""Returns how many bytes of a whole response are sent before the connection is lost."""


async def forwarded(port: int, request: ReceivedRequest) -> AsyncGenerator[bytes, None]:
    """Forward a request to the server, and yield its response as it is received.

    The server closes the connection afterwards, so that each exchange has its own.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        lines = [f"{request.method} {request.target} HTTP/1.1", "connection: close"]
        lines += [f"{name}: {value}" for name, value in request.headers if name != "connection"]
        writer.write("\r\n".join([*lines, "", ""]).encode() + request.body)
        while data := await reader.read(65536):
            yield data
    finally:
        writer.close()


def drop_responses(port: int, place: CutPosition | None, times: int, *, by_reset: bool) -> Step:
    """Forward requests, but drop so many responses or, without a position, so many requests."""
    left = times

    async def step(exchange: Exchange) -> bool:
        nonlocal left
        lost, left = left > 0, left - 1
        if not (lost and place is None):
            async with aclosing(forwarded(port, exchange.request)) as pieces:
                response = b"".join([piece async for piece in pieces])
            await exchange.write(response[: place(response)] if lost and place else response)
        if lost and by_reset:
            exchange.reset()
        return False

    return step


_NOTHING: Final = ReceivedRequest(0, "", "", (), b"")


@dataclass
class KillingProxy(Server):
    """Kills some of its connections, each at a random position.

    Args:
        server: The real server's port.
        share: The share of connections that is killed, from 0 to 1.
        seed: Of the choice of connections and positions.

    Attributes:
        killed: The number of connections that were killed.
    """

    server: int = 0
    share: float = 0.2
    seed: int = 1
    killed: int = 0

    async def handle(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        chance = random.Random(f"{self.seed}/{number}")  # noqa: S311  # it has to be repeatable
        exchange = Exchange(reader, writer, _NOTHING)
        most: float | None = None
        if chance.random() < self.share:
            where = chance.randrange(4)
            if where == 0:
                # This many bytes of the request are read.
                await reader.read(chance.randrange(1, 200))
                self._kill(exchange, chance)
                return
            most = 0 if where == 1 else chance.random()
        exchange.request = await read_request(number, reader)
        if most:
            is_streamed = exchange.request.header("accept") == "text/event-stream"
            most *= 4000 if is_streamed else 250
        if not await self._relay(exchange, None if most is None else int(most)):
            self._kill(exchange, chance)

    def _kill(self, exchange: Exchange, chance: random.Random) -> None:
        self.killed += 1
        if chance.random() < 0.5:
            exchange.reset()

    async def _relay(self, exchange: Exchange, most: int | None) -> bool:
        """Forward a request and so many bytes of its response; return whether it was whole."""
        async with aclosing(forwarded(self.server, exchange.request)) as pieces:
            if most == 0:
                await anext(pieces, b"")  # the server has handled it, and the response is lost
                return False
            async for piece in pieces:
                await exchange.write(piece[:most])
                if most is not None:
                    most -= len(piece)
                    if most <= 0:
                        return False
        return True
