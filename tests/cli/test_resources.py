"""The commands of resources: in pipes, in a pseudo-terminal, as JSON; exit statuses; helps."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import julep
from julep import __main__ as entry
from julep._cli import app, exits, output
from julep._cli.options import read_object
from julep._cli.resources import RESOURCES
from julep.testing import ScriptedServer
from tests.cli.helpers.terminal import JULEP, Terminal
from tests.sdk.helpers.methods import MANAGERS

UNKNOWN = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"


def test_an_agent_from_its_creation_to_its_end(run: Any, julep_client: julep.Client) -> None:
    made = run(
        *("agents", "create", "--name", "Ada", "--about", "a tutor\tof\nmany"),
        *("--metadata", "team=support", "--metadata", "level=3", "--instructions", "Be kind."),
    )
    agent = julep_client.agents.get(made.strip())
    assert (agent.name, agent.instructions) == ("Ada", ["Be kind."])
    assert agent.metadata == {"team": "support", "level": 3}
    (row,) = run("agents", "list", "--metadata", "team=support").splitlines()
    assert row.split("\t")[:3] == [str(agent.id), "Ada", "a tutor of many"]
    assert run("agents", "list", "--metadata", "team=sales") == ""
    assert "name\tAda\n" in run("agents", "get", agent.id)
    assert json.loads(run("agents", "get", agent.id, "--json")) == agent.to_dict()
    assert json.loads(run("agents", "list", "--json")) == [agent.to_dict()]
    assert run("agents", "count") == "1\n"
    assert "name\tGrace\n" in run("agents", "update", agent.id, "--name", "Grace")
    assert run("agents", "delete", agent.id) == ""
    assert run("agents", "list", "--limit", "5", "--order", "asc") == ""


def test_agents_and_users_by_their_names(
    run: Any, julep_client: julep.Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    agent = julep_client.agents.create(name="Ada")
    user = julep_client.users.create(name="Grace H.")
    session = run("sessions", "create", "--agent", "Ada", "--user", "Grace H.").strip()
    assert str(julep_client.sessions.get(session).agent_id) == str(agent.id)
    assert run("sessions", "list", "--agent", "Ada").startswith(session)
    (tmp_path / "hours.md").write_text("It opens at ten.", encoding="utf-8")
    run("docs", "import", tmp_path, "--user", "Grace H.")
    assert len(julep_client.docs.list(user_id=user.id)) == 1
    newest = julep_client.agents.create(name="Ada").id
    for problem in (
        f"several have the name 'Ada'; the newest is {newest}",
        "none has the name 'Alan'",
    ):
        name = problem.split("'")[1]
        assert app.main(["docs", "list", "--agent", name]) == exits.INVALID
        expected = f"--agent: {problem} (julep agents list shows the ids)"
        assert expected in capsys.readouterr().err


def test_what_get_printed_can_be_sent_back(
    run: Any, julep_client: julep.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = julep_client.agents.create(name="Ada", metadata={"team": "support"})
    file = tmp_path / "agent.json"
    file.write_text(run("agents", "get", agent.id, "--json"), encoding="utf-8")
    run("agents", "update", agent.id, "--file", file, "--name", "Grace")
    changed = julep_client.agents.get(agent.id)
    assert (changed.name, changed.metadata) == ("Grace", {"team": "support"})
    monkeypatch.setattr("sys.stdin", io.StringIO('{"name": "Edsger", "default-settings": {}}'))
    run("agents", "create", "--file", "-")
    assert julep_client.agents.list(limit=1)[0].name == "Edsger"


def test_documents_tools_sessions_and_memories(
    run: Any, julep_client: julep.Client, julep_server: ScriptedServer
) -> None:
    julep_server.says("Hello!")
    agent = run("agents", "create", "--name", "Ada").strip()
    user = run("users", "create", "--name", "Grace").strip()
    doc = run(
        *("docs", "create", "--agent", agent, "--title", "Hours"),
        *("--content", "It opens at ten.", "--content", "It closes at six."),
    ).strip()
    assert julep_client.docs.get(doc, agent_id=agent).content == [
        "It opens at ten.",
        "It closes at six.",
    ]
    assert run("docs", "search", "opens", "--agent", agent).startswith(f"{doc}\tHours\t")
    tool = '{"name": "weather", "parameters": {"type": "object"}}'
    tool_id = run("tools", "create", "--agent", agent, "--type", "function", "--function", tool)
    assert run("tools", "list", "--agent", agent).startswith(tool_id.strip())
    run("tools", "update", tool_id.strip(), "--agent", agent, "--description", "Of a town.")
    assert "Of a town." in run("tools", "list", "--agent", agent)
    memory = run(
        *("memories", "create", "--agent", agent, "--user", user),
        *("--content", "Grace likes porridge.", "--sentiment", "0.5"),
    )
    found = run("memories", "list", "--agent", agent, "--query", "porridge", "--type", "belief")
    assert found.startswith(memory.strip())
    session = run("sessions", "create", "--agent", agent, "--user", user).strip()
    explained = run("explain", session, "When does it open?")
    assert "document\t" in explained
    assert json.loads(run("explain", session, "Hello!", "--json"))["explanation"]["parts"]
    julep_client.sessions.chat(session, "Hello,\nAda!")
    assert run("sessions", "history", session).splitlines()[0] == "user\t\tHello, Ada!"
    (row,) = json.loads(run("sessions", "list", "--agent", agent, "--json"))
    assert row["id"] == session


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        ("agents create", exits.INVALID, "agents create needs --name, as options or in --file"),
        ("agents gt X", exits.INVALID, 'Did you mean "get"'),
        ("agents get", exits.INVALID, "agents get needs ID (julep agents get --help)"),
        (
            "agents create --name",
            exits.INVALID,
            "--name needs a value (julep agents create --help)",
        ),
        ("agents list extra", exits.INVALID, "agents list takes no 'extra' (julep agents list"),
        ("agents get X", exits.INVALID, "expected a UUID v4; got 'X'"),
        (f"agents get {UNKNOWN}", exits.FAILED, "404"),
        ("agents list --url http://127.0.0.1:9/api", exits.UNREACHABLE, "connection refused"),
        ("agents list --url nowhere", exits.INVALID, "base_url"),
        ("agents list --limit 0", exits.INVALID, "julep: --limit: expected an int >= 1"),
        ("agents delete X", exits.INVALID, "julep: AGENT_ID: expected a UUID v4; got 'X'"),
        ("agents list --metadata team", exits.INVALID, "--metadata: expected KEY=VALUE"),
        ("agents list --metadata {1}", exits.INVALID, "--metadata: expected JSON"),
        ("agents create --file /nowhere", exits.INVALID, "/nowhere cannot be read"),
        ("docs list", exits.INVALID, "--agent: expected either this or --user; got neither"),
        ("memories list", exits.INVALID, "memories list needs --agent"),
    ],
)
def test_failures_are_one_line_and_a_status(run: Any, words: str, status: int, text: str) -> None:
    error = run(*words.split(), status=status)
    assert error.startswith("julep: ")
    assert text in error


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "expected a JSON object, got list"),
        ('{"nme": "Ada"}', "did you mean name?"),
        ("[" * 100_000, "expected JSON with fewer levels"),
    ],
    ids=["list", "typo", "deep"],
)
def test_a_file_with_something_else(run: Any, tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "agent.json"
    file.write_text(text, encoding="utf-8")
    assert problem in run("agents", "create", "--file", file, status=exits.INVALID)


def test_a_key_that_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with ScriptedServer(api_keys=["right"]) as server:
        monkeypatch.setenv("JULEP_API_KEY", "wrong-key")
        assert app.main(["agents", "list", "--url", server.url]) == exits.REFUSED
    assert "wrong-key" not in capsys.readouterr().err


def test_values_of_metadata() -> None:
    texts = ["team=support", "level=3", "open=true", 'zip="0123"', "code=007", "x=a=b", "n=NaN"]
    assert read_object("--metadata", [*texts, '{"deep": {"a": [1]}}']) == {
        "team": "support",
        "level": 3,
        "open": True,
        "zip": "0123",
        "code": "007",
        "x": "a=b",
        "n": "NaN",
        "deep": {"a": [1]},
    }


def test_text_of_the_server_commands_no_terminal() -> None:
    assert output.printable("a\x1b[2J\x9b\u202eb\u00a0\U0001f469\u200d\U0001f680") == (
        "a\\x1b[2J\\x9b\\u202eb\u00a0\U0001f469\u200d\U0001f680"
    )
    assert output.cell({"a": "\x1b"}) == '{"a": "\\u001b"}'


def test_every_resource_has_commands() -> None:
    assert {resource.name for resource in RESOURCES} == set(MANAGERS)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_every_command_has_a_help_with_examples(
    resource: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in resource.commands:
        assert app.main([resource.name, name, "--help"]) == 0
        shown = capsys.readouterr().out
        assert f"Examples:\n  julep {resource.name} {name}" in shown
        assert "Exit status" in shown
        assert "╭" not in shown
        assert not re.search(r"\bNone\b|`", shown)


def test_a_terminal_shows_a_table(julep_client: julep.Client) -> None:
    agent = julep_client.agents.create(name="[red]Ada\x1b[2J", about="a tutor " * 40)
    environment = {"TERM": "xterm", "NO_COLOR": ""}
    with Terminal(*JULEP, "agents", "list", environment=environment) as terminal:
        shown = terminal.rest()
    head, row, *_ = shown.splitlines()
    assert "\x1b[1m" in head
    assert row.startswith(f"{agent.id}  [red]A")
    assert "\x1b[2J" not in shown


def test_an_import_in_a_narrow_terminal(julep_client: julep.Client, tmp_path: Path) -> None:
    agent = str(julep_client.agents.create(name="Ada").id)
    (tmp_path / "hours.md").write_text("It opens at ten.", encoding="utf-8")
    (tmp_path / "empty.md").write_text("", encoding="utf-8")
    words = ("docs", "import", str(tmp_path), "--agent", agent)
    with Terminal(*JULEP, *words, columns=30) as terminal:
        shown = terminal.rest()
    assert f"skipped  {tmp_path.name}/"[:17] in shown
    assert shown.endswith("1 skipped, 1 created\n")
    assert "\x1b" not in shown  # a terminal that cannot move its cursor has no bar


def test_ctrl_c_while_a_command_waits() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/api"
        with Terminal(*JULEP, "agents", "list", "--url", url) as terminal:
            connection, _ = silent.accept()
            with connection:
                connection.recv(1)
                terminal.type("\x03")
                assert terminal.rest(exits.INTERRUPTED) == "^C\n"


def test_no_color_and_a_narrow_terminal(
    julep_client: julep.Client,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    julep_client.agents.create(name="Ada", about="a tutor " * 40)
    for name, value in (("NO_COLOR", "1"), ("TERM", "xterm"), ("COLUMNS", "84")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert app.main(["agents", "list"]) == 0
    shown = capsys.readouterr().out
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", shown)
    assert max(map(len, re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines())) <= 84


@pytest.mark.parametrize("command", ["agents list | true", "doctor --help | true"])
def test_a_pipe_that_closes_is_no_error(julep_client: julep.Client, command: str) -> None:
    julep_client.agents.create(name="Ada")
    command = f"{sys.executable} -W error -m julep {command}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602
    assert done.stderr == ""


def _ended_by(error: BaseException) -> int:
    def work() -> int:
        raise error

    return exits.ended(work)


def test_how_the_program_ends_early(capsys: pytest.CaptureFixture[str]) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert _ended_by(full) == exits.FAILED
    text = "julep: the output cannot be written: No space left on device\n"
    assert capsys.readouterr().err == text
    assert _ended_by(OSError(errno.EACCES, "Permission denied", "file")) == exits.FAILED
    assert capsys.readouterr().err == "julep: file: Permission denied\n"
    assert _ended_by(BrokenPipeError()) == exits.CLOSED_PIPE
    assert capsys.readouterr().err == ""
    assert _ended_by(KeyboardInterrupt()) == exits.INTERRUPTED
    assert capsys.readouterr() == ("", "\n")


def test_output_that_is_closed_or_has_few_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    assert exits.ended(lambda: min(sys.stdout.write("Ådä"), 0)) == 0
    assert written.getvalue() == b"\\xc5d\\xe4"
    monkeypatch.setattr(sys, "stdout", None)
    assert exits.ended(lambda: min(sys.stdout.write("Ådä"), 0)) == 0


def test_what_the_commands_import() -> None:
    program = """
