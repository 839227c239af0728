"""The command ``julep chat``: a conversation in a terminal, or by lines of standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Final

from julep._cli.exits import FAILED, INVALID, REFUSED, UNREACHABLE

if TYPE_CHECKING:
    from julep._client import Client
    from julep_api.models import Agent

USAGE: Final = """\
Usage: julep chat [--agent NAME] [--session ID] [--url URL]

Chat with an agent. Each line is a message, and answers are printed while the model writes them.
An empty line or Ctrl-D ends the chat; Ctrl-C cuts an answer off; the arrow keys bring back lines.

  --agent NAME  the name or id of an agent; one that does not exist is created (default: Ada)
  --session ID  continue this session
  --url URL     the server's base URL; by default that of the environment

Exit status: 0, 1 a request failed, 2 an argument is invalid, 3 the server is not reachable,
4 the server refuses the key.

Examples:
  julep chat
  echo "What is a prime number?" | julep chat --agent Grace
"""

_OPTIONS: Final = ("--agent", "--session", "--url")


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
    from julep import errors
    from julep._client import Client

    try:
        with Client(base_url=options.get("--url")) as client:
            _chat(client, options.get("--agent", "Ada"), options.get("--session"))
    except (errors.ConfigurationError, errors.InvalidArgumentError) as error:
        return _report(error, INVALID)
    except (errors.AuthenticationError, errors.PermissionDeniedError) as error:
        return _report(error, REFUSED)
    except errors.NetworkError as error:
        return _report(error, UNREACHABLE)
    except errors.JulepError as error:
        return _report(error, FAILED)
    except KeyboardInterrupt:
        sys.stdout.write("\n")
    return 0


def _report(error: Exception, status: int) -> int:
    sys.stderr.write(f"julep: {error}\n")
    return status


def _chat(client: Client, agent: str, session_id: str | None) -> None:
    from julep.errors import JulepError

    if session_id is None:
        session_id = str(client.sessions.create(agent_id=_agent(client, agent).id).id)
    else:
        client.sessions.get(session_id)
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    for line in _lines(is_terminal):
        is_begun = False
        try:
            with client.sessions.stream(session_id, line) as stream:
                for text in stream.text_stream:
                    is_begun = True
                    sys.stdout.write(text)
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


def _lines(is_terminal: bool) -> Iterator[str]:
    """Yield the messages, until one is empty."""
    if not is_terminal:
        yield from filter(None, map(str.strip, sys.stdin))
        return
    with suppress(ModuleNotFoundError):  # Windows has none
        import_module("readline")  # from now on, input() edits lines and remembers them
    while True:
        try:
            line = input("> ").strip()
        except EOFError:
            sys.stdout.write("\n")
            return
        if not line:
            return
        yield line
