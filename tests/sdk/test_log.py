"""The log: a line for each call, headers and bodies at the level of debugging, and no secrets."""

from __future__ import annotations

import logging
import os
import re

import pytest

import julep
from julep import RetryPolicy
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.programs import run_program
from tests.sdk.helpers.resources import HELLO
from tests.sdk.helpers.waiting import cancel_when
from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    SESSION,
    Server,
    Step,
    chat_event,
    reset_after,
    respond,
    respond_error,
    respond_json,
    respond_stream,
    stall_after,
)
from tests.sdk.transport.helpers.secrets import CANARY

PATH = f"/sessions/{SESSION['id']}"

AT_ONCE = RetryPolicy(initial_delay=0.001)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    # Not `at_level`: a further `set_level` within it would restore this level for all later tests.
    caplog.set_level(logging.INFO, "julep")
    return caplog


def lines(log: pytest.LogCaptureFixture) -> list[str]:
    """Return the lines, with a placeholder for times."""
    assert {record.name for record in log.records} <= {"julep"}
    return [re.sub(r"\d+\.\d{3} s", "N s", record.getMessage()) for record in log.records]


@pytest.mark.anyio
async def test_a_call_is_logged(mode: Mode, log: pytest.LogCaptureFixture) -> None:
    with Server([respond_json(SESSION, headers={"x-request-id": "req-7"})]) as server:
        async with make_client(mode, server.url) as client:
            await client.sessions.get(SESSION["id"])
    assert lines(log) == [f"GET {PATH}: 200 in N s (1 attempt, request id req-7)"]
    assert [record.levelname for record in log.records] == ["INFO"]


@pytest.mark.anyio
async def test_retries_and_failures_are_logged(mode: Mode, log: pytest.LogCaptureFixture) -> None:
    retry = AT_ONCE._replace(max_retries=1)
    with Server([respond_error(503), respond_error(404), reset_after()]) as server:
        async with make_client(mode, server.url, retry=retry) as client:
            with pytest.raises(julep.NotFoundError):
                await client.sessions.get(SESSION["id"])
            with pytest.raises(julep.NetworkError) as lost:
                await client.sessions.get(SESSION["id"])
    failure = f"NetworkError: {lost.value.message}"
    assert lines(log) == [
        f"GET {PATH}: attempt 1 failed: 503: this is a 503; retry in N s",
        f"GET {PATH}: 404: this is a 404 in N s (2 attempts, request id req-1)",
        f"GET {PATH}: attempt 1 failed: {failure}; retry in N s",
        f"GET {PATH}: {failure} in N s (2 attempts, request id unknown)",
    ]


@pytest.mark.anyio
async def test_a_stream_is_logged_when_it_ends(mode: Mode, log: pytest.LogCaptureFixture) -> None:
    with Server([respond_stream(chat_event("Hi", "stop"), DONE)]) as server:
        async with make_client(mode, server.url) as client:
            events = await client.sessions.chat(SESSION["id"], HELLO, stream=True)
            assert lines(log) == []
            await events.get_final_response()
            await events.aclose()
            async with await client.sessions.chat(SESSION["id"], HELLO, stream=True):
                pass  # closed early, which is no failure
    assert lines(log) == [f"POST {PATH}/chat: 200 in N s (1 attempt, request id req-1)"] * 2


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_a_cancelled_call_is_logged(mode: Mode, log: pytest.LogCaptureFixture) -> None:
    with Server([stall_after()]) as server:
        async with make_client(mode, server.url) as client:
            await cancel_when(lambda: bool(server.received), client.sessions.get, SESSION["id"])
    assert lines(log) == [f"GET {PATH}: cancelled in N s (1 attempt, request id unknown)"]


@pytest.mark.anyio
async def test_headers_and_bodies_are_logged_for_debugging(
    mode: Mode, log: pytest.LogCaptureFixture
) -> None:
    log.set_level(logging.DEBUG, "julep")
    long = {**SESSION, "situation": "a" * 3000}
    with Server([respond_json(long, headers={"set-cookie": "x"}), respond_stream(DONE)]) as server:
        async with make_client(mode, server.url, api_key=CANARY) as client:
            await client.request("PATCH", PATH, body={"situation": "b" * 3000})
            events = await client.sessions.chat(SESSION["id"], HELLO, stream=True)
            await events.aclose()
    sent, came, _, chat_sent, opened, _ = lines(log)
    assert sent.startswith(f"PATCH {server.url}{PATH}: attempt 1 sends headers {{")
    assert "'authorization': '[hidden]'" in sent
    assert '} and body {"situation":"bbb' in sent
    assert re.search(r"b… \(\d{4} bytes\)$", sent)
    assert 2000 < len(sent) < 3000
    assert came.startswith(f"PATCH {PATH}: attempt 1, N s: 200 with headers {{")
    assert "'set-cookie': '[hidden]'" in came
    assert re.search(r"a… \(\d{4} bytes\)$", came)
    assert '"content":"Hello' in chat_sent
    assert opened.endswith("and a stream")


