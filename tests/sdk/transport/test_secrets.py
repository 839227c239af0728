"""The API key is sent, but in no error, log or repr."""

from __future__ import annotations

import logging

import pytest

import julep
from julep import AsyncClient
from julep._settings.config import read_config
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.resources import HELLO
from tests.sdk.transport.helpers.scripted_server import (
    SESSION,
    STREAM_HEAD,
    Server,
    Step,
    chat_event,
    http_chunk,
    raw,
    reset_after,
    respond,
    respond_error,
    respond_json,
    stall_after,
)
from tests.sdk.transport.helpers.secrets import CANARY, everything_of

_ESCAPED = "".join(f"\\u{ord(character):04x}" for character in CANARY).encode()
FAILURES: dict[str, Step] = {
    **{str(status): respond_error(status) for status in (400, 401, 403, 404, 409, 422, 429, 500)},
    "reset": reset_after(),
    "silence": stall_after(),
    "no HTTP": raw(b"oops\r\n\r\n"),
    "no JSON": respond(200, b"oops"),
    "a wrong type": respond_json({"id": 7}),
    "lying gzip": respond(200, b"oops", {"content-encoding": "gzip"}),
    "a stream that ends": raw(STREAM_HEAD + http_chunk(chat_event("Hi"))),
    "a stream of junk": raw(STREAM_HEAD + http_chunk(b"data: oops\n\n")),
    "a message with the key": respond_json({"error": {"message": f"bad key {CANARY}"}}, 401),
    "an escaped key": respond(
        400, b'{"error": {"message": "%b", "code": "%b"}}' % ((_ESCAPED,) * 2)
    ),
    "a page with the key": respond(403, f"<html>{CANARY}</html>".encode()),
    "a field with the key": respond_json({"id": CANARY}),
    "a header with the key": respond(500, b"oops", {"x-request-id": CANARY}),
    "a redirect with the key": respond(301, b"", {"location": f"ftp://x/{CANARY}?q={CANARY}"}),
    "a stream that shows the key": raw(
        STREAM_HEAD
        + http_chunk(b'event: error\ndata: {"error": {"message": "%b"}}\n\n' % CANARY.encode())
    ),
    "a stream that fails": raw(STREAM_HEAD + http_chunk(b"event: error\ndata: {}\n\n")),
}


async def streamed_chat(client: AsyncClient) -> None:
    events = await client.sessions.chat(SESSION["id"], HELLO, stream=True)
    await events.get_final_response()


@pytest.mark.anyio
@pytest.mark.parametrize("step", FAILURES.values(), ids=FAILURES.keys())
async def test_no_error_and_no_log_has_the_key(
    mode: Mode, step: Step, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    settings = {"api_key": CANARY, "timeout": 0.5, "max_retries": 1}
    headers = {"x-other-key": CANARY}
    with Server([step]) as server:
        async with make_client(mode, server.url, headers=headers, **settings) as client:
            with pytest.raises(julep.JulepError) as plain:
                await client.sessions.get(SESSION["id"])
            with pytest.raises(julep.JulepError) as streamed:
                await streamed_chat(client)
            shown = repr(client) + repr(client.api) + repr(vars(client.sessions))
    for error in (plain.value, streamed.value):
        assert CANARY not in everything_of(error)
    assert CANARY not in shown
    assert CANARY not in caplog.text
    assert {request.header("authorization") for request in server.received} == {f"Bearer {CANARY}"}


def test_the_config_does_not_show_the_key() -> None:
    config = read_config(api_key=CANARY, headers={"x-other-key": CANARY})
    assert CANARY in str(dict(config.headers))
    assert CANARY not in repr(config)
    assert CANARY not in str(config)
    assert CANARY not in f"{config!r:>200} {config}"


@pytest.mark.parametrize(
    "settings",
    [
        {"api_key": CANARY + "\n"},
        {"api_key": CANARY + "é"},
        {"api_key": CANARY.encode()},
        {"api_key": "ok", "headers": {"authorization": CANARY + "\n"}},
        {"api_key": "ok", "base_url": f"http://{CANARY}@julep.test"},
    ],
)
def test_an_invalid_key_is_not_shown(settings: dict[str, object]) -> None:
    with pytest.raises(julep.ConfigurationError) as caught:
        julep.Client(**settings)  # type: ignore[arg-type]  # invalid types are tested
    assert CANARY not in everything_of(caught.value)
