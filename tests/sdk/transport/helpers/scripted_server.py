"""A server of HTTP/1.1 that does with each request what its script says, also what breaks HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.sdk.transport.helpers.server_thread import ServerThread

SESSION = {
    "id": "0c6a2c2f-4a2e-4f0e-9d3b-6c1d8a7b5e10",
    "agent_id": "b0a4a1f6-6a33-4d0b-8a35-0d6a2a6a3c55",
}
REPLY_ID = "5f0e4a8e-7c1f-4f43-9d0a-3d4f5b6a7c88"


@dataclass(frozen=True)
class ReceivedRequest:
    """A request, as it was received."""

    connection: int
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the header's value; fail when it occurs more than once."""
        found = [value for key, value in self.headers if key.lower() == name]
        assert len(found) < 2, found
        return found[0] if found else None

    def without(self, *names: str) -> list[tuple[str, str]]:
        """Return the headers but for these and for those of a trace, which may be switched on."""
        left_out = {*names, "traceparent", "tracestate"}
        return [pair for pair in self.headers if pair[0].lower() not in left_out]


@dataclass
class Exchange:
    """The connection of a request, as a step sees it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    request: ReceivedRequest

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def stall(self) -> None:
        """Send nothing until the peer closes the connection."""
        while await self.reader.read(4096):
            pass

    def reset(self) -> None:
        """Close the connection by RST instead of FIN."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Step: TypeAlias = Callable[[Exchange], Awaitable[bool]]
"""Responds to a request, and returns whether the connection stays open for the next one."""


@dataclass
class Server(ServerThread):
    """Responds to each request by the next step; the last step repeats."""

    steps: list[Step]
    received: list[ReceivedRequest] = field(default_factory=list[ReceivedRequest])

    @property
    def url(self) -> str:
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"

    async def handle(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            request = await read_request(number, reader)
            self.received.append(request)
            step = self.steps[min(len(self.received), len(self.steps)) - 1]
            if not await step(Exchange(reader, writer, request)):
                return


async def read_request(connection: int, reader: asyncio.StreamReader) -> ReceivedRequest:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
    first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    headers = tuple((name, value) for name, _, value in (li.partition(": ") for li in lines))
    length = next((value for name, value in headers if name.lower() == "content-length"), "0")
    return ReceivedRequest(
        connection, method, target, headers, await reader.readexactly(int(length))
    )


def raw(data: bytes, *, keep: bool = False) -> Step:
    """Send these bytes, then close."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(data)
        return keep

    return step


def respond(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Step:
    """Send a whole response with a correct length, and keep the connection open."""
    return raw(
        _head(status, {"content-length": str(len(body)), **(headers or {})}) + body, keep=True
    )


def respond_json(
    value: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Step:
    body = json.dumps(value).encode()
    return respond(status, body, {"content-type": "application/json", **(headers or {})})


def respond_created() -> Step:
    return respond_json({"id": SESSION["id"], "created_at": "2024-05-01T10:00:00Z"}, 201)


def respond_error(status: int, headers: Mapping[str, str] | None = None) -> Step:
    """Send an error as the contract describes it."""
    error = {"code": "trouble", "message": f"this is a {status}"}
    return respond_json({"error": error}, status, {"x-request-id": "req-1", **(headers or {})})


def reset_after(data: bytes = b"") -> Step:
    """Send these bytes, then reset the connection."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(data)
        exchange.reset()
        return False

    return step


def stall_after(data: bytes = b"") -> Step:
    """Send these bytes, and nothing after them."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(data)
        await exchange.stall()
        return False

    return step


class RespondTogether:
    """Responds to requests when so many of them are waiting; with fewer, never.

    Attributes:
        most: The largest number of requests that were waiting at the same time.
    """

    def __init__(self, count: int, step: Step) -> None:
        self._step = step
        self._barrier = asyncio.Barrier(count)
        self._waiting = 0
        self.most = 0

    async def __call__(self, exchange: Exchange) -> bool:
        self._waiting += 1
        self.most = max(self.most, self._waiting)
        await self._barrier.wait()
        self._waiting -= 1
        return await self._step(exchange)


def chat_event(
    text: str, finish_reason: str | None = None, event_id: str | None = None, **more: object
) -> bytes:
    """Return an event of a streamed chat."""
    delta = {"role": "assistant", "content": text}
    value = {"id": REPLY_ID, "delta": delta, "finish_reason": finish_reason, **more}
    named = b"" if event_id is None else f"id: {event_id}\n".encode()
    return named + b"data: " + json.dumps(value).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
USAGE = {"completion_tokens": 2, "prompt_tokens": 40, "total_tokens": 42}
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"x-request-id: req-1\r\ntransfer-encoding: chunked\r\n\r\n"
)


def http_chunk(data: bytes) -> bytes:
    """Return a chunk of a body in chunked encoding; without data, the last chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def respond_stream(*events: bytes, delay: float = 0.0) -> Step:
    """Send a stream's events one by one, and keep the connection open."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(STREAM_HEAD)
        for data in (*events, b""):
            await asyncio.sleep(delay)
            await exchange.write(http_chunk(data))
        return True

    return step


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Reason", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
