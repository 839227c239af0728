"""Users' own clients of httpx and httpx2."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import httpx2
import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

import julep
from julep import AsyncClient, Timeout
from tests.sdk.helpers.modes import Mode, make_client, unwrapped
from tests.sdk.helpers.resources import HELLO
from tests.sdk.helpers.waiting import PATIENT
from tests.sdk.transport.helpers.http2_server import Http2Server
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    STREAM_HEAD,
    Exchange,
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
from tests.sdk.transport.helpers.support import assert_ours

pytestmark = pytest.mark.anyio

ID = SESSION["id"]
CANARY = "sk-canary-5d1f0b7e"


async def get(client: AsyncClient) -> None:
    assert (await client.sessions.get(ID)).id == ID


async def read(client: AsyncClient) -> str:
    events = await client.sessions.chat(ID, HELLO, stream=True)
    return (await events.get_final_response()).text


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> Any:
    return request.param


@asynccontextmanager
async def theirs(mode: Mode, library: Any, **settings: Any) -> AsyncGenerator[Any]:
    """Create a client of a library, and check that it is still open afterwards."""
    if mode == "sync":
        with library.Client(**settings) as client:
            yield client
    else:
        async with library.AsyncClient(**settings) as client:
            yield client
    assert client.is_closed


async def test_a_client_of_httpx_supports_every_call(mode: Mode, library: Any) -> None:
    steps = [
        respond_json(SESSION),
        respond_error(503),
        respond_created(),
        respond_stream(chat_event("Hi", "stop"), DONE),
    ]
    async with theirs(mode, library) as client_of_theirs:
        with Server(steps) as server:
            settings = {"http_client": client_of_theirs, "api_key": "secret"}
            async with make_client(mode, server.url + "/api", **settings) as client:
                await get(client)
                made = await client.with_raw_response(
                    unwrapped(client).users.create, name="Grace ☃"
                )
                assert (made.status_code, made.attempts) == (201, 2)
                assert await read(client) == "Hi"
            assert not client_of_theirs.is_closed
    assert server.connections == 1
    asked = server.received
    assert [request.header("authorization") for request in asked] == ["Bearer secret"] * 4
    assert asked[0].target == f"/api/sessions/{ID}"
    assert json.loads(asked[2].body) == {"name": "Grace ☃"}
    assert asked[1].header("idempotency-key") == asked[2].header("idempotency-key")


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
async def test_errors_of_httpx_become_ours(
    mode: Mode, library: Any, step: Any, kind: type[julep.RequestError]
) -> None:
    async with theirs(mode, library) as client_of_theirs:
        with Server([step, respond_json(SESSION)]) as server:
            settings = {"http_client": client_of_theirs, "timeout": Timeout(read=1.0)}
            async with make_client(mode, server.url, max_retries=0, **settings) as client:
                with pytest.raises(kind) as caught:
                    await get(client)
                await get(client.with_options(timeout=PATIENT))
    assert_ours(caught.value)
    assert "httpcore" not in str(caught.value)
    assert caught.value.attempts == 1


async def test_a_lost_stream_of_httpx(mode: Mode, library: Any) -> None:
    lost = raw(STREAM_HEAD + http_chunk(chat_event("Hi")))
    async with theirs(mode, library) as client_of_theirs:
        with Server([lost, respond_json(SESSION)]) as server:
            async with make_client(mode, server.url, http_client=client_of_theirs) as client:
                with pytest.raises(julep.StreamInterruptedError) as caught:
                    await read(client)
                await get(client)
    assert_ours(caught.value)
    assert caught.value.partial.text == "Hi"


async def test_a_full_pool_of_httpx(mode: Mode, library: Any) -> None:
    limits = library.Limits(max_connections=1)
    async with theirs(mode, library, limits=limits) as client_of_theirs:
        with Server(
            [stall_after(STREAM_HEAD + http_chunk(chat_event("Hi"))), respond_json(SESSION)]
        ) as server:
            async with make_client(mode, server.url, http_client=client_of_theirs) as client:
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


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def served(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.tempfile() as file:
        context.load_cert_chain(file)
    return context


@pytest.fixture
def cafile(authority: trustme.CA, tmp_path: Path) -> Path:
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    return file


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("by", ["sockets", "http2"])
async def test_a_client_certificate(
    mode: Mode, authority: trustme.CA, cafile: Path, tmp_path: Path, apart: bool, by: str
) -> None:
    context = served(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=authority.cert_pem.bytes().decode())
    mine = authority.issue_cert(common_name="me", organization_name="us")
    names: list[str] = []

    async def step(exchange: Exchange) -> bool:
        connection = exchange.writer.get_extra_info("ssl_object")
        subject = dict(pair for (pair,) in connection.getpeercert()["subject"])
        names.append(subject["commonName"])
        return await respond_json(SESSION)(exchange)

    files: dict[str, Any] = {"certificate": tmp_path / "me.pem"}
    if apart:
        files["key"] = tmp_path / "me.key"
        mine.private_key_pem.write_to_path(str(files["key"]))
        mine.cert_chain_pems[0].write_to_path(str(files["certificate"]))
    else:
        mine.private_key_and_cert_chain_pem.write_to_path(str(files["certificate"]))
    tls = julep.tls_context(cafile=cafile, **files)
    with Server([step], tls=context) as server:
        async with make_client(mode, server.url, tls=tls, http2=by == "http2") as client:
            await get(client)
        without = julep.tls_context(cafile=cafile)
        async with make_client(mode, server.url, tls=without, max_retries=0) as client:
            with pytest.raises(julep.NetworkError) as caught:
                await get(client)
    assert names == ["me"]
    assert_ours(caught.value)


async def test_a_companys_authority_is_trusted_additionally(
    mode: Mode, authority: trustme.CA, cafile: Path
) -> None:
    with Server([respond_json(SESSION)], tls=served(authority)) as server:
        tls = julep.tls_context(trust="system", cafile=str(cafile))
        async with make_client(mode, server.url, tls=tls) as client:
            await get(client)
        async with make_client(mode, server.url, max_retries=0) as client:
            with pytest.raises(julep.NetworkError, match="certificate verify failed") as caught:
                await get(client)
    assert_ours(caught.value)
    assert len(server.received) == 1


@pytest.mark.parametrize("setting", ["cafile", "certificate", "key"])
@pytest.mark.parametrize("content", [None, "", "no certificate", "-----BEGIN CERTIFICATE-----\nx"])
def test_files_that_cannot_be_read_are_named(
    setting: str, content: str | None, tmp_path: Path, authority: trustme.CA
) -> None:
    file = tmp_path / f"my-{setting}.pem"
    if content is not None:
        file.write_text(content)
    files: dict[str, Any] = {setting: file}
    if setting == "key":
        files["certificate"] = tmp_path / "me.pem"
        authority.issue_cert("me").cert_chain_pems[0].write_to_path(str(files["certificate"]))
    with pytest.raises(julep.ConfigurationError) as caught:
        julep.tls_context(**files)
    assert_ours(caught.value)
    assert file.name in str(caught.value)
    assert "_ssl.c" not in str(caught.value)
    assert "Errno" not in str(caught.value)


def test_an_invalid_trust_raises() -> None:
    trust: Any = "everybody"
    with pytest.raises(julep.ConfigurationError, match="'bundled' or 'system'"):
        julep.tls_context(trust=trust)
    with pytest.raises(julep.ConfigurationError, match=r"^key: expected certificate="):
        julep.tls_context(key="key.pem")


@pytest.mark.parametrize(
    ("password", "works"), [("open sesame", True), ("no", False), (None, False)]
)
def test_a_key_may_have_a_password(
    password: str | None, works: bool, tmp_path: Path, authority: trustme.CA
) -> None:
    mine = authority.issue_cert("me")
    mine.cert_chain_pems[0].write_to_path(str(tmp_path / "me.pem"))
    key = load_pem_private_key(mine.private_key_pem.bytes(), None)
    locked = BestAvailableEncryption(b"open sesame")
    data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked)
    (tmp_path / "me.key").write_bytes(data)
    files: dict[str, Any] = {"certificate": tmp_path / "me.pem", "key": tmp_path / "me.key"}
    if works:
        julep.tls_context(password=password, **files)
    else:
        with pytest.raises(julep.ConfigurationError, match=r"me\.key") as caught:
            julep.tls_context(password=password, **files)
        assert_ours(caught.value)


async def test_http2_is_negotiated(mode: Mode, authority: trustme.CA, cafile: Path) -> None:
    tls = julep.tls_context(cafile=cafile)
    body = json.dumps(SESSION).encode()
    with Http2Server("application/json", [body[:9], body[9:]], tls=served(authority)) as server:
        url = f"https://127.0.0.1:{server.port}/api"
        async with make_client(mode, url, tls=tls, http2=True, api_key="secret") as client:
            await get(client)
            found = await client.with_raw_response(unwrapped(client).sessions.get, ID)
            await client.post("/x", {"a": "b"})
    assert found.request_id == "req-2"
    assert server.connections == 1
    assert server.requests[0][":path"] == f"/api/sessions/{ID}"
    assert server.requests[0]["authorization"] == "Bearer secret"
    assert server.bodies == {5: b'{"a":"b"}'}


async def test_a_stream_by_http2(mode: Mode, authority: trustme.CA, cafile: Path) -> None:
    tls = julep.tls_context(cafile=cafile)
    pieces = [chat_event("H"), chat_event("i", "stop"), DONE]
    with Http2Server("text/event-stream", pieces, tls=served(authority)) as server:
        url = f"https://127.0.0.1:{server.port}"
        async with make_client(mode, url, tls=tls, http2=True) as client:
            for _ in range(3):
                assert await read(client) == "Hi"
    assert server.connections == 1


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_calls_share_a_connection_by_http2(
    mode: Mode, authority: trustme.CA, cafile: Path
) -> None:
    tls = julep.tls_context(cafile=cafile)
    body = json.dumps(SESSION).encode()
    with Http2Server("application/json", [body], tls=served(authority)) as server:
        url = f"https://127.0.0.1:{server.port}"
        async with make_client(mode, url, tls=tls, http2=True) as client:
            await get(client)
            async with anyio.create_task_group() as group:
                for _ in range(10):
                    group.start_soon(get, client)
    assert len(server.requests) == 11
    assert server.connections == 1


async def test_a_server_without_http2_gets_http1(
    mode: Mode, authority: trustme.CA, cafile: Path
) -> None:
    tls = julep.tls_context(cafile=cafile)
    with Server([respond_json(SESSION)], tls=served(authority)) as server:
        async with make_client(mode, server.url, tls=tls, http2=True) as client:
            await get(client)
    assert len(server.received) == 1


async def test_a_client_of_http2_leaves_others_unchanged(mode: Mode) -> None:
    """The protocols that are offered are set in the TLS context, which clients share."""
    async with make_client(mode, "https://127.0.0.1:9", http2=True, max_retries=0) as client:
        with pytest.raises(julep.NetworkError):
            await get(client)
    from julep._http.tls import shared_tls

    assert shared_tls() is not shared_tls(http2=True)


@pytest.mark.parametrize("whose", ["ours", "httpx", "httpx2"])
async def test_no_log_of_http2_has_the_key(
    mode: Mode,
    authority: trustme.CA,
    cafile: Path,
    whose: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("hpack", "hpack.hpack", "hpack.table", "h2", "httpcore", "httpx"):
        caplog.set_level(logging.DEBUG, name)
    tls = julep.tls_context(cafile=cafile)
    body = json.dumps(SESSION).encode()
    with Http2Server("application/json", [body], tls=served(authority)) as server:
        url = f"https://127.0.0.1:{server.port}"
        secrets: Any = {"api_key": CANARY, "headers": {"x-other-key": CANARY}}
        if whose == "ours":
            async with make_client(mode, url, tls=tls, http2=True, **secrets) as client:
                await get(client)
        else:
            library = {"httpx": httpx, "httpx2": httpx2}[whose]
            async with (
                theirs(mode, library, verify=tls, http2=True) as own_client,
                make_client(mode, url, http_client=own_client, **secrets) as client,
            ):
                await get(client)
    assert server.requests[0]["authorization"] == f"Bearer {CANARY}"
    assert caplog.text
    assert CANARY not in caplog.text


async def test_http2_requires_its_package(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:

    def missing(name: str) -> None:
        assert name == "h2"

    monkeypatch.setattr("julep._http.httpx_transport.find_spec", missing)
    async with make_client(mode, "https://julep.test", http2=True) as client:
        with pytest.raises(julep.ConfigurationError, match=r"julep\[http2\]"):
            await get(client)
