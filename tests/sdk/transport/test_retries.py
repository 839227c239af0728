"""Which failures are retried, how often, and after which delays."""

from __future__ import annotations

import asyncio
import gc
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

import julep
from julep import AsyncClient
from julep._http.messages import Response
from julep._http.retry_after import retry_after
from julep._settings.retry import RetryPolicy
from julep_server import LocalServer
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.resources import HELLO, new_session
from tests.sdk.transport.helpers.scripted_server import (
    SESSION,
    Exchange,
    Server,
    Step,
    raw,
    reset_after,
    respond,
    respond_created,
    respond_error,
    respond_json,
)
from tests.sdk.transport.helpers.support import assert_ours

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\ncontent-type: application/json\r\n\r\n"

PASSING = {
    "reset before the response": reset_after(),
    "closed before the response": raw(b""),
    "reset within the head": reset_after(b"HTTP/1.1 200 OK\r\ncont"),
    "closed within the head": raw(b"HTTP/1.1 200 OK\r\ncont"),
    "reset within the body": reset_after(HEAD + b'{"id": "'),
    "closed within the body": raw(HEAD + b'{"id": "'),
    "closed within a chunked body": raw(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"
    ),
    "not HTTP": raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    **{str(status): respond_error(status) for status in (408, 429, 500, 502, 503, 504)},
    "429 with Retry-After": respond_error(429, {"retry-after": "0"}),
    "409 with Retry-After": respond_error(409, {"retry-after": "0"}),
    "503 with Retry-After as a date": respond_error(
        503, {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}
    ),
}

LASTING = {
    **{str(status): respond_error(status) for status in (400, 401, 403, 404, 409, 410, 422, 501)},
    "404 with Retry-After": respond_error(404, {"retry-after": "0"}),
    "503 with Retry-After of an hour": respond_error(503, {"retry-after": "3600"}),
    "not JSON": respond_json(None),
    "lying gzip": respond(200, b"no gzip", {"content-encoding": "gzip"}),
}


async def failed(client: AsyncClient) -> julep.ApiError | julep.NetworkError:
    """Get a session, and return the error."""
    try:
        await client.sessions.get(SESSION["id"])
    except (julep.ApiError, julep.NetworkError) as error:
        return error
    raise AssertionError("it did not fail")


@pytest.mark.anyio
@pytest.mark.parametrize("step", PASSING.values(), ids=PASSING.keys())
async def test_a_transient_failure_is_retried(mode: Mode, step: Step) -> None:
    with Server([step, step, respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]
    assert len(server.received) == 3


@pytest.mark.anyio
@pytest.mark.parametrize("step", PASSING.values(), ids=PASSING.keys())
async def test_a_persistent_failure_has_its_attempts(mode: Mode, step: Step) -> None:
    with Server([step]) as server:
        async with make_client(mode, server.url, max_retries=1) as client:
            error = await failed(client)
    assert_ours(error)
    assert error.attempts == 2
    assert len(server.received) == 2
    assert f"/sessions/{SESSION['id']}" in str(error)


@pytest.mark.anyio
@pytest.mark.parametrize("step", PASSING.values(), ids=PASSING.keys())
async def test_one_attempt_without_retries(mode: Mode, step: Step) -> None:
    with Server([step, respond_json(SESSION)]) as server:
        async with make_client(mode, server.url, max_retries=0) as client:
            error = await failed(client)
            # Nothing of it is left to the garbage collector, about which trio would warn.
            gc.collect()
            # The client is usable in every case.
            assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]
    assert error.attempts == 1
    assert len(server.received) == 2


@pytest.mark.anyio
@pytest.mark.parametrize("step", LASTING.values(), ids=LASTING.keys())
async def test_a_permanent_failure_is_not_retried(mode: Mode, step: Step) -> None:
    with Server([step, respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            with pytest.raises(julep.ApiError) as caught:
                await client.sessions.get(SESSION["id"])
    assert_ours(caught.value)
    assert caught.value.attempts == 1
    assert len(server.received) == 1


@pytest.mark.anyio
async def test_a_server_that_starts_later_is_found(mode: Mode) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        async with make_client(mode, url, max_retries=1) as client:
            with pytest.raises(julep.NetworkError) as caught:
                await client.sessions.get(SESSION["id"])
            assert_ours(caught.value)
            assert caught.value.attempts == 2
            with Server([respond_json(SESSION)], bound=bound):
                assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]


@pytest.mark.anyio
async def test_a_stale_connection_is_replaced(mode: Mode) -> None:
    async def answer_once_and_leave(exchange: Exchange) -> bool:
        await respond_json(SESSION)(exchange)
        return False

    with Server([answer_once_and_leave]) as server:
        async with make_client(mode, server.url) as client:
            for _ in range(5):
                assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]
    assert server.connections >= 5


