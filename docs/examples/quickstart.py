"""A first conversation: a server, an agent, a user and a session, from sync and async code.

One session is used by a sync client and from asyncio, the last reply is streamed, and everything is
removed at the end. `./scripts/quickstart` runs this file; with `--local`, a small language model
answers.
"""

from __future__ import annotations

import asyncio
import os

import julep
from julep.types import Agent, Session, User
from julep_server import LocalServer


def main() -> None:
    """Run the conversation against a server of its own."""
    # "local" is a small language model of this machine; docs/server/configuration.md describes it.
    model = os.environ.get("JULEP_SERVER_MODEL", "offline")
    with LocalServer(model=model) as server:
        print(f"A server (SQLite, the {model} model) listens at {server.url}")
        with julep.Client(base_url=server.url) as client:
            agent, user, session = set_up(client)
            talk(client, session)
            asyncio.run(talk_async(server.url, session))
            show_history(client, session)
            remove(client, agent, user, session)
    print("The server has stopped.")


def set_up(client: julep.Client) -> tuple[Agent, User, Session]:
    """Create an agent, a user and a session of the two."""
    agent = client.agents.create(
        name="Ada",
        about="a patient librarian",
        instructions=["Answer in one sentence."],
    )
    user = client.users.create(name="Grace", about="likes short answers")
    session = client.sessions.create(
        agent_id=agent.id,
        user_id=user.id,
        situation="A quiet library, just before it closes.",
        metadata={"desk": "front"},
    )
    print(f"{agent.name} (agent) and {user.name} (user) meet in session {session.id}")
    return agent, user, session


def talk(client: julep.Client, session: Session) -> None:
    """Send a message with the sync client, and print the reply."""
    question = "Where do I find books about prime numbers?"
    print(f"\n[sync]                Grace: {question}")
    reply = client.sessions.chat(session.id, [{"role": "user", "content": question}])
    print(f"[sync]                Ada:   {reply.text}")


async def talk_async(url: str, session: Session) -> None:
    """Send two messages from asyncio; print the second reply while it is streamed."""
    async with julep.AsyncClient(base_url=url) as client:
        question = "And about their history?"
        print(f"\n[asyncio]             Grace: {question}")
        reply = await client.sessions.chat(session.id, [{"role": "user", "content": question}])
        print(f"[asyncio]             Ada:   {reply.text}")

        farewell = "Thank you, good night!"
        print(f"\n[asyncio, streamed]   Grace: {farewell}")
        print("[asyncio, streamed]   Ada:   ", end="")
        stream = await client.sessions.chat(
            session.id, [{"role": "user", "content": farewell}], stream=True
        )
        async with stream:
            async for chunk in stream:
                print(chunk.text, end="", flush=True)
            response = await stream.get_final_response()
        print(f"\n                      ({response.usage.total_tokens} tokens)")


def show_history(client: julep.Client, session: Session) -> None:
    """Print the session's messages."""
    messages = client.sessions.history(session.id)
    print(f"\nThe history has {len(messages)} messages:")
    for message in messages:
        first_line = str(message.content).splitlines()[0]
        print(f"  {message.role:>9}: {first_line}")


def remove(client: julep.Client, agent: Agent, user: User, session: Session) -> None:
    """Remove the session, the user and the agent, and check that nothing is left."""
    client.sessions.delete(session.id)
    client.users.delete(user.id)
    client.agents.delete(agent.id)
    left = [*client.sessions.list(), *client.users.list(), *client.agents.list()]
    print(f"\nEverything is removed again; {len(left)} objects are left.")


if __name__ == "__main__":
    main()
