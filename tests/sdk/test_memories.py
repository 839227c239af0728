"""Memories: create, search, update, delete, and recall in a chat."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from julep import AsyncClient, ConflictError, InvalidArgumentError
from julep.managers.types import InputChatMlMessageDict
from julep.types import Memory, MemoryType
from tests.sdk.helpers.resources import UNKNOWN_ID, assert_not_found, new_agent, time_of
from tests.sdk.helpers.waiting import HANG

pytestmark = pytest.mark.anyio

RYE = "I like rye bread."
TEA = "I drink green tea."
BIKE = "Yesterday I bought a bicycle."


class Pair:
    """An agent and a user in a session."""

    def __init__(self, client: AsyncClient, agent: str, user: str, session: str) -> None:
        self.client = client
        self.agent = agent
        self.user = user
        self.session = session

    async def say(self, *texts: str, remember: bool | None = None) -> None:
        """Chat, and wait until its memories are formed."""
        said: list[InputChatMlMessageDict] = [{"role": "user", "content": text} for text in texts]
        reply = await self.client.sessions.chat(self.session, said, remember=remember)
        for job_id in reply.jobs or []:
            await self.client.jobs.wait(job_id, timeout=HANG)

    async def contents(self, query: str = "", **arguments: Any) -> list[str]:
        found = await self.client.memories.list(self.agent, query, **arguments)
        return [memory.content for memory in found]


@pytest.fixture
async def pair(client: AsyncClient) -> Pair:
    agent, user = await new_agent(client), await client.users.create(name="Grace")
    session = await client.sessions.create(agent_id=agent.id, user_id=user.id)
    return Pair(client, agent.id, user.id, session.id)


async def test_a_memory_is_found(pair: Pair) -> None:
    await pair.say(RYE)
    (memory,) = await pair.client.memories.list(pair.agent, "Which bread?")
    assert isinstance(memory, Memory)
    assert UUID(memory.id).version == 4
    assert (memory.agent_id, memory.user_id) == (pair.agent, pair.user)
    assert (memory.content, memory.sentiment) == (RYE, 0)
    assert [entity["name"] for entity in memory.entities] == ["Grace"]
    assert memory.type is MemoryType.BELIEF
    assert time_of(memory.timestamp) <= time_of(memory.created_at)
    assert not memory.last_accessed_at


async def test_the_nearest_memories_are_first(pair: Pair) -> None:
    await pair.say(RYE, TEA, BIKE)
    assert await pair.contents("bread", limit=1) == [RYE]
    assert await pair.contents("Which tea?", limit=1) == [TEA]
    everything = await pair.contents("tea")
    assert everything[0] == TEA
    assert set(everything) == {RYE, TEA, BIKE}
    assert await pair.contents("tea", offset=1, limit=1) == everything[1:2]
    assert await pair.contents("tea", offset=3) == []


async def test_types_and_users_narrow_the_search(pair: Pair) -> None:
    await pair.say(RYE, BIKE)
    assert await pair.contents("bread", types="episode") == [BIKE]
    assert await pair.contents("bread", types=["belief"]) == [RYE]
    assert await pair.contents("bread", types=("belief", "episode"), limit=1) == [RYE]
    assert await pair.contents("bread", types="dream") == []
    assert await pair.contents("bread", user_id=UUID(pair.user), limit=1) == [RYE]
    assert await pair.contents("bread", user_id=UNKNOWN_ID) == []


async def test_recalled_memories_reach_the_model_and_are_noted(pair: Pair) -> None:
    await pair.say(RYE)
    said: list[InputChatMlMessageDict] = [{"role": "user", "content": "Which bread do I like?"}]
    reply = await pair.client.sessions.chat(pair.session, said, remember=False)
    assert f"Remembered of the user Grace: {RYE}" in str(reply.response)
    (memory,) = await pair.client.memories.list(pair.agent, "bread")
    assert time_of(memory.last_accessed_at) > time_of(memory.created_at)


async def test_memories_can_be_disabled(pair: Pair) -> None:
    await pair.say(RYE, remember=False)
    assert await pair.contents() == []


async def test_a_deleted_memory_is_not_found(pair: Pair) -> None:
    await pair.say(RYE, TEA)
    (memory,) = await pair.client.memories.list(pair.agent, "bread", limit=1)
    await pair.client.memories.delete(UUID(pair.agent), UUID(memory.id))
    assert await pair.contents("bread") == [TEA]
    # Deleting is idempotent, but fails for an id that never existed.
    await pair.client.memories.delete(pair.agent, memory.id)
    await assert_not_found(
        pair.client.memories.delete(pair.agent, UNKNOWN_ID), "memory", UNKNOWN_ID
    )
    other = await new_agent(pair.client)
    await assert_not_found(pair.client.memories.delete(other.id, memory.id), "memory", memory.id)


async def test_create(pair: Pair) -> None:
    when = dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC)
    memory = await pair.client.memories.create(
        agent_id=UUID(pair.agent),
        user_id=UUID(pair.user),
        content=RYE,
        type="episode",
        sentiment=0.5,
        entities=({"name": "Grace"},),
        timestamp=when,
    )
    assert isinstance(memory, Memory)
    assert (memory.agent_id, memory.user_id, memory.content) == (pair.agent, pair.user, RYE)
    assert (memory.type, memory.sentiment, memory.timestamp) == (MemoryType.EPISODE, 0.5, when)
    assert memory.entities == [{"name": "Grace"}]
    assert memory.created_at == memory.updated_at
    assert await pair.client.memories.list(pair.agent, "bread") == [memory]
    other = await pair.client.memories.create(agent_id=pair.agent, user_id=pair.user, content=TEA)
    assert (other.type, other.sentiment, other.entities) == (MemoryType.BELIEF, 0, [])
    assert abs(other.timestamp - other.created_at) < dt.timedelta(minutes=1)
    said: list[InputChatMlMessageDict] = [{"role": "user", "content": "Which bread do I like?"}]
    reply = await pair.client.sessions.chat(pair.session, said, remember=False)
    assert RYE in reply.text


async def test_a_memory_is_created_once(pair: Pair) -> None:
    create = pair.client.memories.create
    await create(agent_id=pair.agent, user_id=pair.user, content=RYE)
    with pytest.raises(ConflictError, match="remembers this of the user already"):
        await create(agent_id=pair.agent, user_id=pair.user, content=f" {RYE.upper()}")
    other = await pair.client.users.create()
    await create(agent_id=pair.agent, user_id=other.id, content=RYE)
    await assert_not_found(
        create(agent_id=UNKNOWN_ID, user_id=pair.user, content=RYE), "agent", UNKNOWN_ID
    )
    await assert_not_found(
        create(agent_id=pair.agent, user_id=UNKNOWN_ID, content=RYE), "user", UNKNOWN_ID
    )


async def test_update_changes_only_the_given_fields(pair: Pair) -> None:
    create, update = pair.client.memories.create, pair.client.memories.update
    memory = await create(agent_id=pair.agent, user_id=pair.user, content=RYE, sentiment=1)
    await create(agent_id=pair.agent, user_id=pair.user, content=BIKE)
    changed = await update(UUID(pair.agent), UUID(memory.id), content=TEA)
    assert (changed.content, changed.sentiment, changed.type) == (TEA, 1, MemoryType.BELIEF)
    assert time_of(changed.updated_at) > time_of(memory.updated_at)
    assert changed.timestamp == memory.timestamp
    assert (await pair.contents("tea"))[0] == TEA
    assert RYE not in await pair.contents("bread")
    again = await update(pair.agent, memory.id, content=TEA.upper(), type=MemoryType.EPISODE)
    assert await pair.contents(types="episode") == [TEA.upper()]
    assert (again.sentiment, again.entities) == (1, [])
    with pytest.raises(ConflictError, match="remembers this"):
        await update(pair.agent, memory.id, content=BIKE)
    await assert_not_found(update(pair.agent, UNKNOWN_ID, content=BIKE), "memory", UNKNOWN_ID)
    other = await new_agent(pair.client)
    await assert_not_found(update(other.id, memory.id, sentiment=0), "memory", memory.id)


async def test_overwriting_resets_what_is_not_given(pair: Pair) -> None:
    memory = await pair.client.memories.create(
        agent_id=pair.agent,
        user_id=pair.user,
        content=RYE,
        type="episode",
        sentiment=1,
        entities=[{"a": 1}],
        timestamp="2024-02-29T13:00:00+01:00",
    )
    assert memory.timestamp == dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC)
    changed = await pair.client.memories.update(pair.agent, memory.id, content=TEA, overwrite=True)
    assert (changed.content, changed.type, changed.sentiment) == (TEA, MemoryType.BELIEF, 0)
    assert (changed.entities, changed.timestamp) == ([], memory.created_at)


async def test_memories_are_deleted_with_their_user(pair: Pair) -> None:
    await pair.say(RYE)
    await pair.client.users.delete(pair.user)
    assert await pair.contents("bread") == []


async def test_an_unknown_agent_is_not_found(client: AsyncClient) -> None:
    await assert_not_found(client.memories.list(UNKNOWN_ID, "bread"), "agent", UNKNOWN_ID)
    await assert_not_found(client.memories.delete(UNKNOWN_ID, UNKNOWN_ID), "agent", UNKNOWN_ID)


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"offset": -1}, {"limit": 1001, "offset": -1}])
async def test_bounds_are_checked_before_a_request(
    client: AsyncClient, wrong: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArgumentError, match=max(wrong)):
        await client.memories.list(UNKNOWN_ID, "bread", **wrong)


async def test_count(pair: Pair) -> None:
    await pair.say(RYE, BIKE)
    count = pair.client.memories.count
    assert await count(pair.agent) == 2
    assert await count(UUID(pair.agent), types="episode") == 1
    assert await count(pair.agent, types=["episode", "belief"], user_id=UUID(pair.user)) == 2
    assert await count(pair.agent, types="dream") == 0
    assert await count(pair.agent, user_id=UNKNOWN_ID) == 0
    await assert_not_found(count(UNKNOWN_ID), "agent", UNKNOWN_ID)
