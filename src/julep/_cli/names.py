"""The commands of ``julep``, and what they do: known without importing what runs them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

CLIENT_COMMANDS: Final = {
    "chat": "Chat with an agent.",
    "doctor": "Check the settings, the server and its model.",
}
"""They are clients of a server, and need no extra."""

RESOURCE_COMMANDS: Final = {
    "agents": "List, create and change agents.",
    "users": "List, create and change users.",
    "sessions": "List, create and change sessions, and read their history.",
    "docs": "List, create, change, search and import documents of agents and users.",
    "tools": "List, create and change the tools of agents.",
    "memories": "List, search, create and change what agents remember.",
    "jobs": "Read the state of jobs, and wait for them.",
    "explain": "Show what the model would see of a message, and why.",
    "completion": "Print the completion of a shell.",
}
"""They need ``julep[cli]``: one tree, whose branches are built when they are used."""

SERVER_COMMANDS: Final = {
    "apply": "Make agents, users, tools and documents as a file has them.",
    "db": "Backup, restore, check and upgrade of a database.",
    "export": "Write agents as JSON Lines.",
    "import": "Store what a file of julep export has.",
    "keys": "Create, list, rotate and revoke the keys of tenants.",
    "serve": "Serve the API until interrupted.",
    "tenants": "Create and list tenants, and set their limits.",
}
"""They need ``julep[server]``, which has their descriptions; these are for completion."""

GROUPS: Final = frozenset({*RESOURCE_COMMANDS, "db", "keys", "tenants"} - {"explain", "completion"})
"""Commands whose next word is a command, too."""


OPTIONS: Final = {
    "agent_id": ("--agent", "--agent-id"),
    "user_id": ("--user", "--user-id"),
    "session_id": ("--session", "--session-id"),
    "message_id": ("--message", "--message-id"),
    "metadata_filter": ("--metadata", "--metadata-filter"),
    "types": ("--type", "--types"),
}
"""The options of parameters whose names are longer than those of the commands' options."""


GLOBAL_OPTIONS: Final = ("--profile", "--url")
"""The options of all commands that are clients, which may stand before the command, too."""


def before_command(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the options before the command, with their values, and the rest."""
    start = 0
    while start < len(arguments) and arguments[start].partition("=")[0] in GLOBAL_OPTIONS:
        start += 1 if "=" in arguments[start] else 2
    return [*arguments[:start]], [*arguments[start:]]


def with_command_first(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with the options before the command behind it.

    Example:
        >>> with_command_first(["--profile", "work", "agents", "list"])
        ['agents', 'list', '--profile', 'work']
    """
    options, rest = before_command(arguments)
    if not rest:
        return options
    end = rest.index("--") if "--" in rest else len(rest)
    return [*rest[:end], *options, *rest[end:]]


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint, for the end of an error, at the name that was probably meant, or nothing."""
    from difflib import get_close_matches  # only errors need it

    found = get_close_matches(name, [*known], 1)
    return f"; did you mean {found[0]}?" if found else ""


def help_as_option(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with ``--help`` at the end, if the word ``help`` requests it.

    Example:
        >>> help_as_option(["help", "agents"]), help_as_option(["agents", "help", "list"])
        (['agents', '--help'], ['agents', 'list', '--help'])
    """
    place = 1 if arguments[:1] and arguments[0] in GROUPS else 0
    if arguments[place : place + 1] != ["help"]:
        return [*arguments]
    return [*arguments[:place], *arguments[place + 1 :], "--help"]


def unknown_command(word: str) -> str | None:
    """Return what is wrong with the first word of a command line, or None if it is a command."""
    known = [*CLIENT_COMMANDS, *RESOURCE_COMMANDS, *SERVER_COMMANDS]
    if word in known or word in ("--help", "-h"):
        return None
    if word.startswith("-"):
        hint = nearest(word, ("--help", "--version"))
        return f"{word!r:.40} needs a command: julep --help lists them{hint}"
    return f"there is no command {word!r:.40}{nearest(word, known)} (julep --help)"
