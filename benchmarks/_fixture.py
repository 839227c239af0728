"""A server that costs as little as possible: every response is built in advance.

It is a process of its own, on a core of its own if there are two, so that only the client is
measured. A response is sent in one write; each event of a stream is a chunk.
"""

from __future__ import annotations

import asyncio
import gc
import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from benchmarks import _bodies as bodies

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_COMMON: Final = (
    b"date: Sun, 31 May 2026 12:34:56 GMT\r\nserver: fixture\r\nx-request-id: req-1\r\n"
)


def _response(body: bytes, status: bytes = b"200 OK") -> bytes:
    head = b"HTTP/1.1 %b\r\n%bcontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % (status, _COMMON, len(body)) + body


def _stream(events: list[bytes]) -> bytes:
    head = (
        b"HTTP/1.1 200 OK\r\n%bcontent-type: text/event-stream; charset=utf-8\r\n"
        b"transfer-encoding: chunked\r\n\r\n"
    )
    chunks = (b"%x\r\n%b\r\n" % (len(event), event) for event in events)
    return head % _COMMON + b"".join(chunks) + b"0\r\n\r\n"


_PATH: Final = b"/api/sessions"
_ONE: Final = f"/api/sessions/{bodies.SESSION}".encode()
_RESPONSES: Final = {
    (b"GET", _ONE): _response(bodies.dump(bodies.session(1))),
    (b"GET", _PATH + b"?limit=1"): _response(bodies.page(1)),
    (b"GET", _PATH + b"?limit=%d" % bodies.ITEMS): _response(bodies.page(bodies.ITEMS)),
    (b"POST", _PATH): _response(
        bodies.dump(
            {"id": bodies.SESSION, "created_at": "2026-05-31T12:34:56.789012Z", "jobs": []}
        ),
        b"201 Created",
    ),
    (b"POST", _ONE + b"/chat"): _response(bodies.dump(bodies.REPLIED)),
    (b"STREAM", _ONE + b"/chat"): _stream(bodies.events(bodies.EVENTS)),
}
_UNKNOWN: Final = _response(b'{"error":{"code":"not_found","message":"unknown"}}', b"404 Not Found")


class _Connection(asyncio.Protocol):
    """Responds to requests that arrive whole or in parts, one after another."""

    _transport: asyncio.Transport
    _pending = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        pending = self._pending + data
        while (end := pending.find(b"\r\n\r\n") + 4) > 3:
            method, target, _ = pending[: pending.index(b"\r\n")].split(b" ", 2)
            length = None if method == b"GET" else _LENGTH.search(pending, 0, end)
            stop = end + (int(length[1]) if length else 0)
            if len(pending) < stop:
                break
            if b'"stream":true' in pending[end:stop].replace(b" ", b""):
                method = b"STREAM"
            self._transport.write(_RESPONSES.get((method, target), _UNKNOWN))
            pending = pending[stop:]
        self._pending = pending


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "127.0.0.1", 0, backlog=2048)
    gc.freeze()
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def running(*module: str) -> Generator[int]:
    """Run a module that prints the port it serves, this one by default; yield the port."""
    command = [sys.executable, "-m", *(module or ("benchmarks._fixture",))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    asyncio.run(_serve())
