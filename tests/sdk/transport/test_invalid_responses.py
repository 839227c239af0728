"""Responses that are not as documented: a value, or an error of ours."""

from __future__ import annotations

import gzip
import json
import pickle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import julep
from julep._calls.responses import parse_json
from julep._http.messages import Response
from julep._redaction import printable
from julep.errors import ErrorDetail
from julep.types import Session
from julep_api.errors import DecodeError
from julep_api.types import JSON
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.transport.helpers.scripted_server import (
    SESSION,
    Server,
    Step,
    raw,
    respond,
    respond_created,
    respond_json,
)
from tests.sdk.transport.helpers.support import assert_ours, read

BODY = json.dumps(SESSION).encode()

UNREADABLE: dict[str, tuple[Step, str]] = {
    "empty": (respond(200), "got nothing"),
    "cut": (respond(200, BODY[:-1]), "expected JSON"),
    "HTML": (respond(200, b"<html>Welcome</html>", {"content-type": "text/html"}), "Welcome"),
    "latin-1": (respond(200, '{"id": "é"}'.encode("latin-1")), "expected JSON"),
    "a list": (respond_json([SESSION]), "object"),
    "no id": (respond_json({"agent_id": SESSION["agent_id"]}), "id: expected"),
    "an id of a wrong type": (respond_json({**SESSION, "agent_id": 7}), "agent_id: expected"),
    "an invalid time": (
        respond_json({**SESSION, "created_at": "noon"}),
        "created_at: expected",
    ),
    "deep": (respond(200, b"[" * 100_000), "expected JSON"),
    "no content": (respond(204), "204"),
    "another 2xx that is empty": (respond(299), "got nothing"),
    "a long number": (respond(200, b'{"id": ' + b"9" * 5000 + b"}"), "expected JSON"),
}

PROBLEMS: dict[bytes | str, str] = {
    b"": "expected JSON, got nothing (Expecting value: line 1 column 1 (char 0))",
    b"{": (
        "expected JSON, got { (Expecting property name enclosed in double quotes: "
        "line 1 column 2 (char 1))"
    ),
    b'"\xff"': 'expected JSON, got "\ufffd" (it is not UTF-8 at byte 1)',
    b"\0{\0}\0": "expected JSON, got \0{\0}\0 (it is not UTF-16-BE at byte 4)",
    "\ufeff{}": "expected JSON, got \ufeff{} (it begins with a byte order mark)",
    "9" * 5000: f"expected JSON, got {'9' * 499}… (it has a number of more than 4300 digits)",
    b"[" * 100_000: f"expected JSON, got {'[' * 499}… (it is nested too deeply)",
}

READABLE = {
    "an undocumented 2xx": respond_json(SESSION, 299),
    "another charset": respond(200, json.dumps(SESSION).encode("utf-16")),
    "a BOM": respond(200, b"\xef\xbb\xbf" + BODY),
    "gzip": respond(200, gzip.compress(BODY), {"content-encoding": "gzip"}),
    "no content type": respond(200, BODY),
    "unknown fields": respond_json({**SESSION, "new": [1]}),
    "nulls": respond_json({**SESSION, "situation": None, "metadata": None}),
    "NaN": respond(200, BODY[:-1] + b', "metadata": {"a": NaN}}'),
    "a body that ends with the connection": raw(b"HTTP/1.1 200 OK\r\n\r\n" + BODY),
    "an early hint": raw(
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b"
        % (len(BODY), BODY)
    ),
}


@pytest.mark.parametrize(("data", "message"), PROBLEMS.items(), ids=range(len(PROBLEMS)))
def test_why_something_is_not_read_as_json(data: bytes | str, message: str) -> None:
    with pytest.raises(DecodeError) as caught:
        parse_json(data)
    assert str(caught.value) == message


