"""Mistakes in ``base_url``, and a server that does not run: errors with the probable cause."""

from __future__ import annotations

import pickle
import ssl
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import trustme

import julep
from julep import AsyncClient, Client
from julep_server import LocalServer
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.transport.helpers.certificates import server_context
from tests.sdk.transport.helpers.scripted_server import Server, raw, respond_json

HTML = b"<!doctype html><html><body>Welcome</body></html>"

NO_SERVER = "; is a server running there? `julep serve` starts one"
PLAIN = "; does the server speak plain HTTP? Then base_url begins with http://"
TLS = "; does the server expect TLS? Then base_url begins with https://"


@pytest.fixture(scope="module")
def tls() -> ssl.SSLContext:
    return server_context(trustme.CA())


@pytest.fixture(params=["sockets", "httpx"])
def options(request: pytest.FixtureRequest, mode: Mode) -> Iterator[dict[str, Any]]:
    """The options of a client over our own sockets, and of one over httpx."""
    if request.param == "sockets":
        yield {}
    elif mode == "sync":
        with httpx.Client() as own:
            yield {"http_client": own}
    else:
        yield {"http_client": httpx.AsyncClient()}


async def error_at(mode: Mode, url: str, **options: Any) -> julep.RequestError:
    async with make_client(mode, url, max_retries=0, **options) as client:
        with pytest.raises(julep.RequestError) as raised:
            await client.agents.list(limit=1)
        own = options.get("http_client")
        if isinstance(own, httpx.AsyncClient):
            await own.aclose()
    error = raised.value
    assert str(error).count("; ") == str(pickle.loads(pickle.dumps(error))).count("; ")  # noqa: S301  # our own
    return error


@pytest.mark.anyio
async def test_no_server_runs(mode: Mode, options: dict[str, Any]) -> None:
    error = await error_at(mode, "http://127.0.0.1:1/api", **options)
    assert isinstance(error, julep.NetworkError)
    assert str(error).endswith(NO_SERVER)


@pytest.mark.anyio
async def test_http_for_a_server_of_tls(
    mode: Mode, options: dict[str, Any], tls: ssl.SSLContext
) -> None:
    with Server([respond_json({"items": []})], tls=tls) as server:
        error = await error_at(mode, server.url.replace("https", "http") + "/api", **options)
    assert isinstance(error, julep.NetworkError)
    assert str(error).endswith(TLS)


@pytest.mark.anyio
async def test_https_for_a_server_without_tls(
    mode: Mode, options: dict[str, Any], server: LocalServer
) -> None:
    error = await error_at(mode, server.url.replace("http", "https"), **options)
    assert isinstance(error, julep.NetworkError)
    assert str(error).endswith(PLAIN)


def page(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} X\r\ncontent-type: text/html\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


@pytest.mark.anyio
@pytest.mark.parametrize("status", [200, 404])
async def test_a_website_instead_of_the_api(mode: Mode, status: int) -> None:
    with Server([raw(page(status, HTML))]) as server:
        error = await error_at(mode, server.url)
        assert str(error).splitlines()[0].endswith(f"; did you mean base_url='{server.url}/api'?")
        error = await error_at(mode, f"{server.url}/api")
        assert "did you mean" not in str(error)


@pytest.mark.anyio
@pytest.mark.parametrize("place", ["", "/v1", "/v1/", "/api/v1"])
async def test_another_place_of_the_server(mode: Mode, server: LocalServer, place: str) -> None:
    error = await error_at(mode, server.root + place)
    assert isinstance(error, julep.NotFoundError)
    assert error.message.endswith(f"; did you mean base_url='{server.root}/api'?")


@pytest.mark.anyio
async def test_a_missing_resource_is_no_mistake(client: AsyncClient) -> None:
    with pytest.raises(julep.NotFoundError) as raised:
        await client.agents.get(uuid4())
    assert "did you mean" not in str(raised.value)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "text",
    [
        "The plain HTTP request was sent to HTTPS port",
        "Client sent an HTTP request to an HTTPS server",
    ],
)
async def test_a_server_of_tls_that_responds_to_http(mode: Mode, text: str) -> None:
    with Server([raw(page(400, text.encode()))]) as server:
        error = await error_at(mode, f"{server.url}/api")
    assert error.message.endswith("; did you mean https:// in base_url?")


@pytest.mark.parametrize("make", [Client, AsyncClient])
def test_a_url_for_a_key(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(julep.ConfigurationError, match="got a URL: did you mean base_url="):
        make("https://julep.example/api")
    monkeypatch.setenv("JULEP_API_KEY", "http://127.0.0.1:8080/api")
    with pytest.raises(julep.ConfigurationError, match=r"api_key: .* did you mean base_url="):
        make()
