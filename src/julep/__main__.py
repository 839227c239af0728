"""The ``julep`` command. Its version needs no extra; the server comes with ``julep[server]``."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

from julep._version import __version__

_OWN_PACKAGES: Final = ("julep", "julep_api", "julep_net", "julep_server")

_USAGE: Final = f"""\
julep {__version__}: the Julep agents API

The server is not installed ({{}} is missing). With it, this command starts it:

    pip install "julep[server]"
    julep serve

julep chat chats with an agent of a server elsewhere.
julep doctor checks the settings and the server that they name.

With pip install "julep[cli]":

"""


def main() -> None:
    """Run the command line."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"], ["version"]):
        sys.stdout.write(f"{__version__}\n")
        return
    # Imported here, since the version is printed without it.
    from julep._cli.exits import ended

    status = ended(lambda: _run(arguments))
    if status:
        raise SystemExit(status)


def _run(arguments: list[str]) -> int:
    """Run the command that the arguments begin with; return its exit status."""
    from julep._cli.names import (
        CLIENT_COMMANDS,
        RESOURCE_COMMANDS,
        help_as_option,
        unknown_command,
        with_command_first,
    )

    arguments = help_as_option(with_command_first(arguments))
    if arguments and (problem := unknown_command(arguments[0])):
        sys.stderr.write(f"julep: {problem}\n")
        return 2
    if arguments and arguments[0] in CLIENT_COMMANDS:
        status: int = import_module(f"julep._cli.{arguments[0]}").main(arguments[1:])
        return status
    if arguments and arguments[0] in RESOURCE_COMMANDS:
        return _resource_command(arguments)
    try:
        # By its name: the SDK does not depend on the server, which may not be installed.
        command_line = import_module("julep_server.cli")
    except ModuleNotFoundError as error:
        missing = _missing_package(error)
        if not arguments or arguments[0] in ("--help", "-h"):
            sys.stdout.write(_USAGE.format(missing))
            for name, about in RESOURCE_COMMANDS.items():
                sys.stdout.write(f"  julep {name:<12}{about}\n")
            return 0
        sys.stderr.write(
            f"julep: the server is not installed ({missing} is missing):"
            ' pip install "julep[server]"\n'
        )
        return 2
    try:
        command_line.run(arguments, {**RESOURCE_COMMANDS, **CLIENT_COMMANDS}, _text_of)
    except SystemExit as end:  # before the output is flushed
        if isinstance(end.code, int):
            return end.code
        raise
    return 0


def _resource_command(arguments: list[str]) -> int:
    """Run a command that is made of a manager's methods; return its exit status."""
    try:
        app = import_module("julep._cli.app")
    except ModuleNotFoundError as error:
        sys.stderr.write(
            f"julep: {arguments[0]} needs the extra cli ({_missing_package(error)} is missing):"
            ' pip install "julep[cli]"\n'
        )
        return 2
    status: int = app.main(arguments)
    return status


def _missing_package(error: ModuleNotFoundError) -> str:
    """Return the package that an import did not find.

    Raises:
        ModuleNotFoundError: When it is one of ours, which no extra installs.
    """
    package = (error.name or "").partition(".")[0]
    if package in _OWN_PACKAGES:
        raise error
    return package


def _text_of(error: Exception) -> str:
    """Return the text of an error of cyclopts, which the server's commands are read with too."""
    text: str = import_module("julep._cli.app").text_of(error)  # only errors need it
    return text


if __name__ == "__main__":
    main()
