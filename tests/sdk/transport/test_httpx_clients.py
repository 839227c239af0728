"""Users' own clients of httpx and httpx2."""

from __future__ import annotations

import json
from typing import Any

import httpx
import httpx2
import pytest

import julep
from julep import AsyncClient, Timeout
from tests.sdk.helpers.modes import Mode, make_client, unwrapped
from tests.sdk.helpers.resources import HELLO
from tests.sdk.helpers.waiting import PATIENT, at_any_scale
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    STREAM_HEAD,
    Server,
    chat_event,
    http_chunk,
    raw,
    reset_after,
    respond,
    respond_created,
    respond_error,
    respond_json,
    respond_stream,
    stall_after,
)
from tests.sdk.transport.helpers.support import assert_ours, users_client

pytestmark = pytest.mark.anyio

ID = SESSION["id"]


async def get(client: AsyncClient) -> None:
    assert (await client.sessions.get(ID)).id == ID


async def read(client: AsyncClient) -> str:
    events = await client.sessions.chat(ID, HELLO, stream=True)
    return (await events.get_final_response()).text


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> Any:
    return request.param


async def test_a_client_of_httpx_supports_every_call(mode: Mode, library: Any) -> None:
    steps = [
        respond_json(SESSION),
        respond_error(503),
        respond_created(),
        respond_stream(chat_event("Hi", "stop"), DONE),
    ]
    async with users_client(mode, library) as library_client:
        with Server(steps) as server:
            settings = {"http_client": library_client, "api_key": "secret"}
            async with make_client(mode, server.url + "/api", **settings) as client:
                await get(client)
                made = await client.with_raw_response(
                    unwrapped(client).users.create, name="Grace ☃"
                )
                assert (made.status_code, made.attempts) == (201, 2)
                assert await read(client) == "Hi"
            assert not library_client.is_closed
    assert server.connections == 1
    requests = server.received
    assert [request.header("authorization") for request in requests] == ["Bearer secret"] * 4
    assert requests[0].target == f"/api/sessions/{ID}"
    assert json.loads(requests[2].body) == {"name": "Grace ☃"}
    assert requests[1].header("idempotency-key") == requests[2].header("idempotency-key")


HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n"
LOST: dict[str, tuple[Any, type[julep.RequestError]]] = {
    "reset": (reset_after(), julep.NetworkError),
    "closed": (raw(b""), julep.NetworkError),
    "cut": (raw(HEAD + b"{"), julep.NetworkError),
    "no HTTP": (raw(b"oops\r\n\r\n"), julep.NetworkError),
    "silent": (stall_after(), julep.RequestTimeoutError),
    "silent within the body": (stall_after(HEAD), julep.RequestTimeoutError),
    "no gzip": (respond(200, b"x", {"content-encoding": "gzip"}), julep.InvalidResponseError),
    "refused": (respond_error(404), julep.NotFoundError),
}


@pytest.mark.parametrize(("step", "kind"), LOST.values(), ids=LOST.keys())
@at_any_scale
async def test_errors_of_httpx_become_ours(
    scale: float, mode: Mode, library: Any, step: Any, kind: type[julep.RequestError]
) -> None:
    async with users_client(mode, library) as library_client:
        with Server([step, respond_json(SESSION)]) as server:
            settings = {"http_client": library_client, "timeout": Timeout(read=1.0 * scale)}
            async with make_client(mode, server.url, max_retries=0, **settings) as client:
                with pytest.raises(kind) as caught:
                    await get(client)
                await get(client.with_options(timeout=PATIENT))
    assert_ours(caught.value)
    assert "httpcore" not in str(caught.value)
    assert caught.value.attempts == 1


async def test_a_lost_stream_of_httpx(mode: Mode, library: Any) -> None:
    lost = raw(STREAM_HEAD + http_chunk(chat_event("Hi")))
    async with users_client(mode, library) as library_client:
        with Server([lost, respond_json(SESSION)]) as server:
            async with make_client(mode, server.url, http_client=library_client) as client:
                with pytest.raises(julep.StreamInterruptedError) as caught:
                    await read(client)
                await get(client)
    assert_ours(caught.value)
    assert caught.value.partial.text == "Hi"


async def test_a_full_pool_of_httpx(mode: Mode, library: Any) -> None:
    limits = library.Limits(max_connections=1)
    async with users_client(mode, library, limits=limits) as library_client:
        with Server(
            [stall_after(STREAM_HEAD + http_chunk(chat_event("Hi"))), respond_json(SESSION)]
        ) as server:
            async with make_client(mode, server.url, http_client=library_client) as client:
                async with await client.sessions.chat(ID, HELLO, stream=True) as events:
                    assert (await anext(events)).text == "Hi"
                    with pytest.raises(julep.RequestTimeoutError) as caught:
                        await get(client.with_options(timeout=Timeout(pool=0.1)))
                await get(client)
    assert (caught.value.phase, caught.value.attempts) == ("pool", 1)


async def test_an_invalid_client_of_httpx_raises(mode: Mode) -> None:
    class Other:
        """The interface of a client."""

        def build_request(self) -> None: ...
        def send(self) -> None: ...

    class OtherAwaited(Other):
        async def send(self) -> None: ...  # type: ignore[override]  # it is awaited

    other = Other() if mode == "sync" else OtherAwaited()
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url, http_client=other) as client:
            with pytest.raises(
                julep.ConfigurationError, match="expected a client of httpx or httpx2"
            ):
                await get(client)
    wrong: Any = httpx.AsyncClient if mode == "sync" else httpx.Client
    with pytest.raises(julep.ConfigurationError, match="expected an httpx"):
        make_client(mode, "http://julep.test", http_client=wrong())


class RefusedError(Exception):
    """What a user's own event hook raises."""


@pytest.mark.parametrize("event", ["request", "response"])
async def test_an_error_of_an_event_hook_is_raised_as_it_is(
    mode: Mode, event: str, library: Any
) -> None:
    def refuse(_: object) -> None:
        raise RefusedError(event)

    async def refuse_later(_: object) -> None:
        refuse(_)

    hooks = {event: [refuse if mode == "sync" else refuse_later]}
    with Server([respond_json(SESSION)]) as server:
        async with (
            users_client(mode, library, event_hooks=hooks) as own,
            make_client(mode, server.url, http_client=own, max_retries=2) as client,
        ):
            with pytest.raises(RefusedError, match=event):
                await get(client)
    assert len(server.received) == int(event == "response")


async def test_a_hook_that_raises_for_a_status(mode: Mode, library: Any) -> None:
    def check(response: Any) -> None:
        response.raise_for_status()

    async def check_later(response: Any) -> None:
        response.raise_for_status()

    hooks = {"response": [check if mode == "sync" else check_later]}
    with Server([respond_error(503)]) as server:
        async with (
            users_client(mode, library, event_hooks=hooks) as own,
            make_client(mode, server.url, http_client=own) as client,
        ):
            with pytest.raises(library.HTTPStatusError, match="503"):
                await get(client)
    assert len(server.received) == 1
