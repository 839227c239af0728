"""Faulty steps of a server; `tests.sdk.transport.helpers.scripted_server` has the plain ones."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

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
"""A session that was not requested: no call must return it."""

_NOTHING = ReceivedRequest(0, "", "", (), b"")


@dataclass
class FaultExchange(Exchange):
    """A connection before its request is read."""

    call_ended: threading.Event


@dataclass
class FaultServer(Server):
    """Runs steps also before it reads a request.

    Args:
        on_connect: A step for each connection before a request is read from it; the last one
            repeats, and without any requests are read at once.

    Attributes:
        call_ended: Set once the client's call is over.
    """

    on_connect: list[Step] = field(default_factory=list[Step])
    call_ended: threading.Event = field(default_factory=threading.Event, init=False)

    async def handle(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self.on_connect:
            step = self.on_connect[min(number, len(self.on_connect)) - 1]
            if not await step(FaultExchange(reader, writer, _NOTHING, self.call_ended)):
                return
        await super().handle(number, reader, writer)


async def proceed(exchange: Exchange) -> bool:
    """Read the request at once."""
    return True


def with_length(body: bytes, *more: bytes) -> bytes:
    """Return a whole response with this JSON and these headers."""
    lines = b"".join(line + b"\r\n" for line in (b"content-length: %d" % len(body), *more))
    return HEAD + lines + b"\r\n" + body


def chunked(*chunks: bytes, trailers: bytes = b"") -> bytes:
    """Return a whole response in chunked encoding."""
    framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return HEAD + b"transfer-encoding: chunked\r\n\r\n" + framed + b"0\r\n" + trailers + b"\r\n"


def half_close_after(data: bytes = b"") -> Step:
    """Send these bytes, close the sending side, and go on reading."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(data)
        exchange.writer.write_eof()
        await exchange.stall()
        return False

    return step


def drip(data: bytes, delay: float = 0.0) -> Step:
    """Send these bytes one by one."""

    async def step(exchange: Exchange) -> bool:
        for position in range(len(data)):
            await exchange.write(data[position : position + 1])
            await asyncio.sleep(delay)
        return True

    return step


def endless(first: bytes, again: bytes, delay: float = 0.0) -> Step:
    """Send these bytes, and then others repeatedly until the peer closes the connection."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(first)
        while True:
            await exchange.write(again)
            await asyncio.sleep(delay)

    return step


def pause_reading() -> Step:
    """Read nothing until the client's call is over."""

    async def step(exchange: Exchange) -> bool:
        assert isinstance(exchange, FaultExchange)
        exchange.writer.transport.pause_reading()  # type: ignore[attr-defined]  # typeshed: write-only
        while not exchange.call_ended.is_set():  # noqa: ASYNC110  # it is set by another thread
            await asyncio.sleep(0.01)
        exchange.writer.transport.resume_reading()  # type: ignore[attr-defined]  # typeshed: write-only
        await exchange.stall()
        return False

    return step


def read_some_then(then: Step) -> Step:
    """Read the beginning of a request before the next step."""

    async def step(exchange: Exchange) -> bool:
        await exchange.reader.readexactly(5)
        return await then(exchange)

    return step


def respond_then(data: bytes, then: Step) -> Step:
    """Send a whole response, and a little later run a step that no request caused."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(data)
        await asyncio.sleep(0.01)
        return await then(exchange)

    return step


def redirect(status: int, location: str | None, then: Step) -> Step:
    """Redirect every request but those to a path with "elsewhere" in it."""
    header = "" if location is None else f"location: {location}\r\n"
    head = f"HTTP/1.1 {status} Moved\r\n{header}content-length: 5\r\n\r\nMoved".encode("latin-1")

    async def step(exchange: Exchange) -> bool:
        if "elsewhere" in exchange.request.target:
            return await then(exchange)
        await exchange.write(head)
        return True

    return step


def resume_with(first: Step, again: Step) -> Step:
    """Run one step to begin a stream, and another to resume it."""

    async def step(exchange: Exchange) -> bool:
        is_resumed = exchange.request.header("last-event-id") is not None
        return await (again if is_resumed else first)(exchange)

    return step


def events(*texts: str, start: int = 1, identifier: str = REPLY_ID) -> list[bytes]:
    """Return events of a streamed chat, numbered from `start` as the real server numbers them."""
    return [
        event(number, {"delta": {"role": "assistant", "content": text}}, identifier)
        for number, text in enumerate(texts, start)
    ]


def event(number: int, value: Mapping[str, object], identifier: str = REPLY_ID) -> bytes:
    """Return an event of a streamed chat."""
    whole = {"id": identifier, "finish_reason": None, **value}
    return b"id: %b:%d\ndata: %b\n\n" % (identifier.encode(), number, json.dumps(whole).encode())


def done(number: int, identifier: str = REPLY_ID) -> bytes:
    """Return the event that ends a streamed chat."""
    return b"id: %b:%d\ndata: [DONE]\n\n" % (identifier.encode(), number)
