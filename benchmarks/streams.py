"""Many streams at once through one process of the server, and the delay that it adds to a token.

Each token is the time at which the model's endpoint wrote it, so that the client knows its delay.
The endpoint, the server and the client are processes of their own. ``scripts/bench streams``.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Final

from benchmarks._fixture import running
from tests.chaos.server_process import ServerProcess

STREAMS: Final = 500
PER_SECOND: Final = 50
SECONDS: Final = 5

_TOKENS: Final = PER_SECOND * SECONDS
_TIME: Final = re.compile(rb'"content": ?"(\d+\.\d+) "')
_HEAD: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
    b"connection: close\r\n\r\n"
)
_EVENT: Final = b'data: {"id":"c","choices":[{"index":0,"delta":{%b},"finish_reason":%b}]}\n\n'


@dataclass
class Read:
    """What was read of all streams: the delay of each token, in seconds."""

    delays: list[float] = field(default_factory=list[float])
    ended: int = 0
    failed: Counter[str] = field(default_factory=Counter[str])

    def at(self, percent: int) -> float:
        """Return the delay that so many percent of the tokens don't exceed, in milliseconds."""
        return 1000 * quantiles(self.delays, n=100)[percent - 1]


async def _write(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        # A connection that was opened in advance.
        writer.close()
        return
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    await reader.readexactly(length)
    writer.write(_HEAD)
    began = time.monotonic()
    for number in range(1, _TOKENS + 1):
        _write_event(writer, b'"content":"%.6f "' % time.time(), b"null")
        # Of the clock, so that a busy machine does not lower the rate.
        await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
    _write_event(writer, b"", b'"stop"')
    writer.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
    writer.close()


def _write_event(writer: asyncio.StreamWriter, delta: bytes, reason: bytes) -> None:
    data = _EVENT % (delta, reason)
    writer.write(b"%x\r\n%b\r\n" % (len(data), data))


async def _serve() -> None:
    server = await asyncio.start_server(_write, "127.0.0.1", 0, backlog=2048)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


async def _request(port: int, path: str, body: object, read: Read | None = None) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    data = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n"
    head += f"content-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
    writer.write(head.encode() + data)
    whole, rest = b"", b""
    while piece := await reader.read(65536):
        if read is None:
            whole += piece
            continue
        moment = time.time()
        found = [*_TIME.finditer(text := rest + piece)]
        read.delays += [moment - float(one[1]) for one in found]
        # Of a token that is cut in two.
        rest = text[found[-1].end() :] if found else text
    writer.close()
    if read is not None and b"[DONE]" in rest:
        read.ended += 1
    elif read is not None:
        error = re.search(rb'"message":"[^"]*","code":"[^"]*"', rest)
        read.failed["nothing" if error is None else error[0].decode()] += 1
    return whole


async def _read_all(port: int, paths: list[str]) -> Read:
    body = {"stream": True, "messages": [{"role": "user", "content": "Hello"}]}
    read = Read()
    await asyncio.gather(*(_request(port, path, body, read) for path in paths))
    return read


async def _through_server(port: int, count: int) -> Read:
    async def create(path: str, body: object) -> str:
        found = re.search(rb'"id":"([0-9a-f-]{36})"', await _request(port, path, body))
        assert found is not None
        return found[1].decode()

    agent = await create("/api/agents", {"name": "Ada"})
    paths = [
        f"/api/sessions/{await create('/api/sessions', {'agent_id': agent})}/chat"
        for _ in range(count)
    ]
    return await _read_all(port, paths)


def _used(pid: int) -> tuple[float, float]:
    """Return the CPU seconds of a process, and its greatest memory in MiB."""
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    status = Path(f"/proc/{pid}/status").read_text()
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert peak is not None
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK"), int(peak[1]) / 1024


def main(count: int) -> None:
    """Print a row of the table: as many streams, with the server and without it."""
    with running("benchmarks.streams", "endpoint") as port, tempfile.TemporaryDirectory() as folder:
        direct = asyncio.run(_read_all(port, ["/v1/chat/completions"] * count))
        options = ["--database", f"{folder}/x.db", "--model", "m", "--log-level", "warning"]
        options += ["--model-url", f"http://127.0.0.1:{port}/v1", "--embedding-model", "none"]
        server = ServerProcess(options, Path(folder) / "log")
        server.start()
        try:
            before, _ = _used(server.pid)
            began = time.monotonic()
            through = asyncio.run(_through_server(server.port, count))
            seconds = time.monotonic() - began
            after, memory = _used(server.pid)
        finally:
            server.stop()
    tokens = count * _TOKENS
    sys.stdout.write(
        "| streams | tokens/s each | ended | tokens | seconds | CPU, µs a token | memory, MiB"
        " | delay, ms: p50 | p99 | without the server: p50 | p99 |\n"
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        f"| {count} | {PER_SECOND} | {through.ended} | {len(through.delays)} of {tokens}"
        f" | {seconds:.1f} | {1e6 * (after - before) / tokens:.0f} | {memory:.0f}"
        f" | {through.at(50):.0f} | {through.at(99):.0f} | {direct.at(50):.0f}"
        f" | {direct.at(99):.0f} |\n"
    )
    for error, number in through.failed.items():
        sys.stdout.write(f"{number} failed: {error}\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["endpoint"]:
        asyncio.run(_serve())
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else STREAMS)
