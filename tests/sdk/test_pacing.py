"""Pacing of many calls by the rate limits that a server states."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import julep
from julep._calls import pacing
from julep._calls.pacing import Lane, Policy, parse_policies
from julep_server import LocalServer
from tests.sdk.helpers.modes import Mode, make_client, unwrapped
from tests.sdk.transport.helpers.scripted_server import SESSION, Server, respond_error

pytestmark = pytest.mark.anyio

RATE = {"ratelimit-policy": '"requests";q=4;w=2', "ratelimit": '"requests";r=3;t=1'}
CHATS = {
    "ratelimit-policy": '"requests";q=4;w=2, "chats";q=2;qu="concurrent-requests"',
    "ratelimit": '"requests";r=4;t=0, "chats";r=0',
}


# Against the server.


async def test_calls_above_a_tenants_rate_wait_for_their_turn(mode: Mode) -> None:
    """Retries alone don't suffice: all would be sent again together, a second later.

    That second is the shortest that Retry-After can state, and most of the test's time.
    """
    refused: list[object] = []
    hooks = julep.Hooks(on_retry=refused.append)
    with LocalServer(tenant_rate=40, tenant_burst=1) as server:
        async with make_client(mode, server.url, max_retries=1, hooks=hooks) as client:
            create = partial(unwrapped(client).users.create, about="")
            calls = [partial(create, name=str(number)) for number in range(24)]
            users = await client.gather(calls, limit=10)
    assert [user.name for user in users] == [str(number) for number in range(24)]
    assert 0 < len(refused) < 24


async def test_chats_above_a_tenants_number_wait_for_each_other(mode: Mode) -> None:
    with LocalServer(tenant_chats=2) as server:
        async with make_client(mode, server.url, max_retries=1) as client:
            agent = await client.agents.create(name="Ada")
            sessions = [await client.sessions.create(agent_id=agent.id) for _ in range(12)]
            messages: Any = [{"role": "user", "content": "Hello"}]
            chat = unwrapped(client).sessions.chat
            calls = [partial(chat, session.id, messages=messages) for session in sessions]
            answers: Any = await client.gather(calls, limit=12)
    assert len({answer.id for answer in answers}) == 12


# What others send.


async def test_a_server_that_refuses_everything_ends_the_calls(mode: Mode) -> None:
    with Server([respond_error(429, {"retry-after": "0", **RATE})] * 50) as server:
        async with make_client(mode, server.url, max_retries=1) as client:
            get = partial(unwrapped(client).sessions.get, SESSION["id"])
            with pytest.raises(julep.RateLimitError):
                await client.gather([get] * 2, limit=1)


async def test_without_retries_a_call_that_is_refused_is_an_error(mode: Mode) -> None:
    with LocalServer(tenant_rate=0.001, tenant_burst=1) as server:
        async with make_client(mode, server.url, max_retries=0) as client:
            call = unwrapped(client).users.list
            results: Any = await client.gather(
                [partial(call, limit=1)] * 3, limit=1, on_error="collect"
            )
    assert [type(result) for result in results[1:]] == [julep.RateLimitError] * 2


@pytest.mark.once
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (None, None)),
        (RATE, (Policy(4, 2, 3), None)),
        (CHATS, (Policy(4, 2, 4), Policy(2, 0, 0))),
        ({"ratelimit-policy": '"a";w=60;q=100;pk=:eA==:'}, (Policy(100, 60, None), None)),
        # A quota of bytes or of tokens is no rate of requests.
        ({"ratelimit-policy": '"a";q=9;w=1;qu="content-bytes"'}, (None, None)),
        ({"ratelimit-policy": '"a";q=9;w=1;qu="tokens", "b";q=2;w=1'}, (Policy(2, 1, None), None)),
        ({"ratelimit-policy": "100;w=60"}, (None, None)),
        ({"ratelimit-policy": '"a";q=0;w=1'}, (None, None)),
        ({"ratelimit-policy": '"a";q=-1;w=1'}, (None, None)),
        ({"ratelimit-policy": '"a";q=x;w=1, "'}, (None, None)),
        ({"ratelimit-policy": '"a"' * 10_000}, (None, None)),
    ],
)
def test_the_headers_are_read_leniently(headers: dict[str, str], expected: object) -> None:
    assert parse_policies(headers) == expected


# The lane, by a clock of its own.


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    now = 100.0

    def advance(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr(pacing, "monotonic", lambda: now)
    return advance


def exchange(lane: Lane, headers: dict[str, str], operation: str = "GetUser") -> None:
    assert lane.begin() == 0
    lane.end(operation)
    lane.observe(200, headers)


@pytest.mark.once
def test_requests_are_spread_over_the_window(pass_time: Callable[[float], None]) -> None:
    lane = Lane()
    assert [lane.begin() for _ in range(3)] == [0, 0, 0]
    for _ in range(3):
        lane.end("GetUser")
    lane.observe(200, RATE)
    # Three are left, then one each half a second, in turn.
    assert [lane.begin() for _ in range(6)] == [0, 0, 0, 0.5, 1.0, 1.5]
    pass_time(1.5)
    assert lane.begin() == 0.5
    pass_time(60)
    assert [lane.begin() for _ in range(6)] == [0, 0, 0, 0, 0.5, 1.0]


@pytest.mark.once
def test_what_is_under_way_is_not_counted_by_the_server_yet(
    pass_time: Callable[[float], None],
) -> None:
    lane = Lane()
    for _ in range(3):
        assert lane.begin() == 0
    lane.end("GetUser")
    lane.observe(200, RATE)
    assert [lane.begin() for _ in range(2)] == [0, 0.5]
    pass_time(0)


@pytest.mark.once
def test_a_window_of_days_is_not_waited_for() -> None:
    lane = Lane()
    day = {"ratelimit-policy": '"requests";q=1;w=86400', "ratelimit": '"requests";r=0;t=9'}
    exchange(lane, day)
    assert lane.begin() == 0


@pytest.mark.once
def test_chats_wait_for_a_place() -> None:
    lane = Lane()
    assert [lane.chat_delay("Chat") for _ in range(3)] == [0, 0, 0]
    exchange(lane, CHATS, "Chat")
    assert lane.chat_delay("Chat") > 0
    # Other requests don't.
    assert lane.chat_delay("GetUser") == 0
    lane.begin()
    lane.end("Chat")
    assert lane.chat_delay("Chat") == 0
    assert lane.chat_delay("Chat") > 0
