"""The API key is sent, and shown nowhere."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback

import pytest

import julep
from julep import AsyncClient
from julep._settings.config import read_config
from tests.sdk.colours import Colour, client_of
from tests.sdk.support import HELLO
from tests.sdk.transport.servers import (
    SESSION,
    STREAM_HEAD,
    Server,
    Step,
    answer,
    chunk,
    json_answer,
    piece,
    raw,
    refusal,
    reset_after,
    stall_after,
)

CANARY = "sk-canary-5d1f0b7e"

FAILURES: dict[str, Step] = {
    **{str(status): refusal(status) for status in (400, 401, 403, 404, 409, 422, 429, 500)},
    "reset": reset_after(),
    "silence": stall_after(),
    "no HTTP": raw(b"oops\r\n\r\n"),
    "no JSON": answer(200, b"oops"),
    "a wrong type": json_answer({"id": 7}),
    "lying gzip": answer(200, b"oops", {"content-encoding": "gzip"}),
    "a stream that ends": raw(STREAM_HEAD + piece(chunk("Hi"))),
    "a stream of junk": raw(STREAM_HEAD + piece(b"data: oops\n\n")),
    "a stream that fails": raw(STREAM_HEAD + piece(b"event: error\ndata: {}\n\n")),
}


def everything_of(error: BaseException) -> str:
    """All the ways that an error may be shown or kept, in one text."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert str(copy.copy(error)) == str(error)
    lines = traceback.TracebackException.from_exception(error, capture_locals=False).format()
    kept = pickle.dumps(error).decode("latin-1")
    return "".join([str(error), repr(error), repr(vars(error)), repr(error.args), kept, *lines])


async def streamed_chat(client: AsyncClient) -> None:
    events = await client.sessions.chat(SESSION["id"], HELLO, stream=True)
    await events.get_final_response()


@pytest.mark.anyio
@pytest.mark.parametrize("step", FAILURES.values(), ids=FAILURES.keys())
async def test_no_error_and_no_log_holds_the_key(
    colour: Colour, step: Step, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    settings = {"api_key": CANARY, "timeout": 0.2, "max_retries": 1}
    headers = {"x-other-key": CANARY}
    with Server([step]) as server:
        async with client_of(colour, server.url, headers=headers, **settings) as client:
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


def test_the_settings_of_a_client_do_not_show_the_key() -> None:
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
def test_a_key_that_cannot_be_sent_is_not_shown(settings: dict[str, object]) -> None:
    with pytest.raises(julep.ConfigurationError) as caught:
        julep.Client(**settings)  # type: ignore[arg-type]  # wrong types are what is tested
    assert CANARY not in everything_of(caught.value)
