"""Requests as a server receives them."""

from __future__ import annotations

import json
from uuid import UUID

import httpx
import pytest

import julep
from julep._settings.config import USER_AGENT
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.resources import HELLO
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    Server,
    chat_event,
    respond_created,
    respond_error,
    respond_json,
    respond_stream,
)
from tests.sdk.transport.helpers.support import assert_ours, users_client

pytestmark = pytest.mark.anyio

NO_USERS = respond_json({"items": list[str]()})


async def test_a_get_has_no_body_and_no_idempotency_key(mode: Mode) -> None:
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url + "/some/api/", api_key="secret") as client:
            await client.sessions.get(SESSION["id"])
    [request] = server.received
    assert request.method == "GET"
    assert request.target == f"/some/api/sessions/{SESSION['id']}"
    assert request.body == b""
    assert request.header("authorization") == "Bearer secret"
    assert request.header("user-agent") == USER_AGENT
    assert request.header("accept") == "application/json"
    assert request.header("host") == f"127.0.0.1:{server.port}"
    for name in ("content-type", "content-length", "idempotency-key", "prefer"):
        assert request.header(name) is None


async def test_a_create_sends_only_the_given_fields(mode: Mode) -> None:
    with Server([respond_created()]) as server:
        async with make_client(mode, server.url) as client:
            await client.users.create(name="Grace ☃", about="", metadata={"a": [1, None]})
    [request] = server.received
    assert (request.method, request.target) == ("POST", "/users")
    given = {"name": "Grace ☃", "about": "", "metadata": {"a": [1, None]}}
    assert json.loads(request.body) == given
    assert request.header("content-type") == "application/json"
    assert request.header("content-length") == str(len(request.body))
    assert request.header("prefer") == "return=representation"
    assert request.header("authorization") is None
    assert UUID(str(request.header("idempotency-key"))).version == 4


async def test_a_query_has_the_given_parameters(mode: Mode) -> None:
    with Server([NO_USERS]) as server:
        async with make_client(mode, server.url) as client:
            await client.users.list()
            await client.users.list(limit=3, metadata_filter={"a b": "c&d=é"})
    plain, filtered = server.received
    assert not httpx.URL(plain.target).params.keys() & {"sort_by", "order", "metadata_filter"}
    params = httpx.URL(filtered.target).params
    assert params["limit"] == "3"
    assert json.loads(params["metadata_filter"]) == {"a b": "c&d=é"}


async def test_a_chat_sends_only_the_settings_that_were_given(mode: Mode) -> None:
    with Server([respond_stream(chat_event("Hi", "stop"), DONE)]) as server:
        async with (
            make_client(mode, server.url) as client,
            await client.sessions.chat(SESSION["id"], HELLO, stream=True) as events,
        ):
            assert [event.text async for event in events] == ["Hi"]
    [request] = server.received
    assert request.header("accept") == "text/event-stream"
    assert json.loads(request.body) == {"messages": HELLO, "stream": True}


async def test_all_attempts_of_a_call_have_the_same_idempotency_key(mode: Mode) -> None:
    steps = [respond_error(503), respond_error(500), respond_created(), respond_created()]
    with Server(steps) as server:
        async with make_client(mode, server.url) as client:
            await client.users.create(name="Grace", about="")
            await client.users.create(name="Grace", about="")
    *attempts, other = (request.header("idempotency-key") for request in server.received)
    assert len(attempts) == 3
    assert len(set(attempts)) == 1
    assert other not in attempts


async def test_headers_of_the_client_are_sent_with_every_request(mode: Mode) -> None:
    headers = {"X-Team": "blue", "User-Agent": "mine"}
    with Server([respond_json(SESSION), respond_created()]) as server:
        async with make_client(mode, server.url, headers=headers) as client:
            await client.sessions.get(SESSION["id"])
            await client.users.create(name="Grace", about="")
    for request in server.received:
        assert request.header("x-team") == "blue"
        assert request.header("user-agent") == "mine"


@pytest.mark.parametrize("transport", ["sockets", "httpx"])
async def test_no_cookies_are_kept(
    mode: Mode, transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients that `with_options` returns share connections, and may have other keys."""
    monkeypatch.setenv("JULEP_TRANSPORT", transport)
    with Server([respond_json(SESSION, headers={"set-cookie": "id=1; path=/"})]) as server:
        async with make_client(mode, server.url) as client:
            for _ in range(2):
                await client.sessions.get(SESSION["id"])
    assert [request.header("cookie") for request in server.received] == [None, None]


async def test_the_users_client_of_httpx_is_used_and_not_closed(mode: Mode) -> None:
    async with users_client(mode, headers={"X-Own": "yes"}) as own:
        with Server([respond_json(SESSION)]) as server:
            async with make_client(mode, server.url, http_client=own) as client:
                await client.sessions.get(SESSION["id"])
        assert not own.is_closed
    assert server.received[0].header("x-own") == "yes"


async def test_redirects_of_the_users_client_do_not_send_the_key(
    mode: Mode,
) -> None:
    async with users_client(mode, follow_redirects=True) as own:
        with (
            Server([respond_json(SESSION)]) as other,
            Server([respond_json({}, 307, {"location": f"{other.url}/there"})]) as server,
        ):
            async with make_client(mode, server.url, http_client=own, api_key="secret") as client:
                assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]
    assert server.received[0].header("authorization") == "Bearer secret"
    assert other.received[0].header("authorization") is None


async def test_a_redirect_loop_is_followed_five_times(mode: Mode) -> None:
    with Server([respond_json({}, 307, {"location": "/again"})]) as server:
        async with make_client(mode, server.url, max_retries=0) as client:
            with pytest.raises(julep.ApiError, match="redirected to /again") as caught:
                await client.sessions.get(SESSION["id"])
    assert_ours(caught.value)
    assert caught.value.status_code == 307
    assert len(server.received) == 6


async def test_a_mock_transport_of_httpx(mode: Mode) -> None:
    """As in tests of users' own programs."""
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=SESSION))
    async with (
        users_client(mode, transport=transport) as own,
        make_client(mode, "http://julep.test", http_client=own) as client,
    ):
        assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]


async def test_a_stream_of_a_mock_transport(mode: Mode) -> None:
    kind = {"content-type": "text/event-stream"}
    transport = httpx.MockTransport(
        lambda request: httpx.Response(200, headers=kind, content=chat_event("Hi", "stop") + DONE)
    )
    async with (
        users_client(mode, transport=transport) as own,
        make_client(mode, "http://julep.test", http_client=own) as client,
    ):
        events = await client.sessions.chat(SESSION["id"], HELLO, stream=True)
        assert (await events.get_final_response()).text == "Hi"


async def test_a_query_too_long_for_a_url_raises(mode: Mode) -> None:
    with Server([NO_USERS]) as server:
        async with make_client(mode, server.url) as client:
            with pytest.raises(julep.InvalidArgumentError):
                await client.users.list(metadata_filter={"key": "x" * 70_000})
    assert server.received == []
