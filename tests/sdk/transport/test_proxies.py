"""Requests through proxies: by a setting, and by the environment."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
import trustme

import julep
from julep import AsyncClient
from julep._http.urls import split
from julep_net.proxies import bypasses, proxy_for_url
from tests.helpers.ports import closed_port
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.resources import HELLO
from tests.sdk.transport.helpers.certificates import server_context
from tests.sdk.transport.helpers.forward_proxy import Proxy
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    Server,
    chat_event,
    respond_error,
    respond_json,
    respond_stream,
)
from tests.sdk.transport.helpers.secrets import CANARY, everything_of
from tests.sdk.transport.helpers.support import assert_ours

pytestmark = pytest.mark.anyio

ID = SESSION["id"]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    return server_context(authority, "127.0.0.1", "julep.test")


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = julep.tls_context()
    context.load_verify_locations(cadata=authority.cert_pem.bytes().decode())
    return context


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy() as running:
        yield running


async def get(client: AsyncClient) -> None:
    assert (await client.sessions.get(ID)).id == ID


async def test_a_request_through_a_proxy(mode: Mode, proxy: Proxy) -> None:
    with Server([respond_json(SESSION)]) as server:
        url = f"http://julep.test:{server.port}/api"
        async with make_client(mode, url, proxy=proxy.url, api_key="secret") as client:
            await get(client)
    assert proxy.requests == [f"GET {url}/sessions/{ID} HTTP/1.1"]
    [request] = server.received
    assert request.header("authorization") == "Bearer secret"
    assert request.header("host") == f"julep.test:{server.port}"


async def test_a_tls_tunnel_through_a_proxy(
    mode: Mode, proxy: Proxy, server_tls: ssl.SSLContext, tls: ssl.SSLContext
) -> None:
    with Server([respond_json(SESSION)], tls=server_tls) as server:
        url = f"https://julep.test:{server.port}"
        async with make_client(mode, url, proxy=proxy.url, tls=tls) as client:
            await get(client)
            await get(client)
    assert proxy.requests == [f"CONNECT julep.test:{server.port} HTTP/1.1"]
    assert server.connections == 1


async def test_retries_and_streams_through_a_proxy(mode: Mode, proxy: Proxy) -> None:
    steps = [respond_error(503), respond_stream(chat_event("H"), chat_event("i", "stop"), DONE)]
    with Server(steps) as server:
        async with make_client(mode, server.url, proxy=proxy.url) as client:
            events = await client.sessions.chat(ID, HELLO, stream=True)
            assert [event.text async for event in events] == ["H", "i"]
    assert len(proxy.requests) == len(server.received) == 2
    assert len({request.header("idempotency-key") for request in server.received}) == 1


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
async def test_the_proxy_of_the_environment(
    mode: Mode, proxy: Proxy, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, proxy.url)
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, f"http://julep.test:{server.port}") as client:
            await get(client)
    assert len(proxy.requests) == len(server.received) == 1


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
async def test_the_proxies_of_the_environment_by_scheme(
    mode: Mode,
    proxy: Proxy,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    server_tls: ssl.SSLContext,
    tls: ssl.SSLContext,
) -> None:
    monkeypatch.setenv(name, proxy.url)
    with (
        Server([respond_json(SESSION)], tls=server_tls) as server,
        Server([respond_json(SESSION)]) as plain,
    ):
        async with make_client(mode, f"https://julep.test:{server.port}", tls=tls) as client:
            await get(client)
        async with make_client(mode, plain.url) as client:
            await get(client)
    assert proxy.requests == [f"CONNECT julep.test:{server.port} HTTP/1.1"]


@pytest.mark.parametrize("hosts", ["127.0.0.1", "julep.test,127.0.0.1", "*", "127.0.0.1:{port}"])
async def test_no_proxy_of_the_environment(
    mode: Mode, proxy: Proxy, hosts: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    with Server([respond_json(SESSION)]) as server:
        monkeypatch.setenv("NO_PROXY", hosts.format(port=server.port))
        async with make_client(mode, server.url) as client:
            await get(client)
    assert proxy.requests == []
    assert len(server.received) == 1


async def test_the_setting_overrides_the_environment(
    mode: Mode, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "*")
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url, proxy=proxy.url) as client:
            await get(client)
    assert len(proxy.requests) == 1


@pytest.mark.parametrize("by", ["setting", "environment"])
async def test_a_proxy_with_credentials(
    mode: Mode, by: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "julep")
    with Proxy(credentials=f"me:{CANARY}") as proxy, Server([respond_error(404)]) as server:
        settings = {"proxy": proxy.url} if by == "setting" else {}
        if by == "environment":
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
        async with make_client(mode, f"http://julep.test:{server.port}", **settings) as client:
            with pytest.raises(julep.NotFoundError) as caught:
                await get(client)
            shown = repr(client) + repr(vars(client.api))
        assert CANARY not in everything_of(caught.value) + caught.value.as_curl() + shown
        assert CANARY not in caplog.text
        [request] = server.received
        assert CANARY not in str(request.headers)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_refuses_credentials(
    mode: Mode, scheme: str, tls: ssl.SSLContext
) -> None:
    with Proxy(credentials=f"me:{CANARY}") as proxy:
        known = f"http://you:{CANARY}x@127.0.0.1:{proxy.port}"
        settings = {"proxy": known, "tls": tls, "max_retries": 0}
        async with make_client(mode, f"{scheme}://julep.test", **settings) as client:
            with pytest.raises((julep.ApiError, julep.NetworkError), match="407") as caught:
                await get(client)
    assert_ours(caught.value)
    assert CANARY not in everything_of(caught.value)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_at_a_closed_port(mode: Mode, scheme: str, tls: ssl.SSLContext) -> None:
    with closed_port() as port:
        proxy = f"http://me:{CANARY}@127.0.0.1:{port}"
        settings = {"proxy": proxy, "tls": tls, "max_retries": 1}
        async with make_client(mode, f"{scheme}://localhost:1", **settings) as client:
            with pytest.raises(julep.NetworkError) as caught:
                await get(client)
    named = f": the proxy http://127.0.0.1:{port}: .*; is that proxy running\\?$"
    assert re.search(named, caught.value.message)
    assert_ours(caught.value)
    assert caught.value.attempts == 2
    assert CANARY not in everything_of(caught.value)


async def test_a_proxy_that_refuses_a_tunnel(mode: Mode, tls: ssl.SSLContext) -> None:
    with Proxy(refuses_tunnels=True) as proxy:
        settings = {"proxy": proxy.url, "tls": tls, "max_retries": 0}
        async with make_client(mode, "https://julep.test", **settings) as client:
            with pytest.raises(julep.NetworkError, match="403") as caught:
                await get(client)
    assert_ours(caught.value)


@pytest.mark.parametrize(
    "proxy",
    ["", "127.0.0.1:3128", f"ftp://{CANARY}", f"http://{CANARY} x", f"http://me:{CANARY}@:x"],
)
async def test_an_invalid_proxy_raises_without_showing_it(mode: Mode, proxy: str) -> None:
    with pytest.raises(julep.ConfigurationError, match=r"^proxy: ") as caught:
        async with make_client(mode, "http://julep.test", proxy=proxy) as client:
            await get(client)
    assert_ours(caught.value)
    assert CANARY not in everything_of(caught.value)


async def test_a_proxy_of_the_environment_at_a_closed_port(
    mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closed_port() as port:
        monkeypatch.setenv("HTTP_PROXY", gone := f"http://127.0.0.1:{port}")
        async with make_client(mode, "http://julep.test", max_retries=0) as client:
            with pytest.raises(julep.NetworkError, match=f"the proxy {gone} of HTTP_PROXY: "):
                await get(client)


async def test_a_proxy_that_does_not_respond(mode: Mode, full_backlog_url: str) -> None:
    timeout = julep.Timeout(connect=0.2)
    settings: dict[str, Any] = {"proxy": full_backlog_url, "timeout": timeout, "max_retries": 0}
    async with make_client(mode, "http://julep.test", **settings) as client:
        with pytest.raises(julep.RequestTimeoutError, match=f"of the proxy {full_backlog_url} "):
            await get(client)


@pytest.mark.parametrize("value", ["ftp://me:{}@x", "http://[x{}", "http://{}:x", "http://:{}@"])
async def test_an_invalid_proxy_of_the_environment(
    mode: Mode, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", value.format(CANARY))
    async with make_client(mode, "http://julep.test") as client:
        with pytest.raises(julep.ConfigurationError, match="HTTP_PROXY") as caught:
            await get(client)
    shown = everything_of(caught.value)
    assert CANARY not in shown
    assert "During handling" not in shown
    assert "Unknown scheme" not in shown


@pytest.mark.parametrize(
    ("url", "no_proxy", "expected"),
    [
        ("http://10.1.2.3", "10.0.0.0/8", True),
        ("http://11.1.2.3", "10.0.0.0/8", False),
        ("http://127.0.0.1:80", "127.0.0.0/8,julep.test", True),
        ("http://[::1]:8080", "[::1]", True),
        ("http://[::1]:8080", "::1", True),
        ("http://[::1]:8080", "[::1]:8080", True),
        ("http://[::1]:8080", "[::1]:9090", False),
        ("http://[fd00::5]", "fd00::/8", True),
        ("http://a.julep.test", "julep.test", True),
        ("http://a.julep.test", ".julep.test", True),
        ("http://julep.test", ".julep.test", True),
        ("http://notjulep.test", "julep.test", False),
        ("http://julep.test:81", "julep.test:80", False),
        ("http://julep.test:81", "julep.test:81", True),
        ("http://JULEP.test", "julep.TEST other.test", True),
        ("http://julep.test", "*", True),
        ("http://julep.test", "*.julep.test", True),
        ("http://julep.test", ", ,", False),
        ("http://bücher.test", "bücher.test", True),
        ("http://a.bücher.test", ".BÜCHER.test", True),
        ("http://xn--bcher-kva.test", "bücher.test", True),
        ("http://bücher.test", "xn--bcher-kva.test", True),
        ("http://julep.test", "bücher.test", False),
        ("http://julep.test", "\N{SNOWMAN}.\N{SNOWMAN}\u0301..", False),
        ("http://[::ffff:10.1.2.3]", "10.0.0.0/8", True),
        ("http://[::ffff:10.1.2.3]", "10.1.2.3", True),
        ("http://10.1.2.3", "[::ffff:10.1.2.3]", True),
        ("http://10.1.2.3", "::/0", False),
        ("http://10.1.2.3", ".2.3", False),
        ("http://[fe80::1]", "fe80::/10", True),
        ("http://julep.test", "300.1.1.1/99", False),
    ],
)
def test_hosts_without_a_proxy(url: str, no_proxy: str, expected: bool) -> None:
    _, host, port = split(url)[0]
    assert bypasses(host, port, no_proxy) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://models.test/v1", "http://proxy.test:3128"),
        ("http://10.1.2.3:11434/v1?x=y", None),
        ("http://[::1]:11434/v1", None),
        ("http://bücher.test", None),
        ("https://models.test/v1", None),
        ("http://models.test:x", None),
        ("models.test", None),
    ],
)
def test_the_proxy_for_a_url(
    url: str, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "proxy.test:3128")
    monkeypatch.setenv("NO_PROXY", "10.0.0.0/8,[::1],xn--bcher-kva.test")
    found = proxy_for_url(url)
    assert (found and found.url) == expected


async def test_httpx_is_chosen_by_the_environment(
    mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JULEP_TRANSPORT", "httpx")
    with Server([respond_json(SESSION)]) as server:
        async with make_client(mode, server.url) as client:
            await get(client)
    assert server.received[0].header("connection") == "keep-alive"  # which only httpx sends


async def test_an_unknown_transport_is_refused(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JULEP_TRANSPORT", "curl")
    async with make_client(mode, "http://127.0.0.1:1") as client:
        with pytest.raises(julep.ConfigurationError, match=r"^JULEP_TRANSPORT: .*'curl'"):
            await get(client)
