"""Servers that misbehave: raw sockets, driven by a list of what to do with each request."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeAlias

SESSION = {
    "id": "0c6a2c2f-4a2e-4f0e-9d3b-6c1d8a7b5e10",
    "agent_id": "b0a4a1f6-6a33-4d0b-8a35-0d6a2a6a3c55",
}
REPLY_ID = "5f0e4a8e-7c1f-4f43-9d0a-3d4f5b6a7c88"


@dataclass(frozen=True)
class Received:
    """One request, as it came in."""

    connection: int
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The header's value; fails when it came more than once."""
        found = [value for key, value in self.headers if key.lower() == name]
        assert len(found) < 2, found
        return found[0] if found else None

    def without(self, *names: str) -> list[tuple[str, str]]:
        """The headers besides these, and besides those of a trace: some test may trace all."""
        left_out = {*names, "traceparent", "tracestate"}
        return [pair for pair in self.headers if pair[0].lower() not in left_out]


@dataclass
class Exchange:
    """What a step may do with the connection that a request came on."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    request: Received

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def stall(self) -> None:
        """Say nothing until the other side goes away."""
        while await self.reader.read(4096):
            pass

    def reset(self) -> None:
        """Drop the connection by RST instead of FIN."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Step: TypeAlias = Callable[[Exchange], Awaitable[bool]]
"""Answers one request, and says whether the connection stays open for the next."""


@dataclass
class Server:
    """Listens on a free port, and answers each request by the next step; the last one repeats."""

    steps: list[Step]
    received: list[Received] = field(default_factory=list[Received])
    connections: int = 0
    port: int = 0
    tls: ssl.SSLContext | None = None

    @property
    def url(self) -> str:
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._tasks = set[asyncio.Task[None]]()
        self._writers: list[asyncio.StreamWriter] = []
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)))
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    async def _serve(self, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        listening = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=self.tls)
        self.port = listening.sockets[0].getsockname()[1]
        started.set()
        await self._end.wait()
        listening.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # One of TLS that was closed waits for the other side's farewell; the loop does not.
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.append(writer)
        self.connections += 1
        try:
            await self._converse(self.connections, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side went away, or the test is over
        finally:
            self._tasks.discard(task)
            # Python 3.11.2 cannot abort a transport of TLS that was closed twice.
            if not writer.is_closing():
                writer.close()

    async def _converse(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            request = await read_request(number, reader)
            self.received.append(request)
            step = self.steps[min(len(self.received), len(self.steps)) - 1]
            if not await step(Exchange(reader, writer, request)):
                return


async def read_request(connection: int, reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
    first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    headers = tuple((name, value) for name, _, value in (li.partition(": ") for li in lines))
    length = next((value for name, value in headers if name.lower() == "content-length"), "0")
    return Received(connection, method, target, headers, await reader.readexactly(int(length)))


def raw(data: bytes, *, keep: bool = False) -> Step:
    """Send these bytes, then close."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(data)
        return keep

    return step


def answer(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Step:
    """Send a whole answer of a right length, and keep the connection."""
    return raw(
        _head(status, {"content-length": str(len(body)), **(headers or {})}) + body, keep=True
    )


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Step:
    body = json.dumps(value).encode()
    return answer(status, body, {"content-type": "application/json", **(headers or {})})


def created() -> Step:
    return json_answer({"id": SESSION["id"], "created_at": "2024-05-01T10:00:00Z"}, 201)


def refusal(status: int, headers: Mapping[str, str] | None = None) -> Step:
    """An error as the contract describes it."""
    error = {"code": "trouble", "message": f"this is a {status}"}
    return json_answer({"error": error}, status, {"x-request-id": "req-1", **(headers or {})})


def reset_after(data: bytes = b"") -> Step:
    """Send these bytes, then drop the connection."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(data)
        exchange.reset()
        return False

    return step


def stall_after(data: bytes = b"") -> Step:
    """Send these bytes, and then nothing more."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(data)
        await exchange.stall()
        return False

    return step


def chunk(
    text: str, finish_reason: str | None = None, event_id: str | None = None, **more: object
) -> bytes:
    """One event of a streamed chat."""
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


def piece(data: bytes) -> bytes:
    """A piece of a body in chunked encoding; of nothing, its end."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def stream(*events: bytes, pause: float = 0.0) -> Step:
    """Send a stream's events one by one, and keep the connection."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(STREAM_HEAD)
        for data in (*events, b""):
            await asyncio.sleep(pause)
            await exchange.write(piece(data))
        return True

    return step


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
