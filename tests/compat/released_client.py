"""Code written for julep 0.3, run by the released client: released_client.py URL.

Every step runs with both clients of that release. Where the release has a bug (its objects lack
arguments of the call, an async delete raises after it has deleted), a step checks the server.
"""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable
from importlib import metadata
from typing import Any
from uuid import uuid4

import julep

SITUATION = "Say 'hello {{ session.metadata.arg }}'"
FUNCTION = {
    "name": "add",
    "description": "Adds numbers.",
    "parameters": {"type": "object", "properties": {"a": {"type": "number"}}},
}


class Client:
    """One interface for both clients: an awaitable result is awaited."""

    def __init__(self, wrapped: Any) -> None:
        self._wrapped = wrapped

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._wrapped, name)
        if not callable(attribute):
            return Client(attribute)

        async def call(*args: Any, **kwargs: Any) -> Any:
            result: Any = attribute(*args, **kwargs)
            return await result if hasattr(result, "__await__") else result

        return call


async def agents(client: Client) -> None:
    mark = {"mark": str(uuid4())}
    agent = await client.agents.create(
        name="Ada",
        about="a tutor",
        instructions=["Be kind.", "Be brief."],
        default_settings={"temperature": 0.5},
        model="gpt-4o",
        metadata=mark,
        tools=[{"type": "function", "function": FUNCTION}],
    )
    got = await client.agents.get(agent.id)
    assert (got.name, got.about, got.model) == ("Ada", "a tutor", "gpt-4o")
    assert got.instructions == ["Be kind.", "Be brief."]
    assert got.default_settings.temperature == 0.5
    assert [one.id for one in await client.agents.list(metadata_filter=mark)] == [agent.id]
    changed = await client.agents.update(agent_id=agent.id, name="Bo")
    assert changed.updated_at
    got = await client.agents.get(agent.id)
    assert (got.name, got.about) == ("Bo", "a tutor")
    await client.agents.update(agent_id=agent.id, name="Cy", about="a cook", overwrite=True)
    got = await client.agents.get(agent.id)
    assert (got.name, got.about, got.instructions) == ("Cy", "a cook", [])
    await delete_twice(client.agents.delete, agent.id)
    assert await client.agents.list(metadata_filter=mark) == []


async def users(client: Client) -> None:
    mark = {"mark": str(uuid4())}
    user = await client.users.create(name="Grace", about="an admiral", metadata=mark)
    got = await client.users.get(user.id)
    assert (got.name, got.about) == ("Grace", "an admiral")
    assert [one.id for one in await client.users.list(metadata_filter=mark)] == [user.id]
    assert len(await client.users.list(limit=1, offset=0)) == 1
    await client.users.update(user_id=user.id, about="retired")
    assert (await client.users.get(user.id)).about == "retired"
    await client.users.update(user_id=user.id, name="Ada", about="", overwrite=True)
    assert (await client.users.get(user.id)).name == "Ada"
    await delete_twice(client.users.delete, user.id)


async def sessions(client: Client) -> None:
    agent = await client.agents.create(name="Ada", about="")
    user = await client.users.create(name="Grace", about="")
    mark = {"mark": str(uuid4())}
    session = await client.sessions.create(
        agent_id=agent.id, user_id=user.id, situation="A library.", metadata=mark
    )
    got = await client.sessions.get(id=session.id)
    assert (got.agent_id, got.user_id, got.situation) == (agent.id, user.id, "A library.")
    assert [one.id for one in await client.sessions.list(metadata_filter=mark)] == [session.id]
    await client.sessions.update(session_id=session.id, situation="A zoo.")
    assert (await client.sessions.get(session.id)).situation == "A zoo."
    await client.sessions.update(session_id=session.id, situation="A bar.", overwrite=True)
    assert (await client.sessions.get(session.id)).situation == "A bar."
    without_user = await client.sessions.create(agent_id=agent.id)
    assert (await client.sessions.get(without_user.id)).user_id is None
    await delete_twice(client.sessions.delete, session.id)


