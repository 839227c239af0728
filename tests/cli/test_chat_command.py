"""julep chat: in a pseudo-terminal, and by lines of standard input."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest

import julep
from julep._cli import chat, exits
from julep.testing import ScriptedServer
from tests.cli.helpers.terminal import JULEP, Terminal

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
    if arguments == ["--session", "no id"]:
        assert printed.err.startswith("julep: --session: expected a UUID v4; got 'no id'")
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
    with Terminal(*JULEP, "chat") as terminal:
        # The arrow up brings back the first message.
        for typed, awaited in (
            ("The first prime?\n", "Two.\r\n"),
            ("\x1b[A\n", "Two again.\r\n"),
        ):
            terminal.until("> ")
            terminal.type(typed)
            terminal.until(awaited)
        terminal.until("> ")
        terminal.type("\n")
        shown = terminal.rest()
    assert re.search(r"To continue: julep chat --session [0-9a-f-]{36}\n$", shown)
    asked = [request.messages[-1]["content"] for request in julep_server.asked]
    assert asked == ["The first prime?", "The first prime?"]


def test_a_session_goes_on_in_a_terminal_and_tools_and_jobs_are_shown(
    julep_server: ScriptedServer, julep_client: julep.Client
) -> None:
    agent = julep_client.agents.create(name="Ada", functions=[WEATHER])
    user = julep_client.users.create(name="Grace")
    session = julep_client.sessions.create(agent_id=agent.id, user_id=user.id)
    julep_server.says("Two.").calls("weather", town="Bergen")
    julep_client.sessions.chat(session.id, "The first prime?", remember=False)
    with Terminal(*JULEP, "chat", "--session", str(session.id)) as terminal:
        terminal.until("> ")
        terminal.type("\x1b[A\n")
        terminal.until("[calls weather")
        assert "Bergen" in terminal.until("]\r\n")
        job = re.search(r"\[started job (.*)\]", terminal.until("> "))
        terminal.type("\x04")
        assert f"To continue: julep chat --session {session.id}\n" in terminal.rest()
    assert julep_server.asked[1].messages[-1]["content"] == "The first prime?"
    assert job is not None
    assert julep_client.jobs.get(job[1]).name == "form_memories"


def test_ctrl_c_at_the_prompt_ends_a_chat(julep_server: ScriptedServer) -> None:
    with Terminal(*JULEP, "chat") as terminal:
        terminal.until("> ")
        terminal.type("\x03")
        # Python may be about to wait for a key, and then sees the signal with the next one.
        terminal.type("\n")
        assert "Traceback" not in terminal.rest()


class InterruptedInput:
    """A standard input that Ctrl-C interrupts after a line."""

    def __iter__(self) -> Iterator[str]:
        yield "The first prime?\n"
        raise KeyboardInterrupt

    def isatty(self) -> bool:
        return False


def test_ctrl_c_between_lines_ends_a_program(
    julep_server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    julep_server.says("Two.")
    monkeypatch.setattr("sys.stdin", InterruptedInput())
    assert exits.ended(lambda: chat.main([])) == exits.INTERRUPTED
    assert capsys.readouterr().out == "Two.\n"


def test_an_agent_that_several_have_or_none(
    julep_server: ScriptedServer,
    julep_client: julep.Client,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    julep_client.agents.create(name="Ada")
    newest = julep_client.agents.create(name="Ada")
    type_lines(monkeypatch, "Hello")
    assert chat.main(["--agent", "Ada"]) == exits.INVALID
    several = f"--agent: several have the name 'Ada'; the newest is {newest.id} ("
    assert several in capsys.readouterr().err
    # Without the option, several are no obstacle: the first programs of a reader make some.
    type_lines(monkeypatch, "Hello")
    julep_server.says("Hello!")
    assert chat.main([]) == 0
    assert [one.agent_id for one in julep_client.sessions.list()] == [newest.id]
    # An id is no name.
    assert chat.main(["--agent", "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"]) == exits.FAILED
    assert len(julep_client.agents.list()) == 2


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--agnt", "Ada"], "chat has no option '--agnt'; did you mean --agent?"),
        (["Hello"], "chat takes options alone, not 'Hello'"),
        (["--agent", "--url", "x"], "chat needs a value: --agent NAME"),
    ],
)
def test_wrong_options_are_one_line(
    words: list[str], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert chat.main(words) == exits.INVALID
    assert capsys.readouterr().err == f"julep: {error} (julep chat --help)\n"


def test_a_value_behind_an_equals_sign() -> None:
    assert chat.COMMAND.read(["--agent=Ada=", "--url", "x"]) == {"--agent": "Ada=", "--url": "x"}
