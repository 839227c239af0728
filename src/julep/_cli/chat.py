"""The command ``julep chat``: a conversation in a terminal, or by lines of standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Final

from julep._cli.connection import connect
from julep._cli.exits import INVALID, run
from julep._cli.output import printable

if TYPE_CHECKING:
    from julep._clients.sync_client import Client
    from julep.streams import StreamEvent
    from julep_api.models import Agent, ChatMlMessage

USAGE: Final = """\
Usage: julep chat [--agent NAME] [--session ID] [--url URL] [--profile NAME]

Chat with an agent. Each line is a message, and answers are printed while the model writes them.
An empty line or Ctrl-D ends the chat; Ctrl-C cuts an answer off; the arrow keys bring back lines.
Calls of tools are shown in brackets: the agent's own are left to other programs.

  --agent NAME    the name or id of an agent; one that does not exist is created (default: Ada)
  --session ID    continue this session
  --url URL       the server's base URL; by default that of the profile or the environment
  --profile NAME  a profile of the configuration file

Exit status: 0, 1 a request failed, 2 an argument is invalid, 3 the server is not reachable,
4 the server refuses the key.

Examples:
  julep chat
  echo "What is a prime number?" | julep chat --agent Grace
"""

_OPTIONS: Final = ("--agent", "--session", "--url", "--profile")


def main(arguments: Sequence[str]) -> int:
    """Run the command; return its exit status."""
    if any(word in ("--help", "-h") for word in arguments):
        sys.stdout.write(USAGE)
        return 0
    names, values = arguments[::2], arguments[1::2]
    if len(names) != len(values) or not set(names) <= set(_OPTIONS):
        sys.stderr.write(f"julep: chat takes {', '.join(_OPTIONS)}, each with a value\n\n{USAGE}")
        return INVALID
    options = dict(zip(names, values, strict=True))

    def work() -> int:
        with connect(options.get("--url"), options.get("--profile")) as client:
            try:
                _chat(client, options.get("--agent", "Ada"), options.get("--session"))
            except KeyboardInterrupt:  # how a person may end a chat
                sys.stdout.write("\n")
        return 0

    return run(work)


def _chat(client: Client, agent: str, session_id: str | None) -> None:
    from julep.errors import JulepError

    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    earlier: Sequence[ChatMlMessage] = ()
    if session_id is None:
        session_id = str(client.sessions.create(agent_id=_agent(client, agent).id).id)
    else:
        client.sessions.get(session_id)
        if is_terminal:
            earlier = client.sessions.history(session_id)
    for line in _lines(is_terminal, earlier):
        is_begun = False
        try:
            with client.sessions.stream(session_id, line) as stream:
                for event in stream.events():
                    is_begun = True
                    sys.stdout.write(_text(event, is_terminal))
                    sys.stdout.flush()
        except KeyboardInterrupt:
            if not is_terminal:
                raise
        except JulepError:
            if is_begun:  # the error has a line of its own
                sys.stdout.write("\n")
                sys.stdout.flush()
            raise
        sys.stdout.write("\n")
    if is_terminal:
        sys.stdout.write(f"To continue: julep chat --session {session_id}\n")


def _agent(client: Client, name: str) -> Agent:
    """Return the agent of this id or name, or a new one of this name."""
    for agent in client.agents.iterate():
        if name in (str(agent.id), agent.name):
            return agent
    return client.agents.create(name=name)


def _text(event: StreamEvent, is_terminal: bool) -> str:
    """Return what is printed of an event: the text, and on a terminal the calls of tools."""
    from julep.streams import TextDelta, ToolCallArguments

    if isinstance(event, TextDelta):
        return printable(event.text, keep="\n\t") if is_terminal else event.text
    if isinstance(event, ToolCallArguments) and is_terminal:
        return printable(f"[calls {event.name} {event.arguments}]")
    return ""


def _lines(is_terminal: bool, earlier: Sequence[ChatMlMessage]) -> Iterator[str]:
    """Yield the messages, until one is empty.

    Args:
        is_terminal: Whether a person writes them.
        earlier: The messages of the session so far: those of the user are brought back, too.
    """
    if not is_terminal:
        yield from filter(None, map(str.strip, sys.stdin))
        return
    with suppress(ModuleNotFoundError):  # Windows has none
        readline = import_module("readline")  # from now on, input() edits lines, remembers them
        for message in earlier:
            if message.role == "user" and isinstance(message.content, str):
                readline.add_history(" ".join(message.content.split()))
    while True:
        try:
            line = input("> ").strip()
        except EOFError:
            sys.stdout.write("\n")
            return
        if not line:
            return
        yield line
