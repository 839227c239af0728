"""Connections to a model's endpoint that fail without its doing, and those that do not."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import aiohttp
import httpx
import pytest

from julep_server.models import endpoint_transport
from julep_server.models.endpoint_transport import AiohttpTransport

pytestmark = pytest.mark.once

CONNECT = 10.0


class Session:
    """A session of aiohttp whose requests fail, in a time that the test sets.

    Args:
        clock: The seconds of the machine, which each request moves on.
        outcomes: For each request, its error or None, and its seconds.
        reuses: Whether requests get connections that have carried another one.
    """

    def __init__(
        self, clock: list[float], outcomes: list[tuple[Exception | None, float]], reuses: bool
    ) -> None:
        self._clock = clock
        self._outcomes = outcomes
        self._reuses = reuses
        self.requests = 0

    async def request(self, *_: Any, trace_request_ctx: Any, **__: Any) -> Any:
        error, seconds = self._outcomes[self.requests]
        self.requests += 1
        trace_request_ctx.reuses = self._reuses
        self._clock[0] += seconds
        if error is not None:
            raise error
        return SimpleNamespace(status=200, raw_headers=[])


class Body:
    """The body of a response, which nobody reads."""

    def __init__(self, *_: object) -> None:
        pass


LATE = aiohttp.ConnectionTimeoutError()
LOST = aiohttp.ServerDisconnectedError()
RESET = aiohttp.ClientOSError(104, "reset")
REFUSED = aiohttp.ClientConnectionError()


@pytest.mark.parametrize(
    ("outcomes", "reuses", "requests", "error"),
    [
        # The loop was busy: the timer ran as soon as the request began, or long after it was due.
        ([(LATE, 0.1), (None, 1.0)], False, 2, None),
        ([(LATE, 30.0), (LATE, 2.0), (None, 1.0)], False, 3, None),
        ([(LATE, 30.0), (LATE, 30.0), (LATE, 30.0)], False, 3, httpx.ConnectTimeout),
        # The endpoint took no connection in this time.
        ([(LATE, 10.0)], False, 1, httpx.ConnectTimeout),
        ([(LATE, 11.4)], False, 1, httpx.ConnectTimeout),
        # An idle connection was closed by the endpoint.
        ([(LOST, 0.0), (None, 1.0)], True, 2, None),
        ([(RESET, 0.0), (LOST, 0.0), (None, 1.0)], True, 3, None),
        ([(LOST, 0.0), (LOST, 0.0), (LOST, 0.0)], True, 3, httpx.ReadError),
        # A new one was: the endpoint may have begun to work.
        ([(LOST, 0.0)], False, 1, httpx.ReadError),
        ([(RESET, 0.0)], False, 1, httpx.ReadError),
        ([(REFUSED, 0.0)], True, 1, httpx.ReadError),
    ],
)
def test_a_request_is_sent_again_if_the_endpoint_is_not_at_fault(
    monkeypatch: pytest.MonkeyPatch,
    outcomes: list[tuple[Exception | None, float]],
    reuses: bool,
    requests: int,
    error: type[Exception] | None,
) -> None:
    clock = [1000.0]
    # The event loop has a reference of its own.
    monkeypatch.setattr(endpoint_transport, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    session = Session(clock, outcomes, reuses)
    transport = AiohttpTransport(ssl.create_default_context())
    monkeypatch.setattr(transport, "_session", session)
    timeouts = {"connect": CONNECT, "read": 120.0}
    request = httpx.Request("POST", "http://x/v1", content=b"{}", extensions={"timeout": timeouts})

    monkeypatch.setattr(endpoint_transport, "_Body", Body)
    with nullcontext() if error is None else pytest.raises(error):
        asyncio.run(transport.handle_async_request(request))
    assert session.requests == requests


async def serve_once(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, closes: Callable[[], bool]
) -> None:
    """Respond to one request of a connection, and end it at the second one."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            await reader.readexactly(int(head.lower().split(b"content-length:")[1].split()[0]))
            if closes():
                break
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
    except asyncio.IncompleteReadError:
        pass
    finally:
        writer.close()


def test_a_connection_that_is_lost_when_it_is_used_again_is_opened_anew() -> None:
    requests = 0

    def closes() -> bool:
        nonlocal requests
        requests += 1
        return requests == 2

    async def main() -> list[bytes]:
        server = await asyncio.start_server(
            lambda reader, writer: serve_once(reader, writer, closes), "127.0.0.1", 0
        )
        port = server.sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}/v1"
        async with httpx.AsyncClient(
            transport=AiohttpTransport(ssl.create_default_context()), trust_env=False
        ) as client:
            found = [(await client.post(url, content=b"{}")).content for _ in range(2)]
        server.close()
        return found

    assert asyncio.run(main()) == [b"ok", b"ok"]
    # The second one twice.
    assert requests == 3
