"""Calls whose bodies are not JSON: the contract may describe some, and the drivers send them."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from julep.managers.base import read_by
from julep_api.client import BodyReader, Call, Content
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.transport.helpers.scripted_server import Server, respond

pytestmark = pytest.mark.anyio

TEXT: BodyReader[str] = BodyReader(lambda data, kind: f"{kind}: {data.decode('latin-1')}")


async def test_bytes_are_sent_and_read_as_they_are(mode: Mode) -> None:
    steps = [respond(200, b"\x00,\xff", {"content-type": "text/csv"})]
    with Server(steps) as server:
        async with make_client(mode, server.url) as client:
            driver: Any = getattr(client, "_api_client")  # noqa: B009  # programs use it
            content = Content("image/png", b"\x89PNG")
            headers = (("Accept", "text/csv"),)
            call = Call("X", "PUT", "/x", {200: TEXT}, headers=headers, content=content)
            found = driver.send(call)
            found = await found if inspect.isawaitable(found) else found
    assert found == "text/csv: \x00,ÿ"
    [request] = server.received
    assert (request.body, request.header("content-type")) == (b"\x89PNG", "image/png")
    assert request.header("accept") == "text/csv"


def test_a_call_with_another_reader_keeps_its_content() -> None:
    call = Call("X", "PUT", "/x", {200: TEXT}, content=Content("image/png", b"\x89"))
    assert read_by(call, str).content == call.content
    assert read_by(call, str).answers == {200: str}


def test_json_is_refused_where_the_contract_has_none() -> None:
    from julep_api.errors import DecodeError

    with pytest.raises(DecodeError, match="not JSON"):
        TEXT({"a": 1})
