"""Servers to which no connection can be opened."""

from __future__ import annotations

import anyio
import pytest

import julep
from tests.helpers.ports import closed_port
from tests.sdk.faults.helpers.checks import QUICK_RETRY
from tests.sdk.faults.helpers.fault import (
    CHAT,
    GET,
    LONG_TIMEOUT,
    STREAM,
    TOTAL_TIMEOUT,
    Call,
    TimeoutOption,
    only,
)
from tests.sdk.faults.helpers.steps import FaultServer
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.waiting import HANG, wait_until
from tests.sdk.transport.helpers.scripted_server import Step, raw, reset_after, stall_after
from tests.sdk.transport.helpers.secrets import CANARY, everything_of
from tests.sdk.transport.helpers.support import assert_ours

pytestmark = pytest.mark.anyio

CALLS = {"a get": GET, "a chat": CHAT, "a stream": STREAM}


async def failed(
    mode: Mode, url: str, call: Call, option: TimeoutOption = LONG_TIMEOUT
) -> julep.NetworkError:
    """Make a call, and check that it fails without a connection."""
    settings = {"api_key": CANARY, "retry": QUICK_RETRY, "timeout": option}
    async with make_client(mode, url, **settings) as client:
        with anyio.fail_after(HANG), pytest.raises(julep.NetworkError) as caught:
            await call.run(client)
    error = caught.value
    assert_ours(error)
    assert call.method in str(error)
    assert call.path in str(error)
    assert CANARY not in everything_of(error) + error.as_curl()
    assert not isinstance(error, julep.StreamInterruptedError)
    return error


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
async def test_a_closed_port(mode: Mode, call: Call) -> None:
    with closed_port() as port:
        error = await failed(mode, f"http://127.0.0.1:{port}", call)
    assert not isinstance(error, julep.RequestTimeoutError)
    assert error.attempts == 2


@pytest.mark.parametrize(
    ("option", "phase", "attempts"), [(only("connect"), "connect", 2), (TOTAL_TIMEOUT, "total", 1)]
)
async def test_a_port_with_a_full_backlog(
    mode: Mode, full_backlog_url: str, option: TimeoutOption, phase: str, attempts: int
) -> None:
    error = await failed(mode, full_backlog_url, GET, option)
    assert isinstance(error, julep.RequestTimeoutError)
    assert (error.phase, error.attempts) == (phase, attempts)


NO_TLS: dict[str, Step] = {
    "plain HTTP": raw(b"HTTP/1.1 400 Bad\r\ncontent-length: 0\r\n\r\n"),
    "garbage": raw(bytes(range(256))),
    "an alert": raw(b"\x15\x03\x01\x00\x02\x02\x28"),
    "closed": raw(b""),
    "reset": reset_after(),
    "cut": raw(b"\x16\x03\x03\x00\x7a\x02\x00"),
}


@pytest.mark.parametrize("step", NO_TLS.values(), ids=NO_TLS.keys())
async def test_a_tls_handshake_that_fails(mode: Mode, step: Step) -> None:
    with FaultServer([], on_connect=[step]) as server:
        url = server.url.replace("http", "https")
        error = await failed(mode, url, GET)
        assert not isinstance(error, julep.RequestTimeoutError)
        assert error.attempts == 2
        await wait_until(lambda: not server.open_connections)


@pytest.mark.parametrize("sent", [b"", b"\x16\x03\x03\x00\x7a\x02\x00"], ids=["nothing", "a part"])
@pytest.mark.parametrize(
    ("option", "attempts"), [(only("connect"), 2), (TOTAL_TIMEOUT, 1)], ids=["connect", "total"]
)
async def test_a_tls_handshake_that_stalls(
    mode: Mode, sent: bytes, option: TimeoutOption, attempts: int
) -> None:
    with FaultServer([], on_connect=[stall_after(sent)]) as server:
        error = await failed(mode, server.url.replace("http", "https"), GET, option)
        assert isinstance(error, julep.RequestTimeoutError)
        assert error.phase == ("total" if attempts == 1 else "connect")
        assert error.attempts == attempts
        await wait_until(lambda: not server.open_connections)
