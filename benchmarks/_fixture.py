"""A server that costs as little as it can: every answer is there before it is asked for.

It is a process of its own, on a core of its own where there are two, so that what is measured
beside it is the client. An answer goes out in one write; of a stream, each event is a chunk.
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


def _answer(body: bytes, status: bytes = b"200 OK") -> bytes:
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
_ANSWERS: Final = {
    (b"GET", _ONE): _answer(bodies.dump(bodies.session(1))),
    (b"GET", _PATH + b"?limit=1"): _answer(bodies.page(1)),
    (b"GET", _PATH + b"?limit=%d" % bodies.ITEMS): _answer(bodies.page(bodies.ITEMS)),
    (b"POST", _PATH): _answer(
        bodies.dump(
            {"id": bodies.SESSION, "created_at": "2026-05-31T12:34:56.789012Z", "jobs": []}
        ),
        b"201 Created",
    ),
    (b"POST", _ONE + b"/chat"): _answer(bodies.dump(bodies.REPLIED)),
    (b"STREAM", _ONE + b"/chat"): _stream(bodies.events(bodies.EVENTS)),
}
_UNKNOWN: Final = _answer(b'{"error":{"code":"not_found","message":"unknown"}}', b"404 Not Found")


class _Connection(asyncio.Protocol):
    """Answers requests that come whole or in pieces, one after another."""

    _transport: asyncio.Transport
    _came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        came = self._came + data
        while (end := came.find(b"\r\n\r\n") + 4) > 3:
            method, target, _ = came[: came.index(b"\r\n")].split(b" ", 2)
            length = None if method == b"GET" else _LENGTH.search(came, 0, end)
            stop = end + (int(length[1]) if length else 0)
            if len(came) < stop:
                break
            if b'"stream":true' in came[end:stop].replace(b" ", b""):
                method = b"STREAM"
            self._transport.write(_ANSWERS.get((method, target), _UNKNOWN))
            came = came[stop:]
        self._came = came


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "127.0.0.1", 0, backlog=2048)
    gc.freeze()
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def running() -> Generator[int]:
    """Run the server, and give its port."""
    command = [sys.executable, "-m", "benchmarks._fixture"]
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
