"""Raw responses, and requests to operations that the package does not know."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

import julep
from julep import AsyncClient, RawResponse
from julep_server import LocalServer
from tests.sdk.helpers.modes import Mode, make_client, unwrapped
from tests.sdk.helpers.resources import HELLO, RICH_METADATA, RICH_METADATA_STORED, new_session
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    Server,
    chat_event,
    raw,
    reset_after,
    respond,
    respond_created,
    respond_error,
    respond_json,
    respond_stream,
)
from tests.sdk.transport.helpers.support import assert_ours

pytestmark = pytest.mark.anyio

ID = SESSION["id"]
HEADERS = {"x-request-id": "req-7", "X-Rate-Left": "9"}


async def test_a_raw_response_of_a_result(mode: Mode) -> None:
    with Server([respond_json(SESSION, headers=HEADERS)]) as server:
        async with make_client(mode, server.url) as client:
            found = await client.with_raw_response(unwrapped(client).sessions.get, ID)
            plain = await client.sessions.get(ID)
    assert isinstance(found, RawResponse)
    assert found.parsed == plain
    assert (found.status_code, found.request_id, found.attempts) == (200, "req-7", 1)
    assert found.headers["x-rate-left"] == "9"
    assert found.elapsed > 0


async def test_arguments_of_the_method(mode: Mode) -> None:
    with Server([respond_created()]) as server:
        async with make_client(mode, server.url) as client:
            create = unwrapped(client).users.create
            made = await client.with_raw_response(create, name="Grace", about="x")
    assert made.status_code == 201
    assert made.parsed.name == "Grace"
    assert json.loads(server.received[0].body) == {"name": "Grace", "about": "x"}


async def test_attempts_are_counted(mode: Mode) -> None:
    steps = [respond_error(503), reset_after(), respond_json(SESSION, headers=HEADERS)]
    with Server(steps) as server:
        async with make_client(mode, server.url) as client:
            found = await client.with_raw_response(unwrapped(client).sessions.get, ID)
    assert (found.status_code, found.request_id, found.attempts) == (200, "req-7", 3)


async def test_a_raw_response_of_a_stream(mode: Mode) -> None:
    with Server([respond_error(429), respond_stream(chat_event("Hi", "stop"), DONE)]) as server:
        async with make_client(mode, server.url) as client:
            found = await client.with_raw_response(
                unwrapped(client).sessions.chat, ID, HELLO, stream=True
            )
            assert (found.status_code, found.request_id, found.attempts) == (200, "req-1", 2)
            assert found.headers["content-type"] == "text/event-stream; charset=utf-8"
            events: Any = found.parsed
            assert [event.text async for event in events] == ["Hi"]


async def test_errors_are_raised(mode: Mode) -> None:
    with Server([respond_error(404)]) as server:
        async with make_client(mode, server.url) as client:
            with pytest.raises(julep.NotFoundError) as caught:
                await client.with_raw_response(unwrapped(client).sessions.get, ID)
            with pytest.raises(julep.InvalidIdError):
                await client.with_raw_response(unwrapped(client).sessions.get, "no id")
    assert_ours(caught.value)
    assert len(server.received) == 1


async def test_a_function_that_makes_no_call_raises(mode: Mode) -> None:
    async def async_method() -> None: ...

    def sync_method() -> None: ...

    method: Any = sync_method if mode == "sync" else async_method
    async with make_client(mode, "http://julep.test") as client:
        with pytest.raises(julep.ConfigurationError, match="expected a method that makes a call"):
            await client.with_raw_response(method)
        result: Any = ["of a method"]
        expected = r"such as \(client.users.get, user.id\); got \['of a method'\]$"
        with pytest.raises(julep.ConfigurationError, match=expected) as caught:
            await client.with_raw_response(result)
        assert_ours(caught.value)


async def test_the_raw_response_of_the_last_call(client: AsyncClient) -> None:
    session = await new_session(client)
    found = await client.with_raw_response(unwrapped(client).sessions.run, session.id, HELLO)
    assert found.status_code == 200
    assert found.parsed.text


async def test_nested_raw_responses(mode: Mode) -> None:
    with Server([respond_json(SESSION), respond_error(503), respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            plain: Any = unwrapped(client)

            def sync_method() -> Any:
                plain.sessions.get(ID)
                return plain.with_raw_response(plain.sessions.get, ID)

            async def async_method() -> Any:
                await plain.sessions.get(ID)
                return await plain.with_raw_response(plain.sessions.get, ID)

            method: Any = sync_method if mode == "sync" else async_method
            outer = await client.with_raw_response(method)
    assert (outer.attempts, outer.parsed.attempts) == (1, 2)


async def test_requests_to_unknown_operations(client: AsyncClient) -> None:
    made: Any = await client.post("/users", {"name": "Grace", "metadata": {"a": [1, None]}})
    path = f"/users/{made['id']}"
    found: Any = await client.get(path)
    assert (found["name"], found["metadata"]) == ("Grace", {"a": [1, None]})
    page: Any = await client.get("/users", query={"limit": "1", "metadata_filter": '{"a": [1]}'})
    assert set(page) == {"items"}
    changed: Any = await client.request("PATCH", path, body={"about": "☃"})
    assert changed["id"] == made["id"]
    assert (await client.users.get(made["id"])).about == "☃"
    await client.request("DELETE", path)
    with pytest.raises(julep.NotFoundError) as caught:
        await client.get(path)
    assert caught.value.path == path


async def test_a_body_may_be_any_json(mode: Mode, server: LocalServer) -> None:
    async with make_client(mode, server.url) as client:
        body: Any = {"name": "Grace", "metadata": RICH_METADATA_STORED}
        made: Any = await client.post("/users", body)
        assert (await client.users.get(made["id"])).metadata == RICH_METADATA_STORED
    others: list[Any] = [None, [], 0, "☃", False]
    for given in others:
        with Server([respond_json({})]) as stub:
            async with make_client(mode, stub.url) as client:
                await client.post("/x", given)
        assert json.loads(stub.received[0].body) == given


async def test_a_request_without_a_body(mode: Mode) -> None:
    with Server([respond_json([1])]) as server:
        async with make_client(mode, server.url + "/api", query={"a": "b"}) as client:
            assert await client.post("/x/y?c=d") == [1]
            assert await client.get("/x%20y") == [1]
    first, second = server.received
    assert (first.method, first.target, first.body) == ("POST", "/api/x/y?c=d&a=b", b"")
    assert first.header("content-type") is None
    assert second.target == "/api/x%20y?a=b"


async def test_requests_have_headers_and_retries_of_other_calls(mode: Mode) -> None:
    steps = [respond_error(503), reset_after(), respond_json({"a": 1})]
    with Server(steps) as server:
        async with make_client(mode, server.url, api_key="secret") as client:
            assert await client.post("/x", {}) == {"a": 1}
    keys = {request.header("idempotency-key") for request in server.received}
    assert len(server.received) == 3
    assert [UUID(str(key)).version for key in keys] == [4]
    assert server.received[0].header("authorization") == "Bearer secret"


async def test_headers_of_a_request(mode: Mode) -> None:
    headers = {"X-Team": "red", "Accept": "text/plain", "Idempotency-Key": "mine"}
    with Server([respond_json(1)]) as server:
        async with make_client(mode, server.url, headers={"x-team": "blue"}) as client:
            assert await client.request("POST", "/x", headers=headers) == 1
            assert await client.get("/x") == 1
    first, second = server.received
    received = [first.header(name) for name in ("x-team", "accept", "idempotency-key")]
    assert received == ["red", "text/plain", "mine"]
    assert second.header("x-team") == "blue"


EMPTY = {
    "204": respond(204, headers={"content-length": "0"}),
    "no body": respond(200),
    "no body and the connection's end": raw(b"HTTP/1.1 202 OK\r\n\r\n"),
}


@pytest.mark.parametrize("step", EMPTY.values(), ids=EMPTY.keys())
async def test_a_response_without_a_body_is_none(mode: Mode, step: Any) -> None:
    with Server([step]) as server:
        async with make_client(mode, server.url) as client:
            assert await client.get("/x") is None


async def test_a_response_to_head_has_no_body(mode: Mode) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n"
    with Server([raw(head, keep=True)]) as server:
        async with make_client(mode, server.url) as client:
            for _ in range(2):
                assert await client.request("HEAD", "/x") is None
    assert server.connections == 1


async def test_a_response_that_is_not_json_raises(mode: Mode) -> None:
    with Server([respond(200, b"<h1>Hello</h1>")]) as server:
        async with make_client(mode, server.url) as client:
            with pytest.raises(julep.InvalidResponseError, match="Hello") as caught:
                await client.get("/x")
    assert_ours(caught.value)


WRONG: list[tuple[str, str, dict[str, Any], str]] = [
    ("get", "/x", {}, "method: expected"),
    ("", "/x", {}, "method: expected"),
    ("GET /y HTTP/1.1", "/x", {}, "method: expected"),
    ("GÉT", "/x", {}, "method: expected"),
    ("GET", "x", {}, "path: expected"),
    ("GET", "", {}, "path: expected"),
    ("GET", "http://elsewhere.test/", {}, "path: expected"),
    ("GET", "/x y", {}, "path: expected"),
    ("GET", "/é", {}, "path: expected"),
    ("GET", "/x#y", {}, "path: expected"),
    ("GET", "/x\r\nevil: 1", {}, "path: expected"),
    ("GET", "/x\n", {}, "path: expected"),
    ("GET", "/x", {"query": {"a": 1}}, "query: expected str names and values"),
    ("GET", "/x", {"query": "a=b"}, "query: expected a mapping"),
    ("GET", "/x", {"headers": {"a b": "c"}}, "not a valid header name"),
    ("GET", "/x", {"headers": {"a": "b\n"}}, "not printable"),
    ("GET", "/x", {"headers": {"content-length": "7"}}, "follows from the request"),
]


@pytest.mark.parametrize(("method", "path", "more", "message"), WRONG)
async def test_an_invalid_request_raises_before_it_is_sent(
    mode: Mode, method: str, path: str, more: dict[str, Any], message: str
) -> None:
    with Server([respond_json(1)]) as server:
        async with make_client(mode, server.url) as client:
            with pytest.raises(julep.InvalidArgumentError, match=message) as caught:
                await client.request(method, path, **more)
    assert_ours(caught.value)
    assert server.received == []


@pytest.mark.parametrize(
    "body", [{1j}, object(), {"a": b"\xff"}, {(1, 2): 3}, float("nan"), {"a": "\ud800"}]
)
async def test_a_body_that_is_not_json_raises(mode: Mode, body: Any) -> None:
    with Server([respond_json(1)]) as server:
        async with make_client(mode, server.url) as client:
            with pytest.raises((julep.InvalidArgumentError, julep.ArgumentTypeError)) as caught:
                await client.post("/x", body)
    assert_ours(caught.value)
    assert vars(caught.value)["path"].startswith("body")
    assert server.received == []


async def test_python_values_of_json_are_encoded(mode: Mode) -> None:
    with Server([respond_json(1)]) as server:
        async with make_client(mode, server.url) as client:
            body: Any = {"metadata": RICH_METADATA}
            await client.post("/x", body)
    assert json.loads(server.received[0].body) == {"metadata": RICH_METADATA_STORED}


@pytest.mark.parametrize("given", [7, None, b"GET"])
async def test_arguments_of_wrong_types_raise(mode: Mode, given: Any) -> None:
    async with make_client(mode, "http://julep.test") as client:
        with pytest.raises(julep.ArgumentTypeError, match="method: expected a str"):
            await client.request(given, "/x")
        with pytest.raises(julep.ArgumentTypeError, match="path: expected a str"):
            await client.get(given)
