"""Transports in processes of their own: imports, forks, event loops that end, and leaks."""

from __future__ import annotations

import pytest

from tests.sdk.helpers.programs import run_program
from tests.sdk.transport.helpers.scripted_server import (
    STREAM_HEAD,
    Exchange,
    Server,
    http_chunk,
    respond,
    stall_after,
)

PRELUDE = """
import gc, logging, os, sys
from urllib.parse import urlsplit
from julep._http.urls import Origin
from julep._http.messages import Request, Response, StreamingResponse
from julep._http.timeout import Timeout

# It warns of slow steps, and the first step imports much; what is lost is an error.
logging.getLogger("asyncio").setLevel(logging.ERROR)

parts = urlsplit(sys.argv[1])

def get(path="/x", **more):
    origin = Origin(parts.scheme, parts.hostname, parts.port)
    return Request("GET", origin, path, {}, None, path == "/stream", Timeout(), **more)

def sync_get(transport):
    outcome = transport.send(get())
    assert isinstance(outcome, Response), outcome

async def async_get(transport):
    outcome = await transport.send(get())
    assert isinstance(outcome, Response), outcome

def in_child(work):
    child = os.fork()
    if child == 0:
        work()
        gc.collect()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""

PROGRAMS: dict[str, tuple[str, int]] = {
    "nothing is imported before it is needed": (
        """
import julep
assert not {"anyio", "h11", "httptools", "httpx", "ssl"} & set(sys.modules)
from julep._http.sync_transport import SocketTransport
transport = SocketTransport()
sync_get(transport)
transport.close()
assert not {"anyio", "asyncio", "certifi", "httpx", "ssl"} & set(sys.modules)
import asyncio
from julep._http.async_transport import AsyncSocketTransport
transport = AsyncSocketTransport()
asyncio.run(async_get(transport))
assert not {"httpx", "trio"} & set(sys.modules)
""",
        2,
    ),
    "loops one after another": (
        """
import asyncio, trio
from julep._http.async_transport import AsyncSocketTransport
transport = AsyncSocketTransport()
async def twice():
    await async_get(transport)
    await async_get(transport)
for _ in range(2):
    asyncio.run(twice())
    trio.run(twice)
""",
        4,
    ),
    "a child has connections of its own": (
        """
from julep._http.sync_transport import SocketTransport
transport = SocketTransport(max_connections=1)
sync_get(transport)
in_child(lambda: (sync_get(transport), sync_get(transport), transport.close()))
sync_get(transport)
transport.close()
""",
        2,
    ),
    "a child does not wait for its parent's requests": (
        """
import threading
from julep._http.sync_transport import SocketTransport
transport = SocketTransport(max_connections=1)
body = transport.send(get("/stream")).body
assert next(body) == b"first"
waiting = threading.Thread(target=sync_get, args=[transport])
waiting.start()
while len(transport._pool.leases) < 2:
    pass
in_child(lambda: (sync_get(transport), transport.close()))
body.close()
waiting.join()
transport.close()
""",
        3,
    ),
    "a child leaves its parent's stream alone": (
        """
from julep._http.sync_transport import SocketTransport
transport = SocketTransport()
body = transport.send(get("/stream")).body
assert next(body) == b"first"
in_child(lambda: (body.close(), transport.close()))
go = transport.send(get("/go"))
assert next(body) == b"second"
body.close()
transport.close()
""",
        2,
    ),
    "an unclosed transport after its event loop has ended": (
        """
import asyncio
from julep._http.async_transport import AsyncSocketTransport
transport = AsyncSocketTransport()
asyncio.run(async_get(transport))
del transport
gc.collect()
""",
        1,
    ),
    "a loop that ends within a stream": (
        """
import asyncio, trio
from julep._http.async_transport import AsyncSocketTransport
async def leave_open(transport):
    outcome = await transport.send(get("/stream"))
    assert await anext(outcome.body) == b"first"
    await transport.aclose()
    await outcome.body.aclose()
asyncio.run(leave_open(AsyncSocketTransport()))
trio.run(leave_open, AsyncSocketTransport())
""",
        2,
    ),
}


@pytest.mark.parametrize(("program", "connections"), PROGRAMS.values(), ids=PROGRAMS.keys())
def test_programs(program: str, connections: int) -> None:
    import asyncio

    async def step(exchange: Exchange) -> bool:
        if exchange.request.target == "/stream":
            await exchange.write(STREAM_HEAD + http_chunk(b"first"))
            while not any(received.target == "/go" for received in server.received):
                if exchange.reader.at_eof():
                    return False
                await asyncio.sleep(0.005)
            return await stall_after(http_chunk(b"second"))(exchange)
        return await respond(200, b"hello")(exchange)

    options = ["-X", "dev", "-W", "error"]
    with Server([step]) as server:
        done = run_program(PRELUDE + program, server.url, options=options, asserts=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert server.connections == connections
