"""The commands of docs/command-line.md are run, and print what the page shows."""

from __future__ import annotations

import io
import re
import shlex
import sys
from contextlib import suppress
from pathlib import Path
from string import Template

import pytest

from julep import __main__ as entry
from julep._cli.names import CLIENT_COMMANDS, RESOURCE_COMMANDS, SERVER_COMMANDS
from julep_server import LocalServer

pytestmark = pytest.mark.once

PAGE = (Path(__file__).parents[2] / "docs/command-line.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)

# What differs from run to run.
_VARYING = (
    (
        re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a",
    ),
    (re.compile(r"[0-9a-f]{32}"), "f653d7448fb6490081b791f11f2b7c3f"),
    (re.compile(r"\d{4}-\d\d-\d\d([ T])\d\d:\d\d:\d\d(\.\d+\+00:00)?"), r"2026-11-26\g<1>09:30:00"),
)


class Terminal(io.StringIO):
    """A stream that is read by a person, or by a program."""

    def __init__(self, *, is_person: bool) -> None:
        super().__init__()
        self._is_person = is_person

    def isatty(self) -> bool:
        return self._is_person


class Shell:
    """Runs the commands of the page in this process: variables, one pipe, and `echo` into one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._variables: dict[str, str] = {}

    def run(self, line: str) -> str:
        """Run a line; return what it prints."""
        line = Template(line).safe_substitute(self._variables)
        assigned = re.fullmatch(r"(\w+)=\$\((.*?)( \| cut -f1)?\)", line)
        if assigned:
            printed = self._command(assigned[2], is_person=False).strip()
            self._variables[assigned[1]] = printed.partition("\t")[0] if assigned[3] else printed
            return ""
        shown = self._command(line, is_person=True)
        for pattern, steady in _VARYING:
            shown = pattern.sub(steady, shown)
        return "".join(f"{text.rstrip()}\n" for text in shown.splitlines())

    def _command(self, line: str, *, is_person: bool) -> str:
        said, _, command = line.rpartition(" | ")
        words = shlex.split(command)
        assert words[0] == "julep"
        out = Terminal(is_person=is_person)
        with self._monkeypatch.context() as patch:
            patch.setattr(sys, "argv", words)
            patch.setattr(sys, "stdin", io.StringIO(" ".join(shlex.split(said)[1:])))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", out)
            with suppress(SystemExit):  # of commands that fail
                entry.main()
        return out.getvalue()


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    (tmp_path / "handbook").mkdir()
    text = "# Handbook\n\n## Opening hours\n\nIt opens at ten.\n"
    (tmp_path / "handbook/hours.md").write_text(text, encoding="utf-8")
    (tmp_path / "handbook/prices.txt").write_text("All is free.\n", encoding="utf-8")
    (tmp_path / "handbook/scan.pdf").write_bytes(b"")
    (tmp_path / "more/handbook").mkdir(parents=True)
    (tmp_path / "more/handbook/manners.txt").write_text("Be kind.\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("NO_COLOR", "1")
    return Shell(monkeypatch)


def as_run(shell: Shell, block: str) -> str:
    """Return a block with what its commands print now."""
    lines = [line for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"{line}\n{shell.run(line.removeprefix('$ '))}" for line in lines)


def test_the_commands_print_what_the_page_shows(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(BLOCKS) > 5
    with LocalServer() as server:
        monkeypatch.setenv("JULEP_API_URL", server.url)
        for block in BLOCKS:
            assert as_run(shell, block) == block


def test_the_page_has_every_command() -> None:
    for name in (*CLIENT_COMMANDS, *RESOURCE_COMMANDS, *SERVER_COMMANDS):
        assert re.search(rf"`(julep )?{name}\b", PAGE), name
