"""The contexts of `julep.tls_context`: authorities, certificates of clients, and keys."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

import julep
from julep import AsyncClient
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.transport.helpers.certificates import server_context
from tests.sdk.transport.helpers.scripted_server import (
    SESSION,
    Exchange,
    Server,
    respond_json,
)
from tests.sdk.transport.helpers.support import assert_ours

pytestmark = pytest.mark.anyio

ID = SESSION["id"]


async def get(client: AsyncClient) -> None:
    assert (await client.sessions.get(ID)).id == ID


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("by", ["sockets", "http2"])
async def test_a_client_certificate(
    mode: Mode, authority: trustme.CA, cafile: Path, tmp_path: Path, apart: bool, by: str
) -> None:
    context = server_context(authority)
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
    with Server([respond_json(SESSION)], tls=server_context(authority)) as server:
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
