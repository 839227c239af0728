"""The details of an error: the request as a curl command, earlier attempts, and no internals."""

from __future__ import annotations

import copy
import json
import os
import pickle
import re
import shlex
import ssl
import traceback
from pathlib import Path

import anyio
import pytest

import julep
from julep import AsyncClient
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
from tests.sdk.transport.helpers.secrets import CANARY
from tests.sdk.transport.helpers.support import assert_ours

pytestmark = pytest.mark.anyio

ODD = 'it\'s "$HOME" `x` \\ $(x)\nand ☃'


async def refused(mode: Mode) -> tuple[julep.ApiError, Server]:
    """Create a user, with special characters in every part of the request, which fails."""
    settings = {"api_key": CANARY, "headers": {"x-team": "it's $BLUE", "x-other-key": CANARY}}
    with Server([respond_error(422)]) as server:
        query = {"a b": "c&d", "access_token": CANARY}
        async with make_client(mode, server.url + "/api", query=query, **settings) as client:
            with pytest.raises(julep.UnprocessableEntityError) as caught:
                await client.users.create(name="Grace", about=ODD)
    return caught.value, server


async def test_the_curl_command_of_an_error(mode: Mode) -> None:
    error, server = await refused(mode)
    words = shlex.split(error.as_curl())
    assert CANARY not in error.as_curl()
    assert words[:3] == ["curl", "-X", "POST"]
    assert words[3] == f"{server.url}/api/users?a%20b=c%26d&access_token=[hidden]"
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    assert headers["authorization"] == "Bearer $JULEP_API_KEY"
    assert headers["x-team"] == "it's $BLUE"
    assert headers["x-other-key"] == "[hidden]"
    assert headers["idempotency-key"] == server.received[0].header("idempotency-key")
    body = words[words.index("--data-raw") + 1]
    assert json.loads(body) == {"name": "Grace", "about": ODD}


async def test_a_shell_runs_the_curl_command(mode: Mode, tmp_path: Path) -> None:
    error, _ = await refused(mode)
    curl = tmp_path / "curl"
    curl.write_text('#!/bin/sh\nprintf "%s\\0" "$@"\n')
    curl.chmod(0o755)
    done = await anyio.run_process(
        ["/bin/sh", "-c", error.as_curl()],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "JULEP_API_KEY": "mine"},
    )
    words = done.stdout.decode().split("\0")
    assert "authorization: Bearer mine" in words
    assert "x-team: it's $BLUE" in words
    assert json.loads(words[words.index("--data-raw") + 1])["about"] == ODD


async def test_the_notes_list_earlier_attempts(mode: Mode) -> None:
    with Server(
        [respond_error(503), reset_after(), respond_error(429, {"retry-after": "0"})]
    ) as server:
        async with make_client(mode, server.url, max_retries=3) as client:
            with pytest.raises(julep.RateLimitError) as caught:
                await client.users.create(name="Grace")
    error = caught.value
    first, second, third = error.__notes__
    when = r" after \d+\.\d{3} s; retry in \d+\.\d{3} s"
    assert re.fullmatch(rf"attempt 1: 503: this is a 503{when}", first)
    assert re.fullmatch(rf"attempt 2: POST http://\S+/users: connection reset{when}", second)
    assert re.fullmatch(rf"attempt 3: 429: this is a 429{when}", third)
    assert error.attempts == len(server.received) == 4
    assert "(request id req-1, 4 attempts)" in str(error)
    assert error.summary == "429: this is a 429"
    shown = "".join(traceback.format_exception(error))
    assert shown.rstrip().endswith(third)
    for other in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301  # our own
        assert other.__notes__ == [first, second, third]
        assert other.as_curl() == error.as_curl()
        assert "curl -X POST" in other.as_curl()
        assert vars(other) == vars(error)


async def get(client: AsyncClient) -> None:
    await client.sessions.get(SESSION["id"])


async def read(client: AsyncClient) -> None:
    await (await client.sessions.chat(SESSION["id"], HELLO, stream=True)).get_final_response()


HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n"
FAILURES: dict[str, Step] = {
    "reset": reset_after(),
    "cut": raw(HEAD + b"{"),
    "silent": stall_after(),
    "no HTTP": raw(b"oops\r\n\r\n"),
    "a broken chunk": raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
    "no JSON": respond(200, b"oops"),
    "a wrong type": respond_json({"id": 7}),
    "no gzip": respond(200, b"oops", {"content-encoding": "gzip"}),
    "a refusal": respond_error(404),
    "a stream that is lost": raw(STREAM_HEAD + http_chunk(chat_event("Hi"))),
    "a stream of junk": raw(STREAM_HEAD + http_chunk(b"data: oops\n\n")),
}


def assert_clean(error: julep.JulepError) -> None:
    """Check that an error neither shows nor keeps alive the exceptions that caused it."""
    assert_ours(error)
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__
    shown = "".join(traceback.format_exception(error))
    for foreign in ("h11.", "httptools.", "anyio.", "ssl.SSL", "zlib.", "_ssl.c", "Errno", "attr"):
        assert foreign not in shown
    if isinstance(error, julep.NetworkError):
        kept: BaseException | None = error.__context__
        assert kept is None or isinstance(kept, julep.JulepError)


@pytest.mark.parametrize("step", FAILURES.values(), ids=FAILURES.keys())
async def test_no_internals_are_shown(mode: Mode, step: Step, reader: None) -> None:
    with Server([step]) as server:
        async with make_client(mode, server.url, timeout=0.3, max_retries=0) as client:
            for call in (get, read):
                with pytest.raises(julep.JulepError) as caught:
                    await call(client)
                assert_clean(caught.value)
                assert isinstance(caught.value, julep.RequestError)
                assert caught.value.as_curl().startswith("curl -X ")


async def test_no_internals_of_tls_are_shown(mode: Mode) -> None:
    with Server([raw(b"")], tls=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)) as server:
        async with make_client(mode, server.url, max_retries=0) as client:
            with pytest.raises(julep.NetworkError) as caught:
                await get(client)
    assert_clean(caught.value)


async def test_an_error_without_a_request_has_no_curl_command() -> None:
    assert julep.NetworkError("lost").as_curl() == ""


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("\\ud800 x", "\\ud800 x"),
        ("\\u001b[2J\\u0007", "\\x1b[2J\\x07"),
        ("a\\r\\nb\\tc\\rd", "a\r\nb\tc\\rd"),
        ("\\u202egnp.exe", "\\u202egnp.exe"),
        ("\\u0085\\u2028\\u007f", "\\x85\\u2028\\x7f"),
        ("Grüße 👋\\ud83d\\udc4b", "Grüße 👋👋"),
    ],
)
async def test_an_error_can_be_printed(
    mode: Mode, sent: str, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "julep")
    body = f'{{"error": {{"message": "{sent}", "code": "{sent}"}}}}'.encode()
    with Server([respond(400, body)]) as server:
        async with make_client(mode, server.url) as client:
            with pytest.raises(julep.BadRequestError) as caught:
                await client.sessions.get(SESSION["id"])
    error = caught.value
    assert error.message == error.code == shown
    assert shown in str(error)
    (str(error) + repr(error) + caplog.text).encode()  # which a surrogate would make impossible
    assert "\x1b" not in str(error) + repr(error) + caplog.text
