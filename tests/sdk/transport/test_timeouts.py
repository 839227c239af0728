"""Timeouts of a silent server."""

from __future__ import annotations

import asyncio
import time

import pytest

import julep
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.waiting import HANG, PATIENT, at_any_scale, cancel_when
from tests.sdk.transport.helpers.scripted_server import (
    SESSION,
    Exchange,
    Server,
    Step,
    respond_json,
    stall_after,
)
from tests.sdk.transport.helpers.support import assert_ours, users_client

pytestmark = pytest.mark.anyio

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n"

STALLS = {
    "before the head": stall_after(),
    "within the head": stall_after(HEAD[:-5]),
    "after the head": stall_after(HEAD),
    "within the body": stall_after(HEAD + b"{"),
}


@pytest.mark.parametrize("step", STALLS.values(), ids=STALLS.keys())
async def test_the_total_timeout_of_a_silent_server(mode: Mode, step: Step) -> None:
    with Server([step]) as server:
        async with make_client(mode, server.url, timeout=0.2) as client:
            started = time.monotonic()
            with pytest.raises(julep.RequestTimeoutError, match=r"within 0\.2 s") as caught:
                await client.sessions.get(SESSION["id"])
            assert 0.15 < time.monotonic() - started < HANG
            # On a machine that stalls the first request may not have been sent.
            server.steps[:] = [respond_json(SESSION)]
            patient = client.with_options(timeout=PATIENT)
            assert (await patient.sessions.get(SESSION["id"])).id == SESSION["id"]
    assert_ours(caught.value)
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.attempts == 1


async def test_a_slow_response_without_a_timeout(mode: Mode) -> None:
    async def answer_late(exchange: Exchange) -> bool:
        await asyncio.sleep(0.3)
        return await respond_json(SESSION)(exchange)

    # The timeout of the httpx client does not count, but ours.
    async with users_client(mode, timeout=0.05) as own:
        with Server([answer_late]) as server:
            async with make_client(mode, server.url, timeout=None, http_client=own) as client:
                assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]


@at_any_scale
async def test_the_total_timeout_while_connecting(
    scale: float, mode: Mode, full_backlog_url: str
) -> None:
    async with make_client(mode, full_backlog_url, timeout=0.2 * scale) as client:
        with pytest.raises(julep.RequestTimeoutError, match="connect") as caught:
            await client.sessions.get(SESSION["id"])
    assert_ours(caught.value)


async def test_the_connect_timeout(mode: Mode, full_backlog_url: str) -> None:
    timeout = julep.Timeout(connect=0.2, total=60)
    async with make_client(mode, full_backlog_url, timeout=timeout, max_retries=1) as client:
        with pytest.raises(julep.RequestTimeoutError, match=r"within 0\.2 s \(connect") as caught:
            await client.sessions.get(SESSION["id"])
    assert_ours(caught.value)
    assert caught.value.phase == "connect"
    assert caught.value.attempts == 2


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
@pytest.mark.parametrize("step", STALLS.values(), ids=STALLS.keys())
async def test_cancelling_a_call(mode: Mode, step: Step) -> None:
    with Server([step, respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            await cancel_when(lambda: bool(server.received), client.sessions.get, SESSION["id"])
            assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]
    assert len(server.received) == 2
