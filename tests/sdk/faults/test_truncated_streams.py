"""Streams that are cut after every byte, and resumed."""

from __future__ import annotations

import pytest

from tests.sdk.faults.helpers.cases.streams import resume_correctly
from tests.sdk.faults.helpers.checks import MANY_RETRIES
from tests.sdk.faults.helpers.fault import EVENTS, STREAM
from tests.sdk.faults.helpers.steps import half_close_after
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.transport.helpers.scripted_server import (
    STREAM_HEAD,
    Exchange,
    Server,
    Step,
    http_chunk,
    raw,
    reset_after,
)

_BODY = b"".join(EVENTS)
_MANNERS = (reset_after, raw, half_close_after)


def cut_first(sent: bytes, manner: int) -> Step:
    """Cut the first response; send the rest to the requests that follow."""
    cut = _MANNERS[manner % len(_MANNERS)](sent)
    seen: set[str | None] = set()

    async def step(exchange: Exchange) -> bool:
        key = exchange.request.header("idempotency-key")
        if key not in seen:
            seen.add(key)
            return await cut(exchange)
        is_resumed = exchange.request.header("last-event-id") is not None
        return await (resume_correctly if is_resumed else STREAM.response)(exchange)

    return step


@pytest.mark.anyio
async def test_a_stream_cut_after_any_byte_is_resumed(mode: Mode) -> None:
    until_closed = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
    with Server([]) as server:
        async with make_client(mode, server.url, retry=MANY_RETRIES) as client:
            for end in range(len(_BODY)):
                body = _BODY[:end]
                sent = STREAM_HEAD + http_chunk(body) if end % 2 else until_closed + body
                server.steps[:] = [cut_first(sent, end)]
                before = len(server.received)
                assert await STREAM.run(client) == STREAM.expected, end
                requests = server.received[before:]
                assert len({request.header("idempotency-key") for request in requests}) == 1, end
                assert len(requests) == 2, end


@pytest.mark.anyio
async def test_a_stream_cut_within_its_headers_is_retried(mode: Mode) -> None:
    with Server([]) as server:
        async with make_client(mode, server.url, retry=MANY_RETRIES) as client:
            for end in range(len(STREAM_HEAD)):
                server.steps[:] = [cut_first(STREAM_HEAD[:end], end)]
                assert await STREAM.run(client) == STREAM.expected, end
