"""Servers that no connection can be had to."""

from __future__ import annotations

import anyio
import pytest

import julep
from tests.sdk.faults.helpers.checks import QUICK
from tests.sdk.faults.helpers.fault import ALL, CHAT, GET, STEPS, STREAM, Ask, Limits
from tests.sdk.faults.helpers.steps import FaultServer, until
from tests.sdk.helpers.modes import Colour, client_of
from tests.sdk.transport.helpers.scripted_server import Server, Step, raw, reset_after, stall_after
from tests.sdk.transport.helpers.support import assert_ours
from tests.sdk.transport.test_secrets import CANARY, everything_of

pytestmark = pytest.mark.anyio

ASKS = {"a get": GET, "a chat": CHAT, "a stream": STREAM}


async def failed(colour: Colour, url: str, ask: Ask, limits: Limits = 30.0) -> julep.NetworkError:
    """The call has to fail, without a connection."""
    settings = {"api_key": CANARY, "retry": QUICK, "timeout": limits}
    async with client_of(colour, url, **settings) as client:
        with anyio.fail_after(20), pytest.raises(julep.NetworkError) as caught:
            await ask.run(client)
    error = caught.value
    assert_ours(error)
    assert ask.method in str(error)
    assert ask.path in str(error)
    assert CANARY not in everything_of(error) + error.as_curl()
    assert not isinstance(error, julep.StreamInterruptedError)
    return error


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS.keys())
async def test_a_port_where_nobody_listens(colour: Colour, ask: Ask) -> None:
    with Server([ask.good]) as gone:
        pass
    error = await failed(colour, gone.url, ask)
    assert not isinstance(error, julep.RequestTimeoutError)
    assert error.attempts == 2


@pytest.mark.parametrize(
    ("limits", "phase", "attempts"), [(STEPS, "connect", 2), (ALL, "total", 1)]
)
async def test_a_port_where_nobody_picks_up(
    colour: Colour, deaf: str, limits: Limits, phase: str, attempts: int
) -> None:
    error = await failed(colour, deaf, GET, limits)
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
async def test_a_handshake_of_tls_that_fails(colour: Colour, step: Step) -> None:
    with FaultServer([], greetings=[step]) as server:
        url = server.url.replace("http", "https")
        error = await failed(colour, url, GET)
        assert not isinstance(error, julep.RequestTimeoutError)
        assert error.attempts == 2
        await until(lambda: not server.open)


@pytest.mark.parametrize("sent", [b"", b"\x16\x03\x03\x00\x7a\x02\x00"], ids=["nothing", "a part"])
@pytest.mark.parametrize(("limits", "attempts"), [(STEPS, 2), (ALL, 1)], ids=["steps", "all"])
async def test_a_handshake_of_tls_that_stalls(
    colour: Colour, sent: bytes, limits: Limits, attempts: int
) -> None:
    with FaultServer([], greetings=[stall_after(sent)]) as server:
        error = await failed(colour, server.url.replace("http", "https"), GET, limits)
        assert isinstance(error, julep.RequestTimeoutError)
        assert error.phase == ("total" if attempts == 1 else "connect")
        assert error.attempts == attempts
        await until(lambda: not server.open)
