"""What people do wrong at first, and what standard streams may be: each has a line that helps."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from julep._cli import app, exits
from julep.testing import ScriptedServer
from tests.cli.helpers.terminal import JULEP, Terminal


def julep(
    *words: str, line: str = '"$@"', environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the command by a shell, which may redirect its streams."""
    return subprocess.run(
        ["sh", "-c", line, "sh", *JULEP, *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, **(environment or {})},
        check=False,
    )


@pytest.mark.parametrize("words", ["help agents list", "agents help list", "agents list --help"])
def test_help_is_a_word_too(words: str) -> None:
    done = julep(*words.split())
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"Usage: julep agents list ")


def test_help_alone_lists_the_commands() -> None:
    assert julep("help").stdout == julep("--help").stdout


def test_a_misspelt_option_instead_of_a_command() -> None:
    done = julep("--verison")
    assert done.returncode == exits.INVALID
    assert done.stderr.endswith(b"lists them; did you mean --version?\n")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("agents get Ada", "ID: expected a UUID v4; got 'Ada' (julep agents list shows the ids)"),
        ("docs delete hours --agent Ada", "got 'hours' (julep docs list shows the ids)"),
        ("jobs get 1", "JOB_ID: expected a UUID v4; got '1'"),
        ("explain 1 Hello", "SESSION_ID: expected a UUID v4; got '1'"),
        ("agents create --file /nowhere", "--file: /nowhere cannot be read: No such file or dir"),
        ("agents create --file /dev/null", "--file /dev/null: expected a JSON object; it is empty"),
        ("agents list --url nowhere", "(expected a URL of http or https with a host); it is from"),
    ],
)
def test_what_would_be_right_is_said(run: Callable[..., str], words: str, text: str) -> None:
    run("agents", "create", "--name", "Ada")
    assert text in run(*words.split(), status=exits.INVALID)


def test_a_folder_that_is_not_there_is_named_by_its_word(run: Callable[..., str]) -> None:
    user = run("users", "create").strip()
    error = run("docs", "import", "nowhere", "--user", user, status=exits.INVALID)
    assert error.startswith("julep: PATH: expected a folder or a file; there is no 'nowhere'")


def test_a_variable_with_a_wrong_url_is_named(
    run: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JULEP_API_URL", "localhost:8080")
    error = run("agents", "list", status=exits.INVALID)
    assert error.endswith("; it is from JULEP_API_URL\n")


def test_a_key_that_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with ScriptedServer(api_keys=["right"]) as server:
        assert app.main(["agents", "list", "--url", server.url]) == exits.REFUSED
    assert capsys.readouterr().err.endswith("; julep doctor shows where the key comes from\n")


def test_standard_input_that_is_closed_or_no_text(julep_server: ScriptedServer) -> None:
    for command in ("chat", "agents create --file -"):
        done = julep(*command.split(), line='"$@" <&-')
        assert b"Traceback" not in done.stderr
        assert done.returncode == (0 if command == "chat" else exits.INVALID)
    done = julep(
        "chat",
        line=r'printf "caf\351\n" | "$@"',
        environment={"PYTHONIOENCODING": "utf-8:strict"},
    )
    assert done.returncode == exits.INVALID
    assert done.stderr == b"julep: line 1 of standard input is no UTF-8\n"
    assert not julep_server.asked


def test_a_folder_that_is_gone(tmp_path: Path, julep_server: ScriptedServer) -> None:
    assert julep_server.root
    gone = tmp_path / "gone"
    gone.mkdir()
    line = f'cd "{gone}" && rmdir "{gone}" && "$@"'
    done = julep("serve", "--database", "x.db", line=line)
    assert done.stderr == b"julep: the current folder does not exist any more\n"
    assert done.returncode == exits.FAILED


def test_a_home_in_which_nothing_can_be_created(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("Even for root, this is no folder.", encoding="utf-8")
    done = julep("serve", environment={"HOME": str(home), "XDG_DATA_HOME": ""})
    assert done.returncode == 1
    assert done.stderr.startswith(f"julep: can't create the folder {home}/.local".encode())
    assert done.stderr.endswith(b"; --database names another file\n")


def test_a_port_that_is_taken(julep_server: ScriptedServer) -> None:
    port = str(urlsplit(julep_server.url).port)
    done = julep("serve", "--port", port, "--database", ":memory:")
    assert done.returncode == 1
    assert done.stderr.endswith(b"; --port chooses another port\n")


def test_ctrl_c_at_the_prompt_shows_how_to_continue(julep_server: ScriptedServer) -> None:
    with Terminal(*JULEP, "chat") as terminal:
        terminal.until("> ")
        terminal.type("\x03")
        terminal.type("\n")  # without a key, Python may not see it
        assert "\nTo continue: julep chat --session " in terminal.rest()
    assert not julep_server.asked


def test_a_file_from_the_terminal_is_announced(julep_server: ScriptedServer) -> None:
    assert julep_server.root
    with Terminal(*JULEP, "agents", "create", "--file", "-") as terminal:
        terminal.until("Ctrl-D behind it ends it")
        terminal.type('{"name": "Ada"}\n\x04')
        assert "Ada" in terminal.rest()
