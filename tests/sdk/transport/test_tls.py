"""Requests over TLS, to servers that are trusted, that are not, and that are cut off."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import anyio
import pytest
import trustme

import julep
from julep import RequestTimeoutError, _tls
from julep._timeout import Timeout
from tests.sdk.colours import Colour
from tests.sdk.transport.servers import (
    STREAM_HEAD,
    Exchange,
    Server,
    answer,
    piece,
    raw,
    stall_after,
)
from tests.sdk.transport.wires import answer_to, get, lost, opened, wire_of

pytestmark = pytest.mark.anyio

OK = answer(200, b"hello")

# Python 3.11.2 has OpenSSL ignore an end without close_notify, and no error class for it.
CUT_OFF = (
    "TLS failed: unexpected eof while reading"
    if ssl.create_default_context().options & ssl.OP_IGNORE_UNEXPECTED_EOF
    else "the server closed the connection"
)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = served_as("127.0.0.1", authority)
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """What trusts the server."""
    context = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    return context


def served_as(host: str, authority: trustme.CA) -> ssl.SSLContext:
    """What a server shows that is this host."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with authority.issue_cert(host).private_key_and_cert_chain_pem.tempfile() as file:
        context.load_cert_chain(file)
    return context


async def test_a_trusted_server_is_asked(
    colour: Colour, server_tls: ssl.SSLContext, tls: ssl.SSLContext
) -> None:
    async def echo(exchange: Exchange) -> bool:
        return await answer(200, exchange.request.body)(exchange)

    content = bytes(range(256)) * 12_000
    with Server([echo, OK], tls=server_tls) as server:
        async with wire_of(colour, tls=tls) as wire:
            sent = get(server.url, method="POST", content=content)
            assert (await answer_to(wire, sent)).body == content
            for _ in range(3):
                assert (await answer_to(wire, get(server.url))).body == b"hello"
    assert server.connections == 1


async def test_what_the_environment_trusts_is_trusted(
    colour: Colour,
    server_tls: ssl.SSLContext,
    authority: trustme.CA,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    for name in ("julep._blocking_wire", "julep._async_wire"):
        monkeypatch.setattr(f"{name}.shared_tls", _tls.shared_tls.__wrapped__)
    chosen: list[str | None] = []

    async def step(exchange: Exchange) -> bool:
        connection = exchange.writer.get_extra_info("ssl_object")
        chosen.append(connection.selected_alpn_protocol())
        return await OK(exchange)

    with Server([step], tls=server_tls) as server:
        async with wire_of(colour) as wire:
            await answer_to(wire, get(server.url))
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
        async with wire_of(colour) as wire:
            with pytest.raises(julep.ConfigurationError, match="SSL_CERT_FILE"):
                await wire.send(get(server.url))
    assert chosen == ["http/1.1"]


async def test_a_server_that_is_not_trusted_is_not_asked(
    colour: Colour, server_tls: ssl.SSLContext
) -> None:
    with Server([OK], tls=server_tls) as server:
        async with wire_of(colour, max_connections=1) as wire:
            for _ in range(2):
                error = await lost(wire, get(server.url))
                assert "certificate verify failed: unable to get" in str(error)
    assert server.received == []


async def test_another_server_s_certificate_is_none(
    colour: Colour, authority: trustme.CA, tls: ssl.SSLContext
) -> None:
    with Server([OK], tls=served_as("julep.test", authority)) as server:
        async with wire_of(colour, tls=tls) as wire:
            error = await lost(wire, get(server.url))
            assert "certificate verify failed: IP address mismatch" in str(error)


async def test_a_server_without_tls(colour: Colour, tls: ssl.SSLContext) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        serving = threading.Thread(target=serve)
        serving.start()
        async with wire_of(colour, tls=tls) as wire:
            error = await lost(wire, get(f"https://127.0.0.1:{listening.getsockname()[1]}"))
            assert "TLS failed: " in str(error)
        serving.join(10)


async def test_a_server_that_speaks_another_protocol(
    colour: Colour, server_tls: ssl.SSLContext, tls: ssl.SSLContext
) -> None:
    tls.set_alpn_protocols(["h2"])
    with Server([OK], tls=server_tls) as server:
        async with wire_of(colour, tls=tls) as wire:
            assert "the server chose 'h2'" in str(await lost(wire, get(server.url)))


async def test_a_handshake_is_bounded(colour: Colour, tls: ssl.SSLContext) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"https://127.0.0.1:{listening.getsockname()[1]}"
        async with wire_of(colour, tls=tls, max_connections=1) as wire:
            for _ in range(2):
                error = await lost(wire, get(url, timeout=Timeout(connect=0.2)))
                assert isinstance(error, RequestTimeoutError)
                assert error.phase == "connect"


async def test_a_silent_server_is_waited_for_within_the_limit(
    colour: Colour, server_tls: ssl.SSLContext, tls: ssl.SSLContext
) -> None:
    with Server([stall_after(b"HTTP/1.1 200 OK\r\n"), OK], tls=server_tls) as server:
        async with wire_of(colour, tls=tls, max_connections=1) as wire:
            error = await lost(wire, get(server.url, timeout=Timeout(read=0.2)))
            assert isinstance(error, RequestTimeoutError)
            assert error.phase == "read"
            await answer_to(wire, get(server.url))


@pytest.mark.parametrize("farewell", [True, False])
async def test_a_body_that_ends_with_its_connection_needs_a_farewell(
    colour: Colour, farewell: bool, server_tls: ssl.SSLContext, tls: ssl.SSLContext
) -> None:
    async def step(exchange: Exchange) -> bool:
        await exchange.write(b"HTTP/1.1 200 OK\r\n\r\nhello")
        if not farewell:
            exchange.writer.transport.abort()
        return False

    with Server([step], tls=server_tls) as server:
        async with wire_of(colour, tls=tls, max_connections=1) as wire:
            for _ in range(2):
                if farewell:
                    assert (await answer_to(wire, get(server.url))).body == b"hello"
                else:
                    error = await lost(wire, get(server.url))
                    assert CUT_OFF in str(error)


async def test_a_body_of_known_length_needs_none(
    colour: Colour, server_tls: ssl.SSLContext, tls: ssl.SSLContext
) -> None:
    async def step(exchange: Exchange) -> bool:
        await OK(exchange)
        exchange.writer.transport.abort()
        return False

    with Server([step], tls=server_tls) as server:
        async with wire_of(colour, tls=tls) as wire:
            assert (await answer_to(wire, get(server.url))).body == b"hello"


async def test_a_stream_over_tls(
    colour: Colour, server_tls: ssl.SSLContext, tls: ssl.SSLContext
) -> None:
    # The last part is more than one record of TLS, and more than is read at once.
    pieces = [b"a", b"b" * 10, b"c" * 200_000]
    whole = raw(STREAM_HEAD + b"".join(map(piece, [*pieces, b""])), keep=True)
    with Server([whole, OK], tls=server_tls) as server:
        async with wire_of(colour, tls=tls) as wire:
            body = await opened(wire, get(server.url, streamed=True))
            assert b"".join([part async for part in body]) == b"".join(pieces)
            await answer_to(wire, get(server.url))
    assert server.connections == 1


@pytest.mark.parametrize("colour", ["asyncio", "trio"])
async def test_a_handshake_may_be_cancelled(colour: Colour, tls: ssl.SSLContext) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"https://127.0.0.1:{listening.getsockname()[1]}"
        async with wire_of(colour, tls=tls, max_connections=1) as wire:
            for _ in range(2):
                with anyio.move_on_after(0.05) as scope:
                    await wire.send(get(url))
                assert scope.cancelled_caught