import sys
from julep.__main__ import main
sys.argv = ["julep", "--version"]
main()
print(*sorted(name for name in sys.modules if name.startswith("julep")))
sys.argv = ["julep", "users", "list", "--help"]
try:
    main()
except SystemExit:
    pass
print(*{name.partition(".")[0] for name in sys.modules})
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    version, loaded, *_, roots = done.stdout.splitlines()
    assert version == julep.__version__
    assert loaded.split() == ["julep", "julep.__main__", "julep._lazy", "julep._version"]
    assert {"cyclopts", "julep"} <= set(roots.split())
    assert {"httpx", "julep_server", "pypdf", "uvicorn"}.isdisjoint(roots.split())


@pytest.mark.parametrize("command", ["users", "serve"])
def test_a_module_of_ours_that_is_missing_is_no_missing_extra(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def import_module(name: str) -> None:
        raise ModuleNotFoundError(name, name="julep_api.models")

    monkeypatch.setattr(entry, "import_module", import_module)
    monkeypatch.setattr(sys, "argv", ["julep", command])
    with pytest.raises(ModuleNotFoundError):
        entry.main()


def test_without_the_extra_the_command_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "cyclopts", None)
    for module in [name for name in sys.modules if name.startswith("julep._cli.app")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr("sys.argv", ["julep", "agents", "list"])
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == exits.INVALID
    assert 'pip install "julep[cli]"' in capsys.readouterr().err
