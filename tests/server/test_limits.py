"""Limits of requests: what exceeds one gets its status, and what is within is served."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from julep_server import LocalServer
from julep_server.contract.operations import load_contract
from julep_server.contract.pieces import SMALL, pieces_of
from julep_server.contract.violations import MAX_VIOLATIONS, violations
from julep_server.http.limited_protocol import network_of
from julep_server.json_text import JSON, TooManyValuesError, loads
from tests.server.helpers.api import Api, error_of, paths_of

HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def limited() -> Iterator[LocalServer]:
    with LocalServer(
        max_url_bytes=200,
        max_header_bytes=1000,
        max_headers=10,
        max_body_bytes=2000,
        max_body_values=100,
        max_metadata_keys=5,
        max_answer_bytes=600,
    ) as running:
        yield running


@pytest.fixture
def api(limited: LocalServer) -> Iterator[Api]:
    with Api(limited.url) as client:
        yield client


def responses(server: LocalServer, *parts: bytes) -> bytes:
    """Send parts one by one, and return all that comes until the server closes the connection."""
    parsed = urlsplit(server.root)
    found = b""
    with socket.create_connection((parsed.hostname, parsed.port), 20) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(0.01)
        try:
            while part := connection.recv(65_536):
                found += part
        except ConnectionResetError:
            pass
    return found


def statuses(found: bytes) -> list[int]:
    return [int(part[:3]) for part in found.split(b"HTTP/1.1 ")[1:]]


CLOSE = b"Connection: close\r\n\r\n"
NAMED_CLOSE = b"Host: localhost\r\n" + CLOSE


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /healthz?" + b"a" * 180 + b" HTTP/1.1\r\n" + NAMED_CLOSE, 200),
        (b"GET /healthz?" + b"a" * 200 + b" HTTP/1.1\r\n" + NAMED_CLOSE, 414),
        (HEAD + b"X: " + b"a" * 900 + b"\r\n" + CLOSE, 200),
        (HEAD + b"X: " + b"a" * 1000 + b"\r\n" + CLOSE, 431),
        (HEAD + b"X: 1\r\n" * 8 + CLOSE, 200),
        (HEAD + b"X: 1\r\n" * 9 + CLOSE, 431),
        (b"GET /healthz HTTP/7.3\r\n" + CLOSE, 400),
        (b"what?\r\n\r\n", 400),
    ],
)
@pytest.mark.parametrize("size", [1_000_000, 7])
def test_a_head_has_bounds(limited: LocalServer, request_: bytes, status: int, size: int) -> None:
    parts = [request_[start : start + size] for start in range(0, min(len(request_), 300), size)]
    rest = request_[len(b"".join(parts)) :]
    found = responses(limited, *parts, rest)
    assert statuses(found) == [status]
    head, _, body = found.partition(b"\r\n\r\n")
    if status != 200:
        assert b"x-request-id: " in head
        assert json.loads(body)["error"]["message"]


def test_the_bounds_are_those_of_each_request(limited: LocalServer) -> None:
    one = HEAD + b"X: " + b"a" * 700 + b"\r\n\r\n"
    assert statuses(responses(limited, one * 5 + HEAD + CLOSE)) == [200] * 6
    # The connection ends behind the responses that are on their way.
    assert statuses(responses(limited, one * 3 + HEAD + b"X: " + b"a" * 5000)) == [200] * 3


def test_trailers_and_chunk_extensions_have_the_bound_of_a_head(limited: LocalServer) -> None:
    post = b"POST /api/users HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    post += b"Content-Type: application/json\r\n\r\n"
    for rest in (b"2\r\n{}\r\n0\r\nX: ", b"2;"):
        found = responses(limited, post + rest, *[b"a" * 1000] * 4)
        assert statuses(found)[-1] in (400, 422, 431)
        assert 200 not in statuses(found)
        assert 201 not in statuses(found)


@pytest.mark.parametrize("times", [2, 5, 3000])
def test_a_client_that_is_still_sending_sees_the_413(limited: LocalServer, times: int) -> None:
    length = 2000 * times
    head = b"POST /api/users HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    found = responses(limited, head + b"Content-Length: %d\r\n\r\n" % length, b"a" * length)
    assert statuses(found) == [413]


@pytest.mark.parametrize("encoding", ["gzip", "deflate, br", "x"])
def test_an_encoded_body_is_415(api: Api, encoding: str) -> None:
    headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
    response = api.request("POST", "/users", content=b"{}", headers=headers)
    assert error_of(response, 415)["code"] == "unsupported_media_type"
    headers["Content-Encoding"] = "identity"
    assert api.request("POST", "/users", content=b"{}", headers=headers).status_code == 201


def test_the_number_of_values_has_a_bound(api: Api) -> None:
    assert api.post("/users", {"metadata": {"x": [1] * 90}}).status_code == 201
    assert paths_of(api.post("/users", {"metadata": {"x": [1] * 100}})) == [""]
    # Commas in texts are none.
    assert api.post("/users", {"about": "," * 1000}).status_code == 201


def test_metadata_have_a_bound_of_keys(api: Api) -> None:
    five = {f"k{number}": number for number in range(5)}
    made = api.make("users", metadata=five)
    assert paths_of(api.post("/users", {"metadata": {**five, "x": 1}})) == ["metadata"]
    doc = {"title": "t", "content": "c", "metadata": {**five, "x": 1}}
    assert paths_of(api.post("/users", {"docs": [doc]})) == ["docs[0].metadata"]
    path = f"/users/{made['id']}"
    assert paths_of(api.patch(path, {"metadata": {"x": 1}})) == ["metadata"]
    assert api.patch(path, {"metadata": {"x": 1, "k0": None}}).status_code == 200


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_has_a_bound(api: Api, stream: bool) -> None:
    session = api.make("sessions", situation="x" * 1500)["id"]
    response = api.chat(session, "y" * 700, stream=stream)
    if stream and response.status_code == 200:
        assert '"answer_too_long"' in response.text
    else:
        assert error_of(response, 502)["code"] == "answer_too_long"
    assert api.history(session) == []


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_what_counts_as_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


values = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=30,
)


@given(values, st.integers(0, 60))
def test_values_are_counted_in_the_text(value: Any, limit: int) -> None:
    def counted(part: JSON) -> int:
        """Return the commas and the opening brackets."""
        items: list[JSON]
        match part:
            case dict():
                items = [*part.values()]
            case list():
                items = part
            case _:
                return 0
        return 1 + max(0, len(items) - 1) + sum(map(counted, items))

    text = json.dumps(value)
    if counted(value) > limit:
        with pytest.raises(TooManyValuesError):
            loads(text, limit)
    else:
        assert loads(text, limit) == value


@given(st.lists(values, max_size=8), st.integers(1, 300))
@settings(max_examples=30)
def test_each_part_of_a_value_is_in_a_piece(parts: list[Any], times: int) -> None:
    value: Any = {"a": parts * times, "b": {f"{n}": parts for n in range(times)}, "c": 1}
    seen: set[tuple[int | str, ...]] = set()
    for piece in pieces_of(value):
        for path, leaf in leaves(piece.value):
            original = piece.original_path(path)
            seen.add((*original,))
            found: Any = value
            for step in original:
                found = found[step]
            assert found == leaf
    assert seen == {path for path, _ in leaves(value)}


def leaves(
    value: JSON, path: tuple[int | str, ...] = ()
) -> Iterator[tuple[tuple[int | str, ...], JSON]]:
    match value:
        case dict():
            for key, item in value.items():
                yield from leaves(item, (*path, key))
        case list():
            for index, item in enumerate(value):
                yield from leaves(item, (*path, index))
        case _:
            yield path, value


def test_violations_of_a_large_body_have_the_paths_of_the_whole() -> None:
    body = load_contract().operations["Chat"].body
    assert body is not None

    def paths(value: Any) -> list[str]:
        assert body is not None
        return sorted(violation.path for violation in violations(body.validator, value))

    good, bad = {"role": "user", "content": "x"}, {"role": "x", "content": "x"}
    many = [good] * (SMALL * 3)
    last = f"messages[{len(many)}].role"
    assert paths({"messages": [*many, bad], "max_tokens": "x"}) == ["max_tokens", last]
    parts = [{"type": "text", "text": "x"}] * (SMALL * 2)
    message = {"role": "user", "content": [*parts, {"type": "text"}]}
    assert paths({"messages": [good, message]}) == [f"messages[1].content[{len(parts)}].text"]
    assert paths({"x": [1] * SMALL * 3}) == ["messages"]
    assert len(paths({"messages": [bad] * 1000})) == MAX_VIOLATIONS
    assert paths({"messages": many}) == []