@pytest.mark.anyio
@pytest.mark.parametrize(("step", "message"), UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_an_unreadable_response(mode: Mode, step: Step, message: str) -> None:
    with Server([step, respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            with pytest.raises(julep.InvalidResponseError) as caught:
                await client.sessions.get(SESSION["id"])
            assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]
    assert_ours(caught.value)
    assert message in str(caught.value)
    assert f"GET /sessions/{SESSION['id']}" in str(caught.value)
    assert server.connections == 1


@pytest.mark.anyio
@pytest.mark.parametrize("step", READABLE.values(), ids=READABLE.keys())
async def test_an_unusual_response_that_can_be_read(mode: Mode, step: Step) -> None:
    with Server([step]) as server:
        async with make_client(mode, server.url) as client:
            assert (await client.sessions.get(SESSION["id"])).agent_id == SESSION["agent_id"]


@pytest.mark.anyio
@pytest.mark.parametrize("step", [respond(204), respond(202, b"{}"), respond_json({"id": "?"})])
async def test_a_delete_requires_only_success(mode: Mode, step: Step) -> None:
    with Server([step]) as server:
        async with make_client(mode, server.url) as client:
            await client.sessions.delete(SESSION["id"])
    assert [request.method for request in server.received] == ["DELETE"]


KINDS: list[tuple[int, type[julep.ApiError]]] = [
    (302, julep.ApiError),
    (400, julep.BadRequestError),
    (401, julep.AuthenticationError),
    (403, julep.PermissionDeniedError),
    (404, julep.NotFoundError),
    (409, julep.ConflictError),
    (418, julep.ApiError),
    (422, julep.UnprocessableEntityError),
    (429, julep.RateLimitError),
    (500, julep.ServerError),
    (501, julep.ServerError),
    (520, julep.ServerError),
    (999, julep.ServerError),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("status", "kind"), KINDS)
async def test_an_error_has_all_details_of_the_response(
    mode: Mode, status: int, kind: type[julep.ApiError]
) -> None:
    details: list[JSON] = [{"path": "messages[3].role", "message": "unknown role"}]
    body: JSON = {"error": {"code": "trouble", "message": "No such luck", "details": details}}
    step = respond_json(body, status, {"X-Request-Id": "req-77"})
    with Server([step]) as server:
        async with make_client(mode, server.url, max_retries=0) as client:
            with pytest.raises(julep.ApiError) as caught:
                await client.sessions.get(SESSION["id"])
    error = caught.value
    assert_ours(error)
    assert type(error) is kind
    assert (error.status_code, error.code, error.message) == (status, "trouble", "No such luck")
    assert (error.request_id, error.body) == ("req-77", body)
    assert error.details == (ErrorDetail("messages[3].role", "unknown role"),)
    for message in (
        f"GET /sessions/{SESSION['id']} -> {status}",
        "No such luck",
        "req-77",
        "[3].role",
    ):
        assert message in str(error)


ODD_ERRORS: dict[str, tuple[bytes, str]] = {
    "no body": (b"", "no body"),
    "HTML": (b"<h1>Bad Gateway</h1>", "Bad Gateway"),
    "long HTML": (b"<h1>Bad Gateway</h1>" + b"x" * 100_000, "Bad Gateway"),
    "a string": (b'"no"', "no"),
    "null": (b"null", "null"),
    "error is a string": (b'{"error": "full"}', "full"),
    "error is a list": (b'{"error": ["full"]}', "full"),
    "message is a number": (b'{"error": {"message": 7}}', "7"),
    "details are a string": (b'{"error": {"message": "full", "details": "x"}}', "full"),
    "details are odd": (b'{"error": {"message": "full", "details": [1, {"path": [2]}]}}', "full"),
    "another service's": (b'{"detail": "full"}', "full"),
    "deep": (b"[" * 600 + b"]" * 600, "[[["),
    "very deep": (b"[" * 100_000, "[[["),
    "latin-1": ("Zu spät".encode("latin-1"), "Zu sp"),
}


@pytest.mark.anyio
@pytest.mark.parametrize(("body", "message"), ODD_ERRORS.values(), ids=ODD_ERRORS.keys())
async def test_an_error_of_another_shape_is_shown(mode: Mode, body: bytes, message: str) -> None:
    with Server([respond(502, body)]) as server:
        async with make_client(mode, server.url, max_retries=0) as client:
            with pytest.raises(julep.ServerError) as caught:
                await client.sessions.get(SESSION["id"])
    assert_ours(caught.value)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 1000


JSON_VALUES: st.SearchStrategy[JSON] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)
FIELDS = st.sampled_from(
    ["id", "agent_id", "user_id", "situation", "metadata", "created_at", "token_budget"]
)
SESSIONS = st.dictionaries(FIELDS, JSON_VALUES).map(lambda odd: {**SESSION, **odd})
ERRORS = st.dictionaries(
    st.sampled_from(["error", "detail"]),
    st.dictionaries(st.sampled_from(["code", "message", "details"]), JSON_VALUES),
)
BODIES = (JSON_VALUES | SESSIONS | ERRORS).map(lambda value: json.dumps(value).encode())


@given(st.integers(200, 999), BODIES | st.binary(), st.text(st.characters(codec="latin-1")))
@example(500, b"[" * 900 + b"]" * 900, "")
@example(200, b'{"id": "\\ud800", "agent_id": ""}', "")
def test_any_response_is_a_session_or_an_error_of_ours(
    status: int, body: bytes, header: str
) -> None:
    headers = {"x-request-id": header, "content-type": header, "retry-after": header}
    result = outcome(Response(status, headers, body))
    if isinstance(result, Session):
        assert 200 <= status < 300
        assert isinstance(result.to_dict(), dict)
    else:
        assert_ours(result)
        assert (result.status_code, result.request_id) == (status, printable(header))
        assert str(pickle.loads(pickle.dumps(result))) == str(result)  # noqa: S301  # our own


def outcome(response: Response) -> Session | julep.ApiError:
    try:
        return read(response)
    except julep.ApiError as error:
        return error


@pytest.mark.anyio
async def test_an_unreadable_response_to_a_create_is_not_retried(mode: Mode) -> None:
    with Server([respond(201, b"{}"), respond_created()]) as server:
        async with make_client(mode, server.url) as client:
            with pytest.raises(julep.InvalidResponseError):
                await client.users.create(name="Grace", about="")
    assert len(server.received) == 1
