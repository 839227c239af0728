"""julep chat: in a pseudo-terminal, and by lines of standard input."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys

import pytest

import julep
from julep._cli import chat, exits
from julep.testing import ScriptedServer

WEATHER = {"name": "weather", "parameters": {"type": "object"}}


def type_lines(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_lines_of_standard_input_are_messages(
    julep_server: ScriptedServer,
    julep_client: julep.Client,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    julep_server.says("Two.").says("Three.")
    type_lines(monkeypatch, "The first prime?", "", "And the next?")
    assert chat.main(["--agent", "Grace"]) == 0
    assert capsys.readouterr().out == "Two.\nThree.\n"
    assert [agent.name for agent in julep_client.agents.list()] == ["Grace"]
    said = [message["content"] for message in julep_server.asked[1].messages]
    assert said[-3:] == ["The first prime?", "Two.", "And the next?"]


def test_a_session_and_an_agent_are_found_again(
    julep_server: ScriptedServer, julep_client: julep.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = julep_client.agents.create(name="Ada")
    session = julep_client.sessions.create(agent_id=agent.id)
    julep_server.says("One.").says("Two.").says("Three.")
    for arguments in (["--session", session.id], ["--agent", "Ada"], ["--agent", agent.id]):
        type_lines(monkeypatch, "Count.")
        assert chat.main([str(word) for word in arguments]) == 0
    assert len(julep_client.sessions.history(session.id)) == 2
    assert len(julep_client.agents.list()) == 1


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--session", "no id"], exits.INVALID),
        (["--url", "nowhere"], exits.INVALID),
        (["--agent"], exits.INVALID),
        (["--nothing", "x"], exits.INVALID),
        (["--url", "http://127.0.0.1:9/api"], exits.UNREACHABLE),
        (["--session", "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"], exits.FAILED),
        (["--help"], 0),
    ],
)
def test_exit_statuses(
    arguments: list[str],
    status: int,
    julep_server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    type_lines(monkeypatch, "Hello")
    assert chat.main(arguments) == status
    printed = capsys.readouterr()
    assert printed.err.startswith("julep: ") if status else printed.out == chat.COMMAND.help


def test_a_key_that_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(api_keys=["right"]) as server:
        monkeypatch.setenv("JULEP_API_KEY", "wrong")
        type_lines(monkeypatch, "Hello")
        assert chat.main(["--url", server.url]) == exits.REFUSED


def test_an_answer_that_breaks_off_ends_its_line(
    julep_server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    julep_server.breaks_off("One two", after=1)
    type_lines(monkeypatch, "Count.")
    assert chat.main([]) == exits.FAILED
    printed = capsys.readouterr()
    assert printed.out.endswith("\n")
    assert printed.out.strip() == "One"
    assert printed.err.startswith("julep: ")


def test_a_chat_in_a_terminal(julep_server: ScriptedServer) -> None:
    julep_server.says("Two.").says("Two again.")
    main_end, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "julep", "chat"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**os.environ, "TERM": "dumb"},
        close_fds=True,
    ) as running:
        os.close(terminal)
        shown = b""
        # The arrow up brings back the first message.
        for typed, awaited in (
            (b"The first prime?\n", b"Two.\r\n"),
            (b"\x1b[A\n", b"Two again.\r\n"),
            (b"\n", b"To continue"),
        ):
            shown += read_until(main_end, b"> ")
            os.write(main_end, typed)
            shown += read_until(main_end, awaited)
        shown += read_until(main_end, b"\n")
        os.close(main_end)
        assert running.wait(60) == 0
    assert re.search(rb"julep chat --session [0-9a-f-]{36}", shown)
    asked = [request.messages[-1]["content"] for request in julep_server.asked]
    assert asked == ["The first prime?", "The first prime?"]


def test_a_session_goes_on_in_a_terminal_and_tools_are_shown(
    julep_server: ScriptedServer, julep_client: julep.Client
) -> None:
    agent = julep_client.agents.create(name="Ada", functions=[WEATHER])
    session = julep_client.sessions.create(agent_id=agent.id)
    julep_server.says("Two.").calls("weather", town="Bergen")
    julep_client.sessions.chat(session.id, "The first prime?")
    main_end, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "julep", "chat", "--session", str(session.id)],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**os.environ, "TERM": "dumb"},
        close_fds=True,
    ) as running:
        os.close(terminal)
        read_until(main_end, b"> ")
        os.write(main_end, b"\x1b[A\n")
        read_until(main_end, b"[calls weather")
        assert b"Bergen" in read_until(main_end, b"]\r\n")
        read_until(main_end, b"> ")
        os.write(main_end, b"\n")
        read_until(main_end, b"To continue")
        read_until(main_end, b"\n")
        os.close(main_end)
        assert running.wait(60) == 0
    assert julep_server.asked[1].messages[-1]["content"] == "The first prime?"


def read_until(descriptor: int, awaited: bytes) -> bytes:
    found = b""
    while awaited not in found:
        piece = os.read(descriptor, 1)
        assert piece
        found += piece
    return found
