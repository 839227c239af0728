"""Options of a client, of the one that `with_options` returns, and of a request."""

from __future__ import annotations

import asyncio
from threading import Event, Thread
from typing import Any

import anyio
import pytest

import julep
from julep import AsyncClient, RetryPolicy, Timeout
from tests.sdk.helpers.modes import Mode, make_client, unwrapped
from tests.sdk.helpers.resources import HELLO
from tests.sdk.helpers.waiting import HANG
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    STREAM_HEAD,
    Exchange,
    ReceivedRequest,
    Server,
    chat_event,
    http_chunk,
    respond_error,
    respond_json,
    respond_stream,
    stall_after,
)
from tests.sdk.transport.helpers.support import assert_ours

pytestmark = pytest.mark.anyio

ID = SESSION["id"]


async def get(client: AsyncClient) -> None:
    assert (await client.sessions.get(ID)).id == ID


async def test_clients_with_other_options_share_the_connections(mode: Mode) -> None:
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            await get(client)
            await get(client.with_options(timeout=5))
            await get(client.with_options(max_retries=0).with_options(headers={"x-a": "b"}))
            await get(client)
    assert server.connections == 1


OPTIONS: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "another key": ({"api_key": "other"}, "authorization", "Bearer other"),
    "a further header": ({"headers": {"X-More": "1"}}, "x-more", "1"),
    "a header in the place of one": ({"headers": {"X-Team": "red"}}, "x-team", "red"),
    "a header beside another": ({"headers": {"X-More": "1"}}, "x-team", "blue"),
    "nothing": ({}, "authorization", "Bearer secret"),
    "a key as a header": ({"headers": {"Authorization": "Basic b"}}, "authorization", "Basic b"),
}


@pytest.mark.parametrize(("options", "name", "value"), OPTIONS.values(), ids=OPTIONS.keys())
async def test_options_change_requests_and_not_the_client(
    mode: Mode, options: dict[str, Any], name: str, value: str | None
) -> None:
    settings: dict[str, Any] = {"api_key": "secret", "headers": {"x-team": "blue"}}
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url, **settings) as client:
            await get(client)
            await get(client.with_options(**options))
            await get(client)
    first, changed, last = server.received
    assert changed.header(name) == value
    assert first.without() == last.without()
    assert first.header("authorization") == "Bearer secret"
    assert first.header("x-team") == "blue"


def targets(received: list[ReceivedRequest]) -> list[str]:
    return [request.target for request in received]


async def test_query_parameters_of_a_client_are_added(mode: Mode) -> None:
    responses = [respond_json({"items": list[str]()}), respond_json(SESSION), respond_json(SESSION)]
    with Server(responses) as server:
        async with make_client(mode, server.url + "/api", query={"tenant": "a&b"}) as client:
            await client.users.list(limit=3, offset=0)
            await get(client)
            await get(client.with_options(query={"trace": "é"}))
    assert targets(server.received) == [
        "/api/users?limit=3&offset=0&tenant=a%26b",
        f"/api/sessions/{ID}?tenant=a%26b",
        f"/api/sessions/{ID}?tenant=a%26b&trace=%C3%A9",
    ]


async def test_headers_of_a_client_are_sent_with_a_stream(mode: Mode) -> None:
    with Server([respond_stream(chat_event("Hi", "stop"), DONE)]) as server:
        async with make_client(mode, server.url, headers={"x-team": "blue"}) as client:
            options = client.with_options(headers={"x-more": "1"}, query={"a": "b"})
            events = await options.sessions.chat(ID, HELLO, stream=True)
            assert (await events.get_final_response()).text == "Hi"
    [request] = server.received
    assert (request.header("x-team"), request.header("x-more")) == ("blue", "1")
    assert request.target == f"/sessions/{ID}/chat?a=b"
    assert request.header("accept") == "text/event-stream"


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({"max_retries": 0}, 1),
        ({"max_retries": 3}, 4),
        ({"retry": RetryPolicy(max_retries=1)}, 2),
        ({"retry": RetryPolicy(statuses=frozenset())}, 1),
        ({"timeout": 60}, 3),
    ],
)
async def test_retries_of_a_client_with_options(
    mode: Mode, options: dict[str, Any], sent: int
) -> None:
    with Server([respond_error(503)]) as server:
        async with make_client(mode, server.url) as client:
            with pytest.raises(julep.ServerError) as caught:
                await get(client.with_options(**options))
    assert caught.value.attempts == len(server.received) == sent


async def test_a_number_of_retries_keeps_the_rest_of_the_policy(mode: Mode) -> None:
    policy = RetryPolicy(max_retries=0, statuses=frozenset({418}))
    with Server([respond_error(418)]) as server:
        async with make_client(mode, server.url, retry=policy) as client:
            with pytest.raises(julep.ApiError):
                await get(client.with_options(max_retries=2))
    assert len(server.received) == 3


async def test_the_timeout_of_a_client_with_options(mode: Mode) -> None:
    with Server([stall_after()]) as server:
        async with make_client(mode, server.url, timeout=60, max_retries=0) as client:
            with pytest.raises(julep.RequestTimeoutError, match=r"within 0\.1 s"):
                await get(client.with_options(timeout=0.1))
            server.steps[:] = [respond_json(SESSION)]
            await get(client.with_options(timeout=None))


