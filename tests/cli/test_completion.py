"""Completion: commands, options, choices, profiles and ids, and the script of bash."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import julep
from julep._cli.names import CLIENT_COMMANDS, RESOURCE_COMMANDS, SERVER_COMMANDS
from julep_server.cli import command_line


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


def test_ids_come_from_the_server(
    complete: Callable[..., list[str]], julep_client: julep.Client
) -> None:
    agent = str(julep_client.agents.create(name="Ada\x1b").id)
    assert complete("agents", "get", agent[:6]) == [agent]
    assert complete("agents", "update", "ad") == [agent]
    assert complete("docs", "list", "--agent", "") == [agent]
    assert complete("docs", "get", "--agent", agent, "") == []
    assert complete("docs", "list", "--agent", agent, "--limit", "") == []
    assert complete("docs", "get", "") == []  # without an owner, there is no list
    assert complete("agents", "get", "--url", "http://127.0.0.1:9/api", "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_scripts_call_the_command(run: Callable[..., str], shell: str) -> None:
    assert "julep completion candidates -- " in run("completion", shell)


def test_bash_completes(run: Callable[..., str], tmp_path: Path) -> None:
    program = tmp_path / "bin" / "julep"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m julep "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    script = run("completion", "bash")
    typed = "COMP_WORDS=(julep agents cr); COMP_CWORD=2; _julep; echo ${COMPREPLY[@]}"
    done = subprocess.run(
        ["bash", "-c", f"{script}\n{typed}"],
        env={**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("create\n", "")
