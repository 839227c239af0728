"""The command ``julep chat``: a conversation in a terminal, or by lines of standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Final

from julep._cli.connection import connect
from julep._cli.exits import UsageError, run
from julep._cli.output import printable
from julep._cli.owners import matching
from julep._cli.plain import PROFILE, URL, PlainCommand, PlainOption

if TYPE_CHECKING:
    from julep._clients.sync_client import Client
    from julep.streams import StreamEvent
    from julep_api.models import ChatMlMessage

_DEFAULT_AGENT: Final = "Ada"

COMMAND: Final = PlainCommand(
    "chat",
    """\
Chat with an agent. Each line is a message, and answers are printed while the model writes them.
An empty line, Ctrl-D or Ctrl-C ends the chat; Ctrl-C cuts an answer off; the arrow keys bring back
lines.
Calls of tools are shown in brackets: the agent's own are left to other programs. So are the jobs
that a message started, such as forming memories.""",
    (
        PlainOption(
            "--agent",
            "name or id of an agent; a name that none has creates one (default: the newest Ada)",
            "NAME",
        ),
        PlainOption("--session", "continue this session", "ID"),
        URL,
        PROFILE,
    ),
    """\
Exit status: 0, 1 a request failed, 2 an argument is invalid, 3 the server is not reachable,
4 the server refuses the key.""",
    ("julep chat", 'echo "What is a prime number?" | julep chat --agent Grace'),
)


def main(arguments: Sequence[str]) -> int:
    """Run the command; return its exit status."""
    options = COMMAND.read(arguments)
    if isinstance(options, int):
        return options

    def work() -> int:
        with connect(options.get("--url"), options.get("--profile")) as client:
            try:
                _chat(client, options.get("--agent"), options.get("--session"))
            except KeyboardInterrupt:
                if not _is_terminal():
                    raise
                sys.stdout.write("\n")  # a person has ended it before there is a session
        return 0

    return run(work)


def _chat(client: Client, agent: str | None, session_id: str | None) -> None:
    from julep.errors import InvalidArgumentError, JulepError

    is_terminal = _is_terminal()
    earlier: Sequence[ChatMlMessage] = ()
    if session_id is None:
        session_id = str(client.sessions.create(agent_id=_agent(client, agent)).id)
    else:
        try:
            client.sessions.get(session_id)
        except InvalidArgumentError as error:  # its path is the method's
            _, _, problem = str(error).partition(": ")
            raise UsageError(f"--session: {problem}") from None
        if is_terminal:
            earlier = client.sessions.history(session_id)
    for line in _lines(is_terminal, earlier):
        is_begun, jobs = False, list[str]()
        try:
            with client.sessions.stream(session_id, line) as stream:
                for event in stream.events():
                    is_begun = True
                    sys.stdout.write(_text(event, is_terminal))
                    sys.stdout.flush()
                jobs = stream.get_final_response().jobs or []
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
            sys.stdout.write("".join(f"[started job {printable(job)}]\n" for job in jobs))
    if is_terminal:
        sys.stdout.write(f"To continue: julep chat --session {session_id}\n")


def _is_terminal() -> bool:
    """Check whether a person writes the messages, and reads the answers."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _agent(client: Client, text: str | None) -> str:
    """Return the id of the agent of this id or name, or of a new one of this name.

    Args:
        client: The client.
        text: The id or name; None for the newest agent of the default name, which several may have.
    """
    if text is None:
        named = (str(one.id) for one in client.agents.iterate() if one.name == _DEFAULT_AGENT)
        found = next(named, None)
    else:
        found = matching(client, "agent_id", text)
    return found or str(client.agents.create(name=text or _DEFAULT_AGENT).id)


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
        for number, line in enumerate(sys.stdin, 1):
            try:
                line.encode()
            except UnicodeEncodeError:
                raise UsageError(f"line {number} of standard input is no UTF-8") from None
            if line.strip():
                yield line.strip()
        return
    with suppress(ModuleNotFoundError):  # Windows has none
        readline = import_module("readline")  # from now on, input() edits lines, remembers them
        for message in earlier:
            if message.role == "user" and isinstance(message.content, str):
                readline.add_history(" ".join(message.content.split()))
    while True:
        try:
            line = input("> ").strip()
        except (EOFError, KeyboardInterrupt):  # how a person may end a chat
            sys.stdout.write("\n")
            return
        if not line:
            return
        yield line
