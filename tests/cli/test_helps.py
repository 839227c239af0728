"""The help of every command has examples, and the command line accepts them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest
from cyclopts import App, CycloptsError

from julep.__main__ import main
from julep._cli import app, chat, doctor, exits
from julep._cli.names import RESOURCE_COMMANDS, SERVER_COMMANDS
from julep._cli.plain import PlainCommand
from julep_server.cli import command_line

pytestmark = pytest.mark.once

CLIENTS = app.build(*RESOURCE_COMMANDS)
PLAIN = (chat.COMMAND, doctor.COMMAND)


def commands(tree: App, *words: str) -> Iterator[tuple[str, App]]:
    """Yield all commands of a tree, and their groups, with their words."""
    for name in tree:
        if name[0] != "-":
            yield " ".join((*words, name)), tree[name]
            yield from commands(tree[name], *words, name)


def every_help() -> Iterator[tuple[str, str]]:
    yield "", str(command_line.help_epilogue)
    for tree in (CLIENTS, command_line):
        for name, command in commands(tree):
            yield name, str(command.help_epilogue)
    for plain in PLAIN:
        yield plain.name, plain.help


HELPS = dict(every_help())


def examples(text: str) -> list[str]:
    _, _, shown = text.partition("Examples:\n")
    return [line.strip() for line in re.findall(r"^  (.*)$", shown, re.MULTILINE)]


def arguments(example: str) -> list[str]:
    """Return the arguments of ``julep`` in a line: without its pipe, variables and redirection."""
    words = shlex.split(example, comments=True)
    begin = words.index("julep")
    end = words.index(">") if ">" in words else len(words)
    return words[begin + 1 : end]


def test_every_command_is_looked_at() -> None:
    first = {name.partition(" ")[0] for name in HELPS}
    assert first >= {*RESOURCE_COMMANDS, *SERVER_COMMANDS, "chat", "doctor"}
    assert {"db restore", "keys rotate", "tenants set", "docs import", "jobs get"} <= {*HELPS}


@pytest.mark.parametrize("name", HELPS)
def test_a_help_has_examples_that_are_accepted(name: str) -> None:
    found = examples(HELPS[name])
    assert 1 <= len(found) <= 4
    plain: dict[str, PlainCommand] = {command.name: command for command in PLAIN}
    for example in found:
        words = arguments(example)
        assert " ".join(words).startswith(name)
        if words[0] in plain:
            assert isinstance(plain[words[0]].read(words[1:]), dict)
            continue
        tree = CLIENTS if words[0] in RESOURCE_COMMANDS else command_line
        if words[-1] != "--help":
            tree.parse_args(words, exit_on_error=False, print_error=False)


def test_an_example_with_an_unknown_option_would_be_noticed() -> None:
    with pytest.raises(CycloptsError, match="Unknown option"):
        CLIENTS.parse_args(["agents", "list", "--no"], exit_on_error=False, print_error=False)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["db", "check", "extra"], "db check takes no 'extra' (julep db check --help)"),
        (["db", "backup"], "db backup needs FILE (julep db backup --help)"),
        (["keys", "create", "--name"], "--name needs a value (julep keys create --help)"),
    ],
)
def test_errors_of_the_servers_commands_are_those_of_clients(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    error: str,
) -> None:
    monkeypatch.setattr("sys.argv", ["julep", *words])
    # A terminal's help is left as it is: it belongs to the process.
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == exits.INVALID
    assert capsys.readouterr().err == f"julep: {error}\n"