@pytest.mark.anyio
async def test_other_packages_do_not_log(mode: Mode, log: pytest.LogCaptureFixture) -> None:
    log.set_level(logging.DEBUG, "julep")
    with Server([respond(400, b"no\r\n2024-05-01 INFO all is well")]) as server:
        async with make_client(mode, server.url) as client:
            with pytest.raises(julep.BadRequestError):
                await client.sessions.get(SESSION["id"])
    assert len(lines(log)) == 3
    assert "\n" not in "".join(lines(log))
    assert "no\\r\\n2024" in lines(log)[-1]


STEPS: dict[str, list[Step]] = {
    "responses": [respond_json(SESSION)],
    "a server that repeats the key": [respond(401, b"who is " + CANARY.encode() * 200)],
    "retries": [reset_after(), respond_error(503), respond_json(SESSION)],
    "silence": [stall_after()],
}


@pytest.mark.anyio
@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS.keys())
@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO])
async def test_no_line_has_a_secret(
    mode: Mode, steps: list[Step], level: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(level)  # of every library's loggers
    settings = {
        "api_key": CANARY,
        "headers": {"x-other-key": CANARY},
        "retry": AT_ONCE,
        "timeout": 0.3,
    }
    with Server(steps) as server:
        async with make_client(mode, server.url, **settings) as client:
            for _ in range(2):
                try:
                    await client.sessions.get(SESSION["id"])
                except julep.JulepError as error:
                    logging.getLogger("program").warning("failed: %s", type(error), exc_info=True)
    shown = "".join(record.getMessage() for record in caplog.records if record.name != "program")
    assert CANARY not in shown
    assert PATH in shown
    assert {request.header("authorization") for request in server.received} == {f"Bearer {CANARY}"}


@pytest.mark.anyio
async def test_no_line_has_a_secret_of_the_query(mode: Mode, log: pytest.LogCaptureFixture) -> None:
    log.set_level(logging.DEBUG, "julep")
    with Server([reset_after(), respond_json(SESSION)]) as server:
        async with make_client(
            mode, server.url, query={"api_key": CANARY}, retry=AT_ONCE
        ) as client:
            await client.sessions.get(SESSION["id"])
    ours = "".join(record.getMessage() for record in log.records if record.name == "julep")
    assert CANARY not in ours
    assert "?api_key=[hidden]" in ours


PROGRAM = """
import sys
import julep
print("logging" in sys.modules)
try:
    with julep.Client(api_key="sk-canary-5d1f0b7e") as client:
        if len(sys.argv) > 1:
            julep.AsyncClient()  # changes nothing
            client.get("/x")
except julep.JulepError as error:
    print(error)
print("logging" in sys.modules)
"""


def run(level: str | None, *arguments: str, prelude: str = "") -> tuple[str, str]:
    environment = {name: value for name, value in os.environ.items() if name != "JULEP_LOG"}
    if level is not None:
        environment["JULEP_LOG"] = level
    if arguments:
        environment["JULEP_API_URL"] = arguments[0]
    done = run_program(prelude + PROGRAM, *arguments, environment=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


@pytest.mark.parametrize(("level", "expected"), [("info", 1), ("DEBUG", 3), (None, 0), ("", 0)])
def test_the_environment_switches_the_log_on(level: str | None, expected: int) -> None:
    with Server([respond_json({})]) as server:
        _, written = run(level, server.url)
    found = written.splitlines()
    assert len(found) == expected
    assert CANARY not in written
    if found:
        assert re.fullmatch(
            r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO julep: GET /x: 200 in .*", found[-1]
        )


def test_configured_logging_gets_each_line_once() -> None:
    prelude = "import logging; logging.basicConfig(format='mine: %(message)s')\n"
    with Server([respond_json({})]) as server:
        _, written = run("info", server.url, prelude=prelude)
    assert re.fullmatch(r"mine: GET /x: 200 in .*\n", written)


def test_an_invalid_level_raises() -> None:
    said, written = run("loud")
    assert "JULEP_LOG: expected 'debug' or 'info', got 'loud'" in said
    assert written == ""


def test_logging_is_not_loaded_unless_enabled() -> None:
    assert run(None) == ("False\nFalse\n", "")
