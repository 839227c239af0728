"""The CPU time of a token of a streamed chat, on its whole way from the endpoint to the client.

Endpoint, server and client run in one event loop, and each token is sent when the client has the
one before: nothing waits, and nothing is read together with something else. The same way through a
server that only passes bytes on is the floor; what the server adds is the difference::

    scripts/bench token
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import uvloop

from julep_server.app import App
from julep_server.serving import Server, bind
from julep_server.settings import Settings

AIM: Final = 50.0
"""The most microseconds that the server may add to a token."""

TOKENS: Final = 1500
# The first and the last have the costs of a request.
EDGE: Final = 20
HEAD: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)


class Token(NamedTuple):
    """The microseconds of a token.

    Attributes:
        added: By the server.
        sockets: Of the same way through a server that only passes bytes on.
    """

    added: float
    sockets: float


def measure(rounds: int = 7) -> Token:
    """Measure a token with a new server, in an event loop of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return uvloop.run(_measure(folder, rounds))


def chunk(delta: dict[str, str], reason: str | None) -> bytes:
    """Build an event of a stream, as one HTTP chunk."""
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    data = b"data: " + json.dumps({**head, "choices": [choice]}).encode() + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(data), data)


class Writer(asyncio.Protocol):
    """A connection with its transport."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)


class Endpoint(Writer):
    """Writes a token whenever the client has received the one before."""

    newest: Endpoint

    def data_received(self, data: bytes) -> None:
        if b"POST" in data:
            Endpoint.newest, self._number = self, 0
            self.transport.write(HEAD)
            self.write_next()

    def write_next(self) -> None:
        self._number += 1
        if self._number <= TOKENS:
            self.transport.write(chunk({"content": f" word{self._number}"}, None))
        else:
            self.transport.write(chunk({}, "stop") + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")


class Client(Writer):
    """Sends requests, and notes the CPU time at which each part of a response arrives."""

    def post(self, path: str, body: dict[str, Any]) -> asyncio.Future[bytes]:
        """Send a request; the future has the end of its response."""
        self._ended = asyncio.get_running_loop().create_future()
        self.times: list[float] = []
        data = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        self.transport.write(f"{head}content-length: {len(data)}\r\n\r\n".encode() + data)
        return self._ended

    def data_received(self, data: bytes) -> None:
        self.times.append(time.thread_time())
        if b"[DONE]" in data or data.endswith(b"}"):
            self._ended.set_result(data)
        elif b" word" in data:
            Endpoint.newest.write_next()


class Passing(Writer):
    """The floor: passes on what it reads."""

    def __init__(self, target: Writer | int) -> None:
        self._target = target

    def data_received(self, data: bytes) -> None:
        if isinstance(self._target, Writer):
            self._target.transport.write(data)
        else:
            self._task = asyncio.create_task(self._connect(self._target))

    async def _connect(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        _, other = await loop.create_connection(lambda: Passing(self), "127.0.0.1", port)
        other.transport.write(b"POST")


async def measured(port: int, path: str, body: dict[str, Any], rounds: int) -> float:
    """Return the microseconds that a token takes through the server at a port."""
    found: list[float] = []
    for _ in range(rounds):
        client = await connected(port)
        await client.post(path, {**body, "stream": True})
        times = client.times[EDGE:-EDGE]
        found.append((times[-1] - times[0]) / (len(times) - 1) * 1e6)
        client.transport.close()
    return statistics.median(found)


def id_in(response: bytes) -> str:
    """Return the id of what a request created."""
    identifier: str = json.loads(response[response.index(b"{") :])["id"]
    return identifier


async def connected(port: int) -> Client:
    """Connect to the server at a port."""
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(Client, "127.0.0.1", port)
    return client


async def _measure(folder: str, rounds: int) -> Token:
    loop = asyncio.get_running_loop()
    endpoint = await loop.create_server(Endpoint, "127.0.0.1", 0)
    endpoint_port = endpoint.sockets[0].getsockname()[1]
    passing = await loop.create_server(lambda: Passing(endpoint_port), "127.0.0.1", 0)
    sockets = await measured(passing.sockets[0].getsockname()[1], "/", {}, rounds)
    database = f"sqlite:///{Path(folder) / 'x.db'}"
    settings = Settings(
        database=database, model_url=f"http://127.0.0.1:{endpoint_port}/v1", model="m"
    )
    server, bound = Server(App(settings), settings), bind("127.0.0.1", 0)
    serving = asyncio.create_task(server.serve([bound]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    port = bound.getsockname()[1]
    body = {"messages": [{"role": "user", "content": "Hi"}], "record": False}
    whole = await measured(port, await _path_of_chat(port), body, rounds)
    server.should_exit = True
    await serving
    return Token(whole - sockets, sockets)


async def _path_of_chat(port: int) -> str:
    """Create a session, and return the path of its chat."""
    client = await connected(port)
    agent = await client.post("/api/agents", {"name": "Ada"})
    session = await client.post("/api/sessions", {"agent_id": id_in(agent)})
    client.transport.close()
    return f"/api/sessions/{id_in(session)}/chat"


if __name__ == "__main__":
    token = measure(int(sys.argv[1])) if len(sys.argv) > 1 else measure()
    print(f"a token: {token.added:.0f} µs, beyond {token.sockets:.0f} µs of the sockets")