async def chat(client: Client) -> None:
    agent = await client.agents.create(name="Ada", about="", model="julep-ai/samantha-1-turbo")
    session = await client.sessions.create(
        agent_id=agent.id, situation=SITUATION, metadata={"arg": "banana"}, render_templates=True
    )
    result = await client.sessions.chat(
        session_id=session.id,
        messages=[{"role": "user", "content": "Say it, please.", "name": "Grace Hopper"}],
        max_tokens=10,
        temperature=0.7,
        top_p=0.9,
        seed=1,
        stream=False,
        recall=True,
        remember=True,
    )
    [message, *_] = result.response[0]
    assert "hello banana" in message.content
    image = {"type": "image_url", "image_url": {"url": "https://images.test/cat.png"}}
    await client.sessions.chat(
        session_id=session.id, messages=[{"role": "user", "content": [image]}]
    )
    history = await client.sessions.history(session_id=session.id)
    assert [one.role.value for one in history] == ["user", "assistant"] * 2
    assert history[0].content == "Say it, please."
    assert await client.sessions.suggestions(session_id=session.id) == []
    assert await client.sessions.delete_history(session.id) is None
    assert await client.sessions.history(session_id=session.id) == []


async def docs(client: Client) -> None:
    agent = await client.agents.create(name="Ada", about="")
    user = await client.users.create(name="Grace", about="")
    doc = {"title": "Hours", "content": "We open at nine."}
    for owner in ({"agent_id": agent.id}, {"user_id": user.id}):
        created = await client.docs.create(**owner, doc=doc)
        [found] = await client.docs.list(**owner)
        assert (found.id, found.title, found.content) == (created.id, "Hours", doc["content"])
        assert await client.docs.list(**owner, metadata_filter={"kind": "none"}) == []
        for _ in range(2):
            assert await client.docs.delete(doc_id=created.id, **owner) is None
        assert await client.docs.list(**owner) == []


async def tools(client: Client) -> None:
    agent = await client.agents.create(name="Ada", about="")
    created = await client.tools.create(
        agent_id=agent.id, tool={"type": "function", "function": FUNCTION}
    )
    [found] = await client.tools.get(agent_id=agent.id)
    assert (found.id, found.function.name) == (created.id, "add")
    assert found.function.parameters == FUNCTION["parameters"]
    renamed = {**FUNCTION, "name": "sum"}
    await client.tools.update(agent_id=agent.id, tool_id=created.id, function=renamed)
    [found] = await client.tools.get(agent_id=agent.id)
    assert found.function.name == "sum"
    try:
        await client.tools.delete(agent_id=agent.id, tool_id=created.id)
    except Exception as error:  # noqa: BLE001  # the async client refuses its own result
        assert "violates type hint" in str(error)  # noqa: PT017  # this is no test of pytest's
    assert await client.tools.get(agent_id=agent.id) == []


async def completions(client: Client) -> None:
    text = await client.completions.create(model="any", prompt="Once", min_p=0.1, temperature=0.7)
    assert text.choices[0].text.endswith("You said: Once")
    said = [{"role": "user", "content": "Hello"}]
    answer = await client.chat.completions.create(messages=said, min_p=0.1)
    assert answer.choices[0].message.content.endswith("You said: Hello")


async def delete_twice(delete: Callable[[str], Awaitable[object]], identifier: str) -> None:
    for _ in range(2):
        assert await delete(identifier) is None


STEPS = (agents, users, sessions, chat, docs, tools, completions)


async def run(name: str, client: Client) -> int:
    failed = 0
    for step in STEPS:
        try:
            await step(client)
            outcome = "ok"
        except Exception:  # noqa: BLE001  # every step is reported
            traceback.print_exc()
            outcome, failed = "FAILED", failed + 1
        sys.stdout.write(f"{name:<12} {step.__name__:<12} {outcome}\n")
    return failed


async def main(url: str) -> int:
    sys.stdout.write(f"julep {metadata.version('julep')} against {url}\n")
    failed = await run("Client", Client(julep.Client(api_key="key", base_url=url)))
    failed += await run("AsyncClient", Client(julep.AsyncClient(api_key="key", base_url=url)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1])))
