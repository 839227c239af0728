"""Hooks: functions that are called for every attempt of a call."""

from __future__ import annotations

import pytest

import julep
from julep import AsyncClient, Hooks, RequestEvent, ResponseEvent, RetryEvent, RetryPolicy
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.resources import HELLO
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    Server,
    chat_event,
    reset_after,
    respond_error,
    respond_json,
    respond_stream,
)
from tests.sdk.transport.helpers.secrets import CANARY

pytestmark = pytest.mark.anyio


Event = RequestEvent | ResponseEvent | RetryEvent

AT_ONCE = RetryPolicy(initial_delay=0.001)


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def hooks(events: list[Event]) -> Hooks:
    return Hooks(on_request=events.append, on_response=events.append, on_retry=events.append)


async def test_every_attempt_is_reported(mode: Mode, hooks: Hooks, events: list[Event]) -> None:
    with Server([reset_after(), respond_error(503), respond_json(SESSION)]) as server:
        async with make_client(mode, server.url, hooks=hooks, retry=AT_ONCE) as client:
            await client.sessions.get(SESSION["id"])
    first, lost, second, refused, refused_again, third, response = events
    url = f"{server.url}/sessions/{SESSION['id']}"
    for number, event in enumerate((first, second, third), 1):
        assert isinstance(event, RequestEvent)
        assert (event.method, event.url, event.attempt) == ("GET", url, number)
        assert event.headers["accept"] == "application/json"

    assert isinstance(lost, RetryEvent)
    assert (lost.method, lost.url, lost.attempt) == ("GET", url, 1)
    assert 0 <= lost.delay <= 0.001
    assert isinstance(lost.error, julep.NetworkError)

    assert isinstance(refused, ResponseEvent)
    assert (refused.method, refused.url, refused.attempt) == ("GET", url, 2)
    assert (refused.status_code, refused.request_id) == (503, "req-1")
    assert refused.headers["x-request-id"] == "req-1"
    assert 0 < refused.elapsed < 60
    assert isinstance(refused_again, RetryEvent)
    assert isinstance(refused_again.error, julep.ServerError)
    assert refused_again.attempt == 2

    assert isinstance(response, ResponseEvent)
    assert (response.status_code, response.request_id, response.attempt) == (200, None, 3)


async def test_an_error_response_is_reported(mode: Mode, hooks: Hooks, events: list[Event]) -> None:
    with Server([respond_error(404)]) as server:
        async with make_client(mode, server.url, hooks=hooks) as client:
            with pytest.raises(julep.NotFoundError):
                await client.sessions.get(SESSION["id"])
    _, response = events
    assert isinstance(response, ResponseEvent)
    assert response.status_code == 404


async def test_a_stream_is_reported_when_it_begins(
    mode: Mode, hooks: Hooks, events: list[Event]
) -> None:
    with Server([respond_stream(chat_event("Hi", "stop"), DONE)]) as server:
        async with make_client(mode, server.url, hooks=hooks) as client:
            response = await client.sessions.chat(SESSION["id"], HELLO, stream=True)
            assert [type(event) for event in events] == [RequestEvent, ResponseEvent]
            await response.get_final_response()
    assert len(events) == 2


async def test_no_event_holds_a_secret(mode: Mode, hooks: Hooks, events: list[Event]) -> None:
    secrets = {
        "api_key": CANARY,
        "headers": {"x-other-key": CANARY, "cookie": CANARY},
        "query": {"access_token": CANARY, "limit": "3"},
    }
    steps = [reset_after(), respond_error(503, {"set-cookie": CANARY}), respond_json(SESSION)]
    with Server(steps) as server:
        async with make_client(mode, server.url, hooks=hooks, retry=AT_ONCE, **secrets) as client:
            await client.sessions.get(SESSION["id"])
    assert len(events) == 7
    assert CANARY not in repr(events)
    assert CANARY not in "".join(str(e.error) for e in events if isinstance(e, RetryEvent))
    assert all(event.url.endswith("?access_token=[hidden]&limit=3") for event in events)
    assert [CANARY in request.target for request in server.received] == [True] * 3


@pytest.mark.parametrize("hook", vars(Hooks()))
async def test_an_error_of_a_hook_ends_the_call(mode: Mode, hook: str) -> None:
    def fail(event: object) -> None:
        raise LookupError(hook)

    hooks = Hooks(**{hook: fail})
    with Server([respond_error(503), respond_json(SESSION)]) as server:
        async with make_client(mode, server.url, hooks=hooks, retry=AT_ONCE) as client:
            with pytest.raises(LookupError, match=hook):
                await client.sessions.get(SESSION["id"])
            assert (await plain(client).sessions.get(SESSION["id"])).id == SESSION["id"]


def plain(client: AsyncClient) -> AsyncClient:
    return client.with_options(hooks=Hooks())


@pytest.mark.parametrize("hooks", [print, {"on_request": print}, Hooks(on_request="x")])  # type: ignore[arg-type]  # invalid types are tested
def test_an_invalid_hook_raises(hooks: object) -> None:
    with pytest.raises(julep.ConfigurationError, match="hooks"):
        julep.Client(hooks=hooks)  # type: ignore[arg-type]  # the same


def test_an_async_function_is_not_a_hook() -> None:
    async def hear(event: object) -> None:
        """Do nothing."""

    with pytest.raises(julep.ConfigurationError, match="on_retry"):
        julep.Client(hooks=Hooks(on_retry=hear))
