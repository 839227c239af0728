"""Ways to misbehave; `tests.sdk.transport.helpers.scripted_server` has the plain ones."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import anyio

from tests.sdk.transport.helpers.scripted_server import (
    REPLY_ID,
    SESSION,
    Exchange,
    ReceivedRequest,
    Server,
    Step,
)

BODY = json.dumps(SESSION).encode()
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
WHOLE = HEAD + b"content-length: %d\r\n\r\n%b" % (len(BODY), BODY)

OTHER_ID = "1b0b6c1e-3a34-4c55-8d0c-6f3a0b1c2d3e"
OTHER_BODY = json.dumps({**SESSION, "id": OTHER_ID}).encode()
"""A session that nobody asked for: to be given by no call."""

_NOTHING = ReceivedRequest(0, "", "", (), b"")


@dataclass
class FaultServer(Server):
    """Misbehaves before it reads a request too.

    Args:
        greetings: What is done with each connection before a request is read from it; the last one
            repeats, and with none requests are read at once.
    """

    on_connect: list[Step] = field(default_factory=list[Step])

    async def _converse(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self.on_connect:
            greet = self.on_connect[min(number, len(self.on_connect)) - 1]
            if not await greet(Exchange(reader, writer, _NOTHING)):
                return
        await super()._converse(number, reader, writer)

    @property
    def open(self) -> int:
        """How many connections are open."""
        return len(self._tasks)


async def proceed(exchange: Exchange) -> bool:
    """Greet by doing nothing."""
    return True


def with_length(body: bytes, *more: bytes) -> bytes:
    """A whole answer with this JSON, and these headers."""
    lines = b"".join(line + b"\r\n" for line in (b"content-length: %d" % len(body), *more))
    return HEAD + lines + b"\r\n" + body


def chunked(*chunks: bytes, trailers: bytes = b"") -> bytes:
    """A whole answer in chunked encoding."""
    framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return HEAD + b"transfer-encoding: chunked\r\n\r\n" + framed + b"0\r\n" + trailers + b"\r\n"


def half_close_after(data: bytes = b"") -> Step:
    """Send these bytes and their end, but stay to listen."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(data)
        exchange.writer.write_eof()
        await exchange.stall()
        return False

    return step


def drip(data: bytes, pause: float = 0.0) -> Step:
    """Send these bytes one by one."""

    async def step(exchange: Exchange) -> bool:
        for position in range(len(data)):
            await exchange.write(data[position : position + 1])
            await asyncio.sleep(pause)
        return True

    return step


def endless(first: bytes, again: bytes, pause: float = 0.0) -> Step:
    """Send these bytes, and then others again and again until the other side goes away."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(first)
        while True:
            await exchange.write(again)
            await asyncio.sleep(pause)

    return step


def pause_reading(seconds: float = 0.6) -> Step:
    """Take nothing for a while."""

    async def step(exchange: Exchange) -> bool:
        exchange.writer.transport.pause_reading()  # type: ignore[attr-defined]  # typeshed: write-only
        await asyncio.sleep(seconds)
        exchange.writer.transport.resume_reading()  # type: ignore[attr-defined]  # typeshed: write-only
        await exchange.stall()
        return False

    return step


def read_some_then(then: Step) -> Step:
    """Read the beginning of a request before doing something to it."""

    async def step(exchange: Exchange) -> bool:
        await exchange.reader.readexactly(5)
        return await then(exchange)

    return step


def respond_then(data: bytes, then: Step) -> Step:
    """Send a whole answer, and a little later do something that nobody asked for."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(data)
        await asyncio.sleep(0.01)
        return await then(exchange)

    return step


def redirect(status: int, location: str | None, then: Step) -> Step:
    """Send every request on, but those that come to what is elsewhere."""
    said = "" if location is None else f"location: {location}\r\n"
    head = f"HTTP/1.1 {status} Moved\r\n{said}content-length: 5\r\n\r\nMoved".encode("latin-1")

    async def step(exchange: Exchange) -> bool:
        if "elsewhere" in exchange.request.target:
            return await then(exchange)
        await exchange.write(head)
        return True

    return step


def resume_with(first: Step, again: Step) -> Step:
    """One way to begin a stream, and another to go on with it."""

    async def step(exchange: Exchange) -> bool:
        is_resumed = exchange.request.header("last-event-id") is not None
        return await (again if is_resumed else first)(exchange)

    return step


def events(*texts: str, start: int = 1, identifier: str = REPLY_ID) -> list[bytes]:
    """The events of a streamed chat from one on, numbered as the real server numbers them."""
    return [
        event(number, {"delta": {"role": "assistant", "content": text}}, identifier)
        for number, text in enumerate(texts, start)
    ]


def event(number: int, value: Mapping[str, object], identifier: str = REPLY_ID) -> bytes:
    """One event of a streamed chat."""
    whole = {"id": identifier, "finish_reason": None, **value}
    return b"id: %b:%d\ndata: %b\n\n" % (identifier.encode(), number, json.dumps(whole).encode())


def done(number: int, identifier: str = REPLY_ID) -> bytes:
    """The event that ends a streamed chat."""
    return b"id: %b:%d\ndata: [DONE]\n\n" % (identifier.encode(), number)


async def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for what another thread, or another task, makes true."""
    with anyio.fail_after(10):
        while not holds():  # noqa: ASYNC110  # what is waited for has no event
            await anyio.sleep(0.002)


def now() -> float:
    return time.monotonic()
