"""Requests over TLS: trust, handshakes, and connections that are cut off."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import anyio
import pytest
import trustme

import julep
from julep import RequestTimeoutError
from julep._http import tls as tls_module
from julep._http.timeout import Timeout
from tests.sdk.helpers.modes import Mode
from tests.sdk.helpers.waiting import HANG
from tests.sdk.transport.helpers.certificates import server_context
from tests.sdk.transport.helpers.scripted_server import (
    STREAM_HEAD,
    Exchange,
    Server,
    http_chunk,
    raw,
    respond,
    stall_after,
)
from tests.sdk.transport.helpers.transports import (
    get,
    network_error_of,
    open_body,
    open_transport,
    response_to,
)

pytestmark = pytest.mark.anyio

OK = respond(200, b"hello")


@pytest.fixture(scope="module")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = server_context(authority)
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """The client's context, which trusts the server."""
    context = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
    # Python before 3.11.4 takes a connection that is cut off for one that ended.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    return context


async def test_a_trusted_server(
    mode: Mode, server_tls: ssl.SSLContext, tls: ssl.SSLContext
) -> None:
    async def echo(exchange: Exchange) -> bool:
        return await respond(200, exchange.request.body)(exchange)

    content = bytes(range(256)) * 12_000
    with Server([echo, OK], tls=server_tls) as server:
        async with open_transport(mode, tls=tls) as transport:
            sent = get(server.url, method="POST", content=content)
            assert (await response_to(transport, sent)).body == content
            for _ in range(3):
                assert (await response_to(transport, get(server.url))).body == b"hello"
    assert server.connections == 1


async def test_trust_by_the_environment(
    mode: Mode,
    server_tls: ssl.SSLContext,
    authority: trustme.CA,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    for name in ("julep._http.sync_transport", "julep._http.async_transport"):
        monkeypatch.setattr(f"{name}.shared_tls", tls_module.shared_tls.__wrapped__)
    chosen: list[str | None] = []

    async def step(exchange: Exchange) -> bool:
        connection = exchange.writer.get_extra_info("ssl_object")
        chosen.append(connection.selected_alpn_protocol())
        return await OK(exchange)

    with Server([step], tls=server_tls) as server:
        async with open_transport(mode) as transport:
            await response_to(transport, get(server.url))
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
        async with open_transport(mode) as transport:
            with pytest.raises(julep.ConfigurationError, match="SSL_CERT_FILE"):
                await transport.send(get(server.url))
    assert chosen == ["http/1.1"]


async def test_an_untrusted_server_gets_no_request(mode: Mode, server_tls: ssl.SSLContext) -> None:
    with Server([OK], tls=server_tls) as server:
        async with open_transport(mode, max_connections=1) as transport:
            for _ in range(2):
                error = await network_error_of(transport, get(server.url))
                assert "certificate verify failed: unable to get" in str(error)
    assert server.received == []


async def test_a_certificate_of_another_host(
    mode: Mode, authority: trustme.CA, tls: ssl.SSLContext
) -> None:
    with Server([OK], tls=server_context(authority, "julep.test")) as server:
        async with open_transport(mode, tls=tls) as transport:
            error = await network_error_of(transport, get(server.url))
            assert "certificate verify failed: IP address mismatch" in str(error)


async def test_a_server_without_tls(mode: Mode, tls: ssl.SSLContext) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        serving = threading.Thread(target=serve)
        serving.start()
        async with open_transport(mode, tls=tls) as transport:
            error = await network_error_of(
                transport, get(f"https://127.0.0.1:{listening.getsockname()[1]}")
            )
            assert "TLS failed: " in str(error)
        serving.join(HANG)


async def test_a_server_that_speaks_another_protocol(
    mode: Mode, server_tls: ssl.SSLContext, tls: ssl.SSLContext
) -> None:
    tls.set_alpn_protocols(["h2"])
    with Server([OK], tls=server_tls) as server:
        async with open_transport(mode, tls=tls) as transport:
            assert "the server chose the protocol 'h2'" in str(
                await network_error_of(transport, get(server.url))
            )


async def test_the_timeout_of_a_handshake(mode: Mode, tls: ssl.SSLContext) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"https://127.0.0.1:{listening.getsockname()[1]}"
        async with open_transport(mode, tls=tls, max_connections=1) as transport:
            for _ in range(2):
                error = await network_error_of(transport, get(url, timeout=Timeout(connect=0.2)))
                assert isinstance(error, RequestTimeoutError)
                assert error.phase == "connect"


async def test_the_read_timeout_over_tls(
    mode: Mode, server_tls: ssl.SSLContext, tls: ssl.SSLContext
) -> None:
    with Server([stall_after(b"HTTP/1.1 200 OK\r\n"), OK], tls=server_tls) as server:
        async with open_transport(mode, tls=tls, max_connections=1) as transport:
            error = await network_error_of(transport, get(server.url, timeout=Timeout(read=0.2)))
            assert isinstance(error, RequestTimeoutError)
            assert error.phase == "read"
            await response_to(transport, get(server.url))


@pytest.mark.parametrize("farewell", [True, False])
async def test_a_body_without_a_length_requires_close_notify(
    mode: Mode, farewell: bool, server_tls: ssl.SSLContext, tls: ssl.SSLContext
) -> None:
    async def step(exchange: Exchange) -> bool:
        await exchange.write(b"HTTP/1.1 200 OK\r\n\r\nhello")
        if not farewell:
            exchange.writer.transport.abort()
        return False

    with Server([step], tls=server_tls) as server:
        async with open_transport(mode, tls=tls, max_connections=1) as transport:
            for _ in range(2):
                if farewell:
                    assert (await response_to(transport, get(server.url))).body == b"hello"
                else:
                    error = await network_error_of(transport, get(server.url))
                    assert "the server closed the connection" in str(error)


async def test_a_body_of_known_length_requires_no_close_notify(
    mode: Mode, server_tls: ssl.SSLContext, tls: ssl.SSLContext
) -> None:
    async def step(exchange: Exchange) -> bool:
        await OK(exchange)
        exchange.writer.transport.abort()
        return False

    with Server([step], tls=server_tls) as server:
        async with open_transport(mode, tls=tls) as transport:
            assert (await response_to(transport, get(server.url))).body == b"hello"


async def test_a_stream_over_tls(
    mode: Mode, server_tls: ssl.SSLContext, tls: ssl.SSLContext
) -> None:
    # The last part is longer than a record of TLS, and longer than one read.
    pieces = [b"a", b"b" * 10, b"c" * 200_000]
    whole = raw(STREAM_HEAD + b"".join(map(http_chunk, [*pieces, b""])), keep=True)
    with Server([whole, OK], tls=server_tls) as server:
        async with open_transport(mode, tls=tls) as transport:
            body = await open_body(transport, get(server.url, streamed=True))
            assert b"".join([part async for part in body]) == b"".join(pieces)
            await response_to(transport, get(server.url))
    assert server.connections == 1


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_cancelling_a_handshake(mode: Mode, tls: ssl.SSLContext) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"https://127.0.0.1:{listening.getsockname()[1]}"
        async with open_transport(mode, tls=tls, max_connections=1) as transport:
            for _ in range(2):
                with anyio.move_on_after(0.05) as scope:
                    await transport.send(get(url))
                assert scope.cancelled_caught