async def test_hooks_of_a_client_with_options(mode: Mode) -> None:
    heard: list[str] = []

    def hooks(name: str) -> julep.Hooks:
        def hear(event: julep.RequestEvent) -> None:
            heard.append(name)

        return julep.Hooks(on_request=hear)

    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url, hooks=hooks("first")) as client:
            await get(client)
            await get(client.with_options(hooks=hooks("second")))
            await get(client.with_options(hooks=julep.Hooks()))
            await get(client.with_options(timeout=5))
    assert heard == ["first", "second", "first"]


async def test_closing_a_client_with_options_leaves_the_connections_open(mode: Mode) -> None:
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            async with client.with_options(timeout=5) as other:
                await get(other)
                further = other.with_options(timeout=6)
            with pytest.raises(julep.ConfigurationError, match="closed"):
                await get(other)
            await get(further)
            await get(client)
    assert server.connections == 1


async def test_closing_a_client_closes_those_with_options(mode: Mode) -> None:
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            other = client.with_options(timeout=5)
            await get(other)
        for closed in (other, other.with_options(timeout=6), client.with_options(timeout=6)):
            with pytest.raises(julep.ConfigurationError, match="this client is closed"):
                await get(closed)
            with pytest.raises(julep.ConfigurationError, match="this client is closed"):
                await closed.sessions.chat(ID, HELLO, stream=True)
        await other.aclose()


async def test_a_client_with_options_outlives_the_reference_to_its_parent(mode: Mode) -> None:
    with Server([respond_json(SESSION)]) as server:
        client = make_client(mode, server.url)
        other = client.with_options(timeout=5)
        await get(other)
        parent, client = client, other
        await get(client)
        await parent.aclose()
    assert server.connections == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout": 0}, "timeout: expected more than 0 seconds"),
        ({"max_retries": -1}, "max_retries: expected a whole number"),
        (
            {"max_retries": 1, "retry": RetryPolicy()},
            "max_retries: expected either max_retries or retry",
        ),
        ({"headers": {"host": "x"}}, "'host' follows from the request"),
        ({"query": {"a": 1}}, "query: expected str names and values"),
        ({"hooks": print}, "hooks: expected a julep.Hooks"),
        ({"api_key": "a\n"}, "api_key"),
    ],
)
async def test_invalid_options_raise(mode: Mode, options: dict[str, Any], message: str) -> None:
    async with make_client(mode, "http://julep.test") as client:
        with pytest.raises(julep.ConfigurationError, match=message):
            client.with_options(**options)


async def test_a_client_with_options_is_of_the_same_kind(mode: Mode) -> None:
    class Ours(julep.Client): ...

    class OursAwaited(AsyncClient): ...

    for kind in (Ours, OursAwaited):
        assert type(kind(base_url="http://julep.test").with_options(timeout=5)) is kind
    async with make_client(mode, "http://julep.test") as client:
        assert type(unwrapped(client.with_options(timeout=5))) is type(unwrapped(client))


async def test_a_client_with_options_creates_no_transport(mode: Mode) -> None:
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            await get(client)
            plain: Any = unwrapped(client)
            transport = plain._connections.transport()
            for seconds in range(1, 100):
                assert plain.with_options(timeout=seconds)._connections.transport() is transport


async def test_a_call_waits_for_a_free_connection(mode: Mode) -> None:
    """The stream holds the only connection until it is read to its end."""
    begun = STREAM_HEAD + http_chunk(chat_event("Hi", "stop"))
    wanted = Event()

    async def end_when_wanted(exchange: Exchange) -> bool:
        await exchange.write(begun)
        await asyncio.to_thread(wanted.wait, HANG)
        await exchange.write(http_chunk(DONE) + http_chunk(b""))
        return True

    with Server([end_when_wanted, respond_json(SESSION)]) as server:
        async with make_client(mode, server.url, max_connections=1) as client:
            events = await client.sessions.chat(ID, HELLO, stream=True)
            with pytest.raises(julep.RequestTimeoutError, match="no free connection") as caught:
                await get(client.with_options(timeout=Timeout(pool=0.1)))
            with pytest.raises(julep.RequestTimeoutError) as in_all:
                await get(client.with_options(timeout=0.1))
            wanted.set()
            assert (await events.get_final_response()).text == "Hi"
            await get(client)
    for error in (caught.value, in_all.value):
        assert_ours(error)
        assert error.attempts == 1
    assert (caught.value.phase, in_all.value.phase) == ("pool", "total")
    assert server.connections == 1


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_tasks_share_few_connections(mode: Mode) -> None:
    with Server([respond_json(SESSION)]) as server:
        async with (
            make_client(mode, server.url, max_connections=2) as client,
            anyio.create_task_group() as group,
        ):
            for _ in range(20):
                group.start_soon(get, client)
    assert len(server.received) == 20
    assert server.connections == 2


def test_threads_share_few_connections() -> None:
    with (
        Server([respond_json(SESSION)]) as server,
        julep.Client(base_url=server.url, max_connections=2) as client,
    ):
        threads = [Thread(target=client.sessions.get, args=(ID,)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.received) == 20
    assert server.connections == 2
