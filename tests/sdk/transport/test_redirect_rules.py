"""The target of a redirect, and what is sent to it: never a secret to another origin."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import julep
from julep._calls.redirects import next_request
from julep._http.messages import Request, Response
from julep._http.timeout import Timeout
from julep._http.urls import Origin, split
from tests.sdk.helpers.modes import Mode, make_client, unwrapped
from tests.sdk.transport.helpers.scripted_server import (
    SESSION,
    Exchange,
    Server,
    raw,
    respond,
    respond_created,
    respond_json,
)
from tests.sdk.transport.helpers.secrets import CANARY
from tests.sdk.transport.helpers.support import assert_ours, users_client

HEADERS = {
    "accept": "application/json",
    "authorization": f"Bearer {CANARY}",
    "content-type": "application/json",
    "cookie": CANARY,
    "idempotency-key": "7",
    "prefer": "return=representation",
    "user-agent": "julep",
    "x-team": CANARY,
}
KEPT = {"accept", "content-type", "idempotency-key", "prefer", "user-agent"}

SCHEMES = st.sampled_from(["http", "https", "HTTPS", "ftp", "file", "javascript", ""])
HOSTS = st.sampled_from(
    [
        *("julep.test", "JULEP.test", "julep.test.", "julep.test:80", "julep.test:8443", "é.test"),
        *("evil.test", "julep.test.evil.test", "evil.test#", "evil.test@julep.test"),
        *("julep.test@evil.test", "julep.test\\@evil.test", "[::1]", "[oops", "a:b", ""),
    ]
)
PATHS = st.sampled_from(["", "/", "/x", "//evil.test/x", "?a=b", "#x", "/../..", "/é", "/a b"])
FORMS = st.sampled_from(
    ["{0}://{1}{2}", "//{1}{2}", "{2}", "{0}:{2}", " {0}://{1}{2}\t", "\\\\{1}{2}"]
)
LOCATIONS = st.builds(str.format, FORMS, SCHEMES, HOSTS, PATHS)


@settings(deadline=None)
@example("GET", "http://julep.test", 302, "?\x80 a")
@given(
    st.sampled_from(["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"]),
    st.sampled_from(["http://julep.test", "https://julep.test", "https://julep.test:8443"]),
    st.integers(200, 599) | st.sampled_from([301, 302, 303, 307, 308]),
    LOCATIONS | st.text(),
)
def test_a_secret_is_sent_to_its_own_origin_only(
    method: str, base: str, status: int, location: str
) -> None:
    origin, _ = split(base)
    request = Request(method, origin, "/api/x?a=b", HEADERS, b"{}", False, Timeout(), 7.0)
    onward = next_request(request, Response(status, {"location": location}, b""))
    if onward is None:
        return
    assert status in (307, 308) or (method in ("GET", "HEAD") and status in (301, 302, 303))
    assert (onward.origin == origin) == (CANARY in str(onward.headers))
    if onward.origin != origin:
        assert onward.headers.keys() == KEPT
    assert onward.origin.scheme in ("http", "https")
    assert (origin.scheme, onward.origin.scheme) != ("https", "http")
    assert onward.redirected_from == request
    changed = request._replace(
        origin=onward.origin, target=onward.target, headers=onward.headers, redirected_from=request
    )
    assert onward == changed
    # The server must read the same host as the client.
    assert split(onward.url) == (onward.origin, onward.target)
    assert onward.target.startswith("/")
    assert onward.target.isascii()
    assert " " not in onward.target


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/there", "https://julep.test/there"),
        ("there", "https://julep.test/api/there"),
        ("?b=c", "https://julep.test/api/x?b=c"),
        ("https://JULEP.test:443/there", "https://julep.test/there"),
        ("//other.test/there", "https://other.test/there"),
        ("https://other.test", "https://other.test/"),
        ("https://é.test/é", "https://xn--9ca.test/%C3%A9"),
        ("http://julep.test/there", None),
        ("http://other.test/there", None),
        ("ftp://julep.test/there", None),
        ("https://[oops/", None),
        ("https://julep.test:99999/", None),
        ("", None),
    ],
)
def test_locations(location: str, url: str | None) -> None:
    request = Request(
        "GET", Origin("https", "julep.test", 443), "/api/x", {}, None, False, Timeout()
    )
    onward = next_request(request, Response(302, {"location": location}, b""))
    assert (onward.url if onward else None) == url


@pytest.mark.anyio
@pytest.mark.parametrize("by", ["sockets", "library"])
@pytest.mark.parametrize("status", [307, 308])
async def test_a_post_is_redirected_within_its_origin(mode: Mode, status: int, by: str) -> None:
    async def move(exchange: Exchange) -> bool:
        if exchange.request.target.startswith("/moved"):
            return await respond_created()(exchange)
        location = {"location": f"/moved{exchange.request.target}"}
        return await respond(status, b"", location)(exchange)

    async with users_client(mode) as theirs:
        with Server([move]) as server:
            settings = {} if by == "sockets" else {"http_client": theirs}
            async with make_client(
                mode, server.url + "/some/api", api_key=CANARY, headers={"x-a": "b"}, **settings
            ) as client:
                await client.users.create(name="Grace")
                again = (
                    await client.with_raw_response(unwrapped(client).users.create, name="x")
                ).attempts
    assert again == 1
    first, second, *_ = server.received
    assert (first.target, second.target) == ("/some/api/users", "/moved/some/api/users")
    assert (first.method, first.body) == (second.method, second.body)
    assert first.without() == second.without()
    assert json.loads(second.body) == {"name": "Grace"}
    assert server.connections == 1


@pytest.mark.anyio
@pytest.mark.parametrize("status", [301, 302, 303])
async def test_a_post_redirected_as_get_is_an_error(mode: Mode, status: int) -> None:
    async with users_client(mode, follow_redirects=True) as theirs:
        for settings in ({}, {"http_client": theirs}):
            with Server([respond_json({}, status, {"location": "/there?x=1"})]) as server:
                async with make_client(mode, server.url, **settings) as client:
                    with pytest.raises(julep.ApiError) as caught:
                        await client.users.create(name="Grace")
            assert_ours(caught.value)
            assert caught.value.status_code == status
            assert "redirected to /there?x=1, which is not followed" in str(caught.value)
            assert len(server.received) == 1


@pytest.mark.anyio
async def test_five_redirects_are_followed(mode: Mode) -> None:
    async def count_down(exchange: Exchange) -> bool:
        left = 5 - len(server.received)
        if left < 0:
            return await respond_json(SESSION)(exchange)
        return await respond(302, b"", {"location": f"/{left}"})(exchange)

    with Server([count_down]) as server:
        async with make_client(mode, server.url, max_retries=0) as client:
            assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]
    assert [request.target for request in server.received[1:]] == ["/4", "/3", "/2", "/1", "/0"]


@pytest.mark.anyio
async def test_each_attempt_begins_at_the_base_url(mode: Mode) -> None:
    moved = respond(302, b"", {"location": "/there"})
    with Server([moved, raw(b""), moved, respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            assert (await client.sessions.get(SESSION["id"])).id == SESSION["id"]
    path = f"/sessions/{SESSION['id']}"
    assert [request.target for request in server.received] == [path, "/there", path, "/there"]


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/é".encode().decode("latin-1"), "/%C3%A9"),  # as it comes from our own parsers
        ("/é", "/%C3%A9"),  # as httpx has decoded it, or a server that sends latin-1
        ("http://bücher.test/x".encode().decode("latin-1"), "/x"),
    ],
)
def test_an_address_in_utf_8(location: str, target: str) -> None:
    request = Request("GET", Origin("http", "julep.test", 80), "/a", {}, None, False, Timeout())
    following = next_request(request, Response(302, {"location": location}, b""))
    assert following is not None
    assert following.target == target
    assert following.origin.host in ("julep.test", "xn--bcher-kva.test")
