"""The ``julep`` command. Its version needs no extra; the server comes with ``julep[server]``."""

from __future__ import annotations

import sys
from importlib import import_module

from julep._version import __version__

# They are clients of a server, and need no extra. Their descriptions are for the server's help.
_CLIENT_COMMANDS = {
    "chat": "Chat with an agent.",
    "doctor": "Check the settings, the server and its model.",
}

_USAGE = f"""\
julep {__version__}: the Julep agents API

The server is not installed ({{}} is missing). With it, this command starts it:

    pip install "julep[server]"
    julep serve

julep chat chats with an agent of a server elsewhere.
julep doctor checks the settings and the server that they name.
"""


def main() -> None:
    """Run the command line."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"], ["version"]):
        sys.stdout.write(f"{__version__}\n")
        return
    if arguments and arguments[0] in _CLIENT_COMMANDS:
        command = import_module(f"julep._cli.{arguments[0]}")
        raise SystemExit(command.main(arguments[1:]))
    try:
        # By its name: the SDK does not depend on the server, which may not be installed.
        command_line = import_module("julep_server.cli")
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in ("julep", "julep_api", "julep_server"):
            raise
        if not arguments or arguments[0] in ("--help", "-h"):
            sys.stdout.write(_USAGE.format(missing))
            return
        sys.stderr.write(
            f"julep: the server is not installed ({missing} is missing):"
            ' pip install "julep[server]"\n'
        )
        raise SystemExit(2) from None
    command_line.run(_CLIENT_COMMANDS)


if __name__ == "__main__":
    main()
