"""A trio program: several conversations at once, and an answer that is cut off after a while.

It needs trio (`pip install trio`).
"""

from __future__ import annotations

import trio

import julep
from julep_server import LocalServer

QUESTIONS = {
    "Grace": "What is a prime number?",
    "Edsger": "Which is the shortest path?",
    "Barbara": "What may replace a type?",
}


async def main(url: str) -> None:
    """Let three users talk to an agent at the same time."""
    async with julep.AsyncClient(base_url=url) as client:
        agent = await client.agents.create(name="Ada", about="a patient librarian")
        async with trio.open_nursery() as nursery:
            for name, question in QUESTIONS.items():
                nursery.start_soon(converse, client, agent.id, name, question)
        await read_for_a_second(client, agent.id)
        sessions = await client.sessions.list(limit=None)
        print(f"{len(sessions)} conversations took place.")


async def converse(client: julep.AsyncClient, agent_id: str, name: str, question: str) -> None:
    """Send one question in a session of its own."""
    user = await client.users.create(name=name, about="likes short answers")
    session = await client.sessions.create(agent_id=agent_id, user_id=user.id)
    reply = await client.sessions.chat(session.id, question)
    print(f"{name}: {question}\nAda to {name}: {reply.text}")


async def read_for_a_second(client: julep.AsyncClient, agent_id: str) -> None:
    """Print an answer as it comes; leaving the stream early closes its connection."""
    session = await client.sessions.create(agent_id=agent_id)
    with trio.move_on_after(1) as limit:
        async with client.sessions.stream(session.id, "Please write a long story.") as stream:
            async for text in stream.text_stream:
                print(text, end="", flush=True)
    print(" [cut off]" if limit.cancelled_caught else " [the end]")


if __name__ == "__main__":
    with LocalServer() as server:
        trio.run(main, server.url)