@pytest.mark.anyio
async def test_a_chat_whose_response_is_lost_is_recorded_once(
    mode: Mode, server: LocalServer
) -> None:
    target = urlsplit(server.url)
    lost: list[bytes] = []

    async def lose_a_chat_s_answers(exchange: Exchange) -> bool:
        """Forward the request to the real server, but drop two responses to chats."""
        request = exchange.request
        reader, writer = await asyncio.open_connection(target.hostname, target.port)
        lines = [f"{request.method} {request.target} HTTP/1.1", "connection: close"]
        lines += [f"{k}: {v}" for k, v in request.headers if k.lower() != "connection"]
        writer.write("\r\n".join([*lines, "", ""]).encode() + request.body)
        reply = await reader.read()
        writer.close()
        await writer.wait_closed()
        if request.target.endswith("/chat") and len(lost) < 2:
            lost.append(reply)
            exchange.reset()
        else:
            await exchange.write(reply)
        return False

    with Server([lose_a_chat_s_answers]) as proxy:
        async with make_client(mode, proxy.url + "/api") as client:
            session = await new_session(client)
            reply = await client.sessions.chat(session.id, HELLO)
            history = await client.sessions.history(session.id)
    assert len(lost) == 2
    assert all(b"200 OK" in response for response in lost)
    assert [message.role.value for message in history] == ["user", "assistant"]
    assert reply.text in str(history[1].content)


@given(st.integers(1, 40), st.integers(0, 40))
def test_our_own_delays_grow_and_stay_below_the_maximum(attempts: int, retries: int) -> None:
    policy = RetryPolicy(max_retries=retries)
    delay = policy.next_delay(Response(503, {}, b""), attempts)
    if attempts > retries:
        assert delay is None
    else:
        assert delay is not None
        assert 0 <= delay <= min(policy.max_delay, 0.5 * 2 ** (attempts - 1))


def test_our_own_delays_have_jitter() -> None:
    delays = {RetryPolicy(9).next_delay(Response(503, {}, b""), 4) for _ in range(50)}
    assert len(delays) > 40


@given(st.integers(0, 10_000))
def test_the_servers_delay_is_kept_or_ends_the_call(seconds: int) -> None:
    delay = RetryPolicy().next_delay(Response(429, {"retry-after": str(seconds)}, b""), 1)
    assert delay == (seconds if seconds <= RetryPolicy().max_retry_after else None)


@given(st.integers(-100, 100_000))
def test_retry_after_as_a_date(seconds: int) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    header = format_datetime(moment, usegmt=True)
    found = retry_after(Response(429, {"retry-after": header}, b""))
    assert found is not None
    assert max(0, seconds) - 5 <= found <= max(0, seconds) + 1


DATE_PIECES = st.sampled_from(
    [
        "Wed,",
        "21",
        "Oct",
        "0001",
        "9999",
        "2015",
        "07:28:00",
        "7",
        ":",
        "+2359",
        "-2400",
        "GMT",
        "+",
    ]
)


@given(st.text() | st.lists(DATE_PIECES, max_size=9).map(" ".join))
def test_an_invalid_retry_after_is_ignored(header: str) -> None:
    found = retry_after(Response(429, {"retry-after": header}, b""))
    assert found is None or found >= 0


@pytest.mark.anyio
@pytest.mark.parametrize(("header", "seconds"), [("7200", 7200.0), ("soon", None), (None, None)])
async def test_an_error_has_retry_after(
    mode: Mode, header: str | None, seconds: float | None
) -> None:
    headers = {} if header is None else {"retry-after": header}
    with Server([respond_error(429, headers), respond_created()]) as server:
        async with make_client(mode, server.url, max_retries=0) as client:
            with pytest.raises(julep.RateLimitError) as caught:
                await client.users.create(name="Grace", about="")
    assert caught.value.retry_after == seconds
