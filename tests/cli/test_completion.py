"""Completion: commands, options, choices, profiles, files and ids; what three shells make of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which

import pytest

import julep
from julep._cli.candidates import FILES_FOLLOW, words_of
from julep._cli.names import CLIENT_COMMANDS, RESOURCE_COMMANDS, SERVER_COMMANDS
from julep.testing import ScriptedServer
from julep_server.cli import command_line
from tests.cli.helpers.terminal import Terminal


@pytest.fixture
def complete(run: Callable[..., str]) -> Callable[..., list[str]]:
    """Return the words that may stand in the place of the last one."""

    def complete(*words: object) -> list[str]:
        lines = run("completion", "candidates", "--", *words).splitlines()
        return [line.partition("\t")[0] for line in lines]

    return complete


def test_the_commands_of_the_server_are_those_that_it_has() -> None:
    assert {name for name in command_line if name[0] != "-"} >= set(SERVER_COMMANDS)


def test_words_that_may_follow(complete: Callable[..., list[str]], config: Path) -> None:
    assert set(complete("")) == {*CLIENT_COMMANDS, *RESOURCE_COMMANDS, *SERVER_COMMANDS}
    assert complete("ag") == ["agents"]
    assert complete("jobs", "") == ["get", "wait"]
    assert {"--agent", "--prune", "--dry-run"} <= set(complete("docs", "import", "--"))
    assert complete("agents", "list", "--order", "") == ["asc", "desc"]
    assert complete("completion", "") == ["bash", "zsh", "fish"]
    assert complete("chat", "--s") == ["--session"]
    assert complete("keys", "l") == ["list"]
    assert complete("keys", "list", "--j") == ["--json"]
    assert complete("agents", "create", "--name", "") == []
    assert complete("agents", "list", "--profile", "") == []
    config.write_text('[profiles.home]\nurl = "a"\n[profiles.work]\nurl = "b"\n', encoding="utf-8")
    assert complete("agents", "list", "--profile", "w") == ["work"]
    assert complete("agents", "list", "--profile=w") == ["--profile=work"]
    assert complete("chat", "--profile", "") == ["home", "work"]


def test_options_before_a_command(complete: Callable[..., list[str]], config: Path) -> None:
    config.write_text('[profiles.work]\nurl = "b"\n', encoding="utf-8")
    assert complete("-") == ["--profile", "--url", "--help", "--version"]
    assert complete("--profile", "") == ["work"]
    # Commands of the server have no profile.
    assert set(complete("--profile", "work", "")) == {*CLIENT_COMMANDS, *RESOURCE_COMMANDS}
    assert complete("--profile=work", "jobs", "") == ["get", "wait"]
    assert complete("--profile", "work", "agents", "list", "--order", "a") == ["asc"]
    assert "--profile" not in complete("--profile", "work", "agents", "list", "--")


def test_what_is_given_does_not_follow_again(complete: Callable[..., list[str]]) -> None:
    found = complete("agents", "list", "--json", "--limit", "5", "--metadata", "a=1", "")
    assert {"--json", "--limit", "asc"}.isdisjoint(found)
    assert {"--metadata", "--order", "--help"} <= set(found)
    assert complete("agents", "get", "X", "--js") == ["--json"]
    assert complete("doctor", "--json", "--url", "x", "") == ["--profile", "--help"]
    assert complete("completion", "zsh", "") == ["--help"]


@pytest.mark.parametrize(
    "line",
    [
        "agents create --file ",
        "docs import ",
        "docs import hand",
        "db restore ",
        "db check --database ",
        "serve --tls-cert ",
        "export --output ",
    ],
)
def test_files_follow(run: Callable[..., str], line: str) -> None:
    run("completion", "candidates", "--", *line.split(" "), status=FILES_FOLLOW)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("julep", [""]),
        ("julep ", [""]),
        ("julep ag", ["ag"]),
        (
            "julep chat --agent 'Ada L' --url http://x:80/api ",
            ["chat", "--agent", "Ada L", "--url", "http://x:80/api", ""],
        ),
        ('julep chat --agent "Ada L', ["chat", "--agent", "Ada L"]),
        ("julep chat --agent 'Ada ", ["chat", "--agent", "Ada "]),
        ("julep docs import my\\ bo", ["docs", "import", "my bo"]),
    ],
)
def test_words_of_a_line(line: str, words: list[str]) -> None:
    assert words_of(line) == words


def test_ids_come_from_the_server(
    complete: Callable[..., list[str]], julep_client: julep.Client
) -> None:
    agent = str(julep_client.agents.create(name="Ada\x1b").id)
    assert complete("agents", "get", agent[:6]) == [agent]
    assert complete("agents", "update", "ad") == [agent]
    assert complete("docs", "list", "--agent", "") == [agent]
    assert complete("chat", "--agent", agent[:6]) == [agent]
    assert agent not in complete("agents", "list", "")
    session = str(julep_client.sessions.create(agent_id=agent).id)
    assert complete("explain", "") == [session]
    assert complete("explain", session, "") == []
    assert complete("docs", "get", "--agent", agent, "") == []
    assert complete("docs", "list", "--agent", agent, "--limit", "") == []
    assert complete("docs", "get", "") == []  # without an owner, there is no list
    assert complete("agents", "get", "--url", "http://127.0.0.1:9/api", "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_scripts_call_the_command(run: Callable[..., str], shell: str) -> None:
    assert "julep completion candidates --" in run("completion", shell)


IN_BASH = """
julep() { printf '%s\\ttext\\n' 'a*' 'x y'; }
COMP_LINE="julep profiles " COMP_POINT=15 COMP_WORDS=(julep profiles "") COMP_CWORD=2
_julep; printf '<%s>' "${COMPREPLY[@]}"
julep() { return 9; }
_julep; printf '<%s>' "${COMPREPLY[@]}"
"""


def test_bash_takes_no_word_for_a_pattern(run: Callable[..., str], tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for name in ("a*b", "axxb"):
        (folder / name).touch()
    script = run("completion", "bash") + IN_BASH
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, capture_output=True, check=True, text=True
    )
    words, _, files = done.stdout.partition("<x y>")
    assert words == "<a*>"
    assert sorted(files[1:-1].split("><")) == ["a*b", "axxb"]


RECORDING = """\
#!/bin/sh
if [ "$1" = completion ]; then exec {python} -m julep "$@"; fi
printf '%s\\n' "$@" > {recorded}.partial
mv {recorded}.partial {recorded}
"""

# How a shell without a person's settings is started, and the file that it reads first.
SHELLS = {
    "bash": (["bash", "--noprofile", "--rcfile", "{start}", "-i"], "start", ""),
    "zsh": (["zsh", "-d", "-i"], ".zshrc", "autoload -U compinit; compinit -D -u\n"),
    "fish": (["fish", "--no-config", "-i", "-C", "source {start}"], "start", ""),
}
# What is typed, and what a shell makes of it.
TYPED = (
    ("--profile \tage\tli\t", "--profile work agents list"),
    ("docs list --url {url} --agent \t", "docs list --url {url} --agent {agent}"),
    ("agents create --name 'Ada L' --file \t", "agents create --name Ada L --file agent.json"),
)


@pytest.mark.once
@pytest.mark.parametrize("shell", [name for name in SHELLS if name == "bash" or which(name)])
def test_what_a_shell_completes(
    run: Callable[..., str],
    julep_server: ScriptedServer,
    julep_client: julep.Client,
    config: Path,
    shell: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agent = julep_client.agents.create(name="Ada").id
    config.write_text(f'[profiles.work]\nurl = "{julep_server.url}"\n', encoding="utf-8")
    words, file, before = SHELLS[shell]
    start, recorded, program = tmp_path / file, tmp_path / "recorded", tmp_path / "bin" / "julep"
    start.write_text(before + run("completion", shell), encoding="utf-8")
    program.parent.mkdir()
    program.write_text(RECORDING.format(python=sys.executable, recorded=recorded), encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "agent.json").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "here")
    environment = {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "ZDOTDIR": str(tmp_path),
        "TERM": "xterm",
    }
    url = julep_server.url
    with Terminal(
        *(word.format(start=start) for word in words), environment=environment
    ) as terminal:
        for typed, expected in TYPED:
            terminal.type(f"julep {typed.format(url=url)}\n")
            while not recorded.exists():
                terminal.some()
            found = " ".join(recorded.read_text(encoding="utf-8").split("\n")).strip()
            recorded.unlink()
            assert found == expected.format(url=url, agent=agent)
