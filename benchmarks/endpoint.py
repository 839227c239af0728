"""The CPU time of a token that an endpoint streams, by the HTTP client that reads it.

An endpoint in a process of its own sends each token by itself. Both clients read the same stream in
the same run, each followed by the server's reader of answers; the ratio matters::

    .venv/bin/python -m benchmarks.endpoint
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import socket
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence

import httpx

from julep_server.models.answer_reader import AnswerReader
from julep_server.models.endpoint_body import body_pieces
from julep_server.models.endpoint_client import endpoint_client
from julep_server.models.endpoint_events import EventParser
from julep_server.models.provider import ModelRequest

TOKENS = 1000
ROUNDS = 5
PAUSE = 0.0002
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
REQUEST = ModelRequest("m", [{"role": "user", "content": "Hi"}])


def event(text: str, reason: str | None = None) -> bytes:
    """Build an event of a stream, as one HTTP chunk."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": reason}
    data = {"id": "x", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}
    content = f"data: {json.dumps(data)}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(content), content)


def serve(listening: socket.socket) -> None:
    """Answer one request after another, a token at a time."""
    events = [*(event(f" word{number}") for number in range(TOKENS)), event("", "stop")]
    while True:
        connection, _ = listening.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            while received := connection.recv(65536):
                if received.endswith(b"}"):
                    connection.sendall(HEAD)
                    for part in events:
                        connection.sendall(part)
                        time.sleep(PAUSE)
                    connection.sendall(b"0\r\n\r\n")


async def read(client: httpx.AsyncClient, url: str) -> None:
    """Read an answer as the server does."""
    parser, reader = EventParser(), AnswerReader(REQUEST, "m", None)
    async with client.stream("POST", url, json=REQUEST.to_json(streamed=True)) as response:
        async for piece in body_pieces(response):
            for found in parser.feed(piece):
                reader.feed(found)
    if len(reader.completion().text) < TOKENS:
        raise AssertionError("the answer is not complete")


async def ours(url: str) -> None:
    """Read an answer by the client that the server has."""
    async with endpoint_client(url, None, 60) as client:
        await read(client, url)


async def of_httpx(url: str) -> None:
    """Read an answer by a client of httpx."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        await read(client, url)


def microseconds(program: Callable[[str], Awaitable[None]], url: str) -> float:
    """Return the CPU time of a token with a program."""

    async def run() -> None:
        await program(url)

    begun = time.process_time()
    asyncio.run(run())
    return (time.process_time() - begun) / TOKENS * 1e6


def main() -> None:
    """Print both times, and their ratio."""
    listening = socket.create_server(("127.0.0.1", 0))
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(listening,), daemon=True
    )
    process.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1/chat/completions"
    # In turns, because the machine's speed changes; the first round loads modules.
    rounds = [(microseconds(of_httpx, url), microseconds(ours, url)) for _ in range(ROUNDS + 1)][1:]
    before, after = (statistics.median(values) for values in _columns(rounds))
    print(f"httpx {before:.0f} µs, the server's {after:.0f} µs, ratio {after / before:.2f}")
    process.terminate()


def _columns(rounds: Sequence[tuple[float, float]]) -> list[list[float]]:
    return [list(column) for column in zip(*rounds, strict=True)]


if __name__ == "__main__":
    main()
