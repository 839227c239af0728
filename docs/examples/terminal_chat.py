"""A chat in the terminal: streamed answers, a function for the model, and sessions to resume.

It uses the server of JULEP_API_URL, or else one of its own, whose data ends with the program:

    python terminal_chat.py            # a new session
    python terminal_chat.py SESSION    # one that was begun earlier
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import julep
from julep.streams import TextDelta
from julep_server import LocalServer

HELP = "/history shows the conversation, /new begins another one, /quit ends the program."


def time_now() -> str:
    """Return the time of this machine."""
    return datetime.now().astimezone().strftime("%H:%M")


@contextmanager
def connected() -> Iterator[julep.Client]:
    """Connect to the server of the environment, or to one of this program."""
    if "JULEP_API_URL" in os.environ:
        with julep.Client() as client:
            yield client
    else:
        with LocalServer() as server, julep.Client(base_url=server.url) as client:
            yield client


def begin(client: julep.Client) -> str:
    """Create a session with the agent of this program, and return its id."""
    filter_ = {"program": "terminal_chat"}
    found = client.agents.list(metadata_filter=filter_, limit=1)
    agent = found[0] if found else client.agents.create(name="Ada", metadata=filter_)
    session = client.sessions.create(agent_id=agent.id)
    print(f"Session {session.id}. {HELP}")
    return session.id


def answer(client: julep.Client, session_id: str, text: str) -> None:
    """Print the answer to a message while the model writes it; Ctrl-C stops it."""
    try:
        with client.sessions.stream_run(session_id, text, [time_now]) as run:
            for event in run:
                match event:
                    case TextDelta(piece):
                        print(piece, end="", flush=True)
                    case julep.ToolResult(name=name, content=content):
                        print(f"[{name}: {content}]")
                    case _:
                        pass
    except KeyboardInterrupt:
        client.sessions.cancel(session_id)
        print(" [stopped]", end="")
    except julep.RequestError as error:
        print(f"[{error.summary}]", end="")
    print()


def main(arguments: list[str]) -> None:
    """Read lines, and answer them until the end of the input."""
    with connected() as client:
        session_id = arguments[0] if arguments else begin(client)
        while True:
            try:
                line = input("> ").strip()
            except (EOFError, KeyboardInterrupt):
                break
            if line == "/quit":
                break
            if line == "/new":
                session_id = begin(client)
            elif line == "/history":
                for message in client.sessions.history(session_id):
                    print(f"{message.role.value}: {message.content}")
            elif line.startswith("/"):
                print(HELP)
            elif line:
                answer(client, session_id, line)
    print("Goodbye.")


if __name__ == "__main__":
    main(sys.argv[1:])
