"""How long a small request takes by a wire of ours, beside the same one by httpx's client.

Both ask one server, a process of its own that does nothing but answer, in turns within one run; the
ratio is what to look at, since microseconds are the machine's. Bind it to one core::

    taskset -c 0 .venv/bin/python benchmarks/wire.py
"""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import statistics
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TypeVar

import httpx
import trio

from julep._http import exchange
from julep._http.async_transport import AsyncSocketTransport
from julep._http.h11_parser import H11Parser
from julep._http.httptools_parser import HttptoolsParser
from julep._http.messages import Request, Response
from julep._http.sync_transport import SocketTransport
from julep._http.timeout import Timeout
from julep._http.urls import Origin

A = TypeVar("A")

ROUNDS = 9
REQUESTS = 500
HEADERS = {
    "accept": "application/json",
    "user-agent": "julep-python/0",
    "authorization": "Bearer secret",
}
BODY = b'{"id": "0c6a2c2f-4a2e-4f0e-9d3b-6c1d8a7b5e10", "about": "%s"}' % (b"a" * 200)
ANSWER = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req-1\r\n"
    b"server: none\r\ncontent-length: %d\r\n\r\n%b" % (len(BODY), BODY)
)
READERS = {"h11": H11Parser, "httptools": HttptoolsParser}


def serve(listening: socket.socket) -> None:
    """Answer one connection after another, each until it is closed."""
    while True:
        connection, _ = listening.accept()
        with connection:
            while connection.recv(65536):
                connection.sendall(ANSWER)


def request(port: int) -> Request:
    origin = Origin("http", "127.0.0.1", port)
    return Request("GET", origin, "/api/sessions/0c6a2c2f", HEADERS, None, False, Timeout())


def compare_blocking(port: int) -> tuple[float, float]:
    """Give the microseconds of a request: by our wire, and by httpx."""
    asked = request(port)
    ours, theirs = list[float](), list[float]()
    for _ in range(ROUNDS):
        wire = SocketTransport()
        ours.append(timed(wire.send, asked))
        wire.close()
        with httpx.Client(headers=HEADERS) as client:
            theirs.append(timed(client.get, asked.url))
    return statistics.median(ours), statistics.median(theirs)


async def compare_async(port: int) -> tuple[float, float]:
    """Give the microseconds of a request: by our wire, and by httpx."""
    asked = request(port)
    ours, theirs = list[float](), list[float]()
    for _ in range(ROUNDS):
        wire = AsyncSocketTransport()
        ours.append(await atimed(wire.send, asked))
        await wire.aclose()
        async with httpx.AsyncClient(headers=HEADERS) as client:
            theirs.append(await atimed(client.get, asked.url))
    return statistics.median(ours), statistics.median(theirs)


def timed(ask: Callable[[A], object], asked: A) -> float:
    check(ask(asked))
    started = perf_counter()
    for _ in range(REQUESTS):
        ask(asked)
    return (perf_counter() - started) / REQUESTS * 1e6


async def atimed(ask: Callable[[A], Awaitable[object]], asked: A) -> float:
    check(await ask(asked))
    started = perf_counter()
    for _ in range(REQUESTS):
        await ask(asked)
    return (perf_counter() - started) / REQUESTS * 1e6


def check(outcome: object) -> None:
    body = outcome.body if isinstance(outcome, Response) else getattr(outcome, "content", None)
    if body != BODY:
        raise SystemExit(f"no answer came: {outcome!r}")


def main() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    server = multiprocessing.get_context("fork").Process(
        target=serve, args=(listening,), daemon=True
    )
    server.start()
    port = listening.getsockname()[1]
    listening.close()
    print(f"{'':24}{'wire':>9}{'httpx':>9}{'ratio':>8}")
    for name, reader in READERS.items():
        setattr(exchange, "parser_class", reader)  # noqa: B010  # what it would find out by itself
        found = {
            "blocking": compare_blocking(port),
            "asyncio": asyncio.run(compare_async(port)),
            "trio": trio.run(compare_async, port),
        }
        for colour, (ours, theirs) in found.items():
            print(f"{name + ', ' + colour:24}{ours:6.0f} us{theirs:6.0f} us{ours / theirs:8.2f}")
    server.terminate()
    server.join()


if __name__ == "__main__":
    main()
