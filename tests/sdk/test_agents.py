from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from julep import AsyncClient, ConflictError, InvalidArgumentError
from julep.managers.types import AgentDefaultSettingsDict, CreateToolDict, FunctionDefDict
from julep.types import (
    AgentDefaultSettings,
    AgentDefaultSettingsPreset,
    CreateDoc,
    CreateToolRequest,
    CreateToolRequestType,
    FunctionDef,
)
from julep_server import LocalServer
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.resources import (
    HELLO,
    RICH_METADATA,
    RICH_METADATA_STORED,
    UNKNOWN_ID,
    assert_changed,
    assert_lists,
    assert_new,
    assert_not_found,
    new_agent,
    stored_docs,
)
from tests.server.helpers.endpoint import Endpoint

pytestmark = pytest.mark.anyio

SETTINGS: AgentDefaultSettingsDict = {
    "frequency_penalty": 0.5,
    "length_penalty": 1.5,
    "presence_penalty": -0.5,
    "repetition_penalty": 1.25,
    "temperature": 1,
    "top_p": 0.75,
    "min_p": 0.01,
    "preset": "creative",
}


def a_function(name: str) -> FunctionDefDict:
    return {
        "name": name,
        "description": f"It is called {name}.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    }


async def test_create_with_a_name_alone(client: AsyncClient) -> None:
    agent = await client.agents.create(name="Ada")
    assert (agent.name, agent.about, agent.model) == ("Ada", "", "offline")
    assert (agent.instructions, agent.metadata) == ([], {})
    assert agent.default_settings == AgentDefaultSettings()
    assert_new(agent)
    assert await client.agents.get(agent.id) == agent


async def test_create_with_every_field(mode: Mode, tmp_path: Path) -> None:
    docs: list[Any] = [
        {"title": "Roses", "content": ["Red.", "White."]},
        CreateDoc(title="Lilies", content="Yellow.", metadata={"page": 2}),
    ]
    with LocalServer(database=f"sqlite:///{tmp_path / 'data.db'}") as server:
        async with make_client(mode, server.url) as client:
            agent = await client.agents.create(
                name="Ada",
                about="a gardener",
                instructions=["Be kind.", "Be brief."],
                default_settings=SETTINGS,
                model="julep-ai/samantha-1-turbo",
                docs=docs,
                metadata={"team": "support"},
            )
            assert (agent.name, agent.about) == ("Ada", "a gardener")
            assert agent.model == "julep-ai/samantha-1-turbo"
            assert agent.instructions == ["Be kind.", "Be brief."]
            assert agent.metadata == {"team": "support"}
            assert isinstance(agent.default_settings, AgentDefaultSettings)
            assert agent.default_settings.to_dict() == SETTINGS
            assert agent.default_settings.preset is AgentDefaultSettingsPreset.CREATIVE
            assert_new(agent)
            assert await client.agents.get(agent.id) == agent
    assert stored_docs(tmp_path / "data.db", agent.id) == [
        ("Roses", ["Red.", "White."], {}),
        ("Lilies", "Yellow.", {"page": 2}),
    ]


async def test_a_text_is_one_instruction(client: AsyncClient) -> None:
    agent = await client.agents.create(name="Ada", instructions="Be kind.")
    assert agent.instructions == ["Be kind."]
    updated = await client.agents.update(agent_id=agent.id, instructions="Be brief.")
    assert updated.instructions == ["Be brief."]
    assert await client.agents.get(agent.id) == updated


async def test_default_settings_may_be_a_model(client: AsyncClient) -> None:
    settings = AgentDefaultSettings(temperature=0.5, preset=AgentDefaultSettingsPreset.FUN)
    agent = await client.agents.create(name="Ada", default_settings=settings)
    assert agent.default_settings == settings
    assert await client.agents.get(agent.id) == agent


async def test_tools_and_functions_are_offered_to_the_model(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    one, two, three, four = map(a_function, ("one", "two", "three", "four"))
    tool: CreateToolDict = {"type": "function", "function": one}
    as_model = CreateToolRequest(
        type=CreateToolRequestType.FUNCTION, function=FunctionDef.from_dict(FunctionDef.encode(two))
    )
    agent = await model_client.agents.create(
        name="Ada",
        tools=[tool, as_model],
        functions=[three, FunctionDef.from_dict(FunctionDef.encode(four))],
    )
    session = await model_client.sessions.create(agent_id=agent.id)
    await model_client.sessions.chat(session.id, HELLO)
    offered = endpoint.requests[-1]["tools"]
    assert offered == [{"type": "function", "function": each} for each in (one, two, three, four)]


async def test_model_and_default_settings_reach_the_model(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    agent = await model_client.agents.create(
        name="Ada",
        about="a gardener",
        instructions="Be kind.",
        default_settings=SETTINGS,
        model="gpt-4o",
    )
    session = await model_client.sessions.create(agent_id=agent.id)
    await model_client.sessions.chat(session.id, HELLO)
    sent = endpoint.requests[-1]
    assert sent["model"] == "gpt-4o"
    assert {name: sent[name] for name in SETTINGS if name != "preset"} == {
        name: setting for name, setting in SETTINGS.items() if name != "preset"
    }
    assert sent["messages"][0]["content"] == (
        "About the agent Ada: a gardener\n\nInstructions:\n- Be kind."
    )


async def test_texts_and_metadata_are_returned_unchanged(client: AsyncClient) -> None:
    name, about = "Ёлка 🌲\n\u2028", "x" * 1_000_000
    agent = await client.agents.create(
        name=name, about=about, instructions=["", "“”"], metadata=RICH_METADATA
    )
    found = await client.agents.get(agent.id)
    assert (found.name, found.about, found.metadata) == (name, about, RICH_METADATA_STORED)
    assert found.instructions == ["", "“”"]
    assert found == agent


async def test_get_accepts_every_form_of_an_id(client: AsyncClient) -> None:
    agent = await client.agents.create(name="Ada")
    assert await client.agents.get(id=agent.id) == agent
    assert await client.agents.get(UUID(agent.id)) == agent
    assert await client.agents.get(agent.id.upper()) == agent


async def test_list(client: AsyncClient) -> None:
    await assert_lists(
        lambda metadata: client.agents.create(name="Ada", metadata=metadata),
        lambda agent_id: client.agents.update(agent_id=agent_id, about="changed"),
        client.agents.list,
    )


async def test_the_items_of_a_list_are_complete(client: AsyncClient) -> None:
    agent = await client.agents.create(
        name="Ada", default_settings=SETTINGS, metadata=RICH_METADATA
    )
    assert await client.agents.list(limit=1) == [agent]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Bo"),
        ("about", ""),
        ("instructions", []),
        ("instructions", ["Be loud."]),
        ("model", "gpt-4o"),
    ],
)
async def test_update_changes_only_the_given_fields(
    client: AsyncClient, field: str, value: Any
) -> None:
    agent = await client.agents.create(
        name="Ada",
        about="a gardener",
        instructions=["Be kind."],
        default_settings={"top_p": 0.5},
        metadata={"a": 1},
    )
    updated = await client.agents.update(agent_id=UUID(agent.id), **{field: value})
    assert getattr(updated, field) == value
    assert_changed(agent, updated, field)
    assert await client.agents.get(agent.id) == updated


async def test_update_merges_metadata_and_settings(client: AsyncClient) -> None:
    agent = await client.agents.create(
        name="Ada",
        default_settings={"top_p": 0.5, "temperature": 0.25, "min_p": 0.1},
        metadata={"a": 1, "b": {"c": [1, 2], "d": 4}, "e": 5},
    )
    merged = await client.agents.update(
        agent_id=agent.id,
        # None is "not given"; in metadata, which is JSON, it is a null.
        default_settings={"top_p": None, "temperature": 0.75},
        metadata={"b": {"c": [3]}, "e": None, "f": {}},
    )
    expected = AgentDefaultSettings(top_p=0.5, temperature=0.75, min_p=0.1)
    assert merged.default_settings == expected
    assert merged.metadata == {"a": 1, "b": {"c": [3], "d": 4}, "f": {}}
    assert_changed(agent, merged, "default_settings", "metadata")
    assert await client.agents.get(agent.id) == merged


async def test_update_with_overwrite_resets_other_fields(client: AsyncClient) -> None:
    agent = await client.agents.create(
        name="Ada",
        about="a gardener",
        instructions=["Be kind."],
        default_settings={"top_p": 0.5},
        model="gpt-4o",
        metadata={"a": 1},
    )
    replaced = await client.agents.update(
        agent_id=agent.id,
        name="Bo",
        about="a cook",
        instructions=["Be loud.", "Be fast."],
        default_settings={"temperature": 0.5},
        model="other",
        metadata={"b": 2},
        overwrite=True,
    )
    assert (replaced.name, replaced.about, replaced.model) == ("Bo", "a cook", "other")
    assert replaced.instructions == ["Be loud.", "Be fast."]
    assert replaced.default_settings == AgentDefaultSettings(temperature=0.5)
    assert replaced.metadata == {"b": 2}
    assert (replaced.id, replaced.created_at) == (agent.id, agent.created_at)
    reset = await client.agents.update(agent_id=agent.id, name="Bo", about="a cook", overwrite=True)
    assert_changed(replaced, reset, "instructions", "default_settings", "model", "metadata")
    assert (reset.instructions, reset.model, reset.metadata) == ([], "offline", {})
    assert reset.default_settings == AgentDefaultSettings()
    assert await client.agents.get(agent.id) == reset


async def test_update_with_overwrite_requires_a_name(client: AsyncClient) -> None:
    agent = await client.agents.create(name="Ada", about="a gardener")
    with pytest.raises(InvalidArgumentError) as caught:
        await client.agents.update(agent_id=agent.id, about="a cook", overwrite=True)
    assert caught.value.path == "name"
    assert await client.agents.get(agent.id) == agent
    replaced = await client.agents.update(agent_id=agent.id, name="Bo", overwrite=True)
    assert (replaced.name, replaced.about) == ("Bo", "")
    assert await client.agents.get(agent.id) == replaced


async def test_delete(client: AsyncClient) -> None:
    agent, kept = await new_agent(client), await new_agent(client)
    deleted: Any = client.agents.delete(agent.id)
    assert await deleted is None
    await assert_not_found(client.agents.get(agent.id), agent.id)
    assert agent.id not in [found.id for found in await client.agents.list(limit=1000)]
    assert await client.agents.get(kept.id) == kept
    again: Any = client.agents.delete(agent_id=UUID(agent.id))
    assert await again is None


async def test_the_sessions_of_a_deleted_agent_keep_their_history(client: AsyncClient) -> None:
    agent = await new_agent(client)
    session = await client.sessions.create(agent_id=agent.id)
    await client.sessions.chat(session.id, HELLO)
    await client.agents.delete(agent.id)
    await assert_not_found(client.sessions.chat(session.id, HELLO), "agent", agent.id)
    assert len(await client.sessions.history(session.id)) == 2


async def test_missing_resources_are_not_found(client: AsyncClient) -> None:
    user = await client.users.create()
    agents = client.agents
    for call in (
        agents.get(UNKNOWN_ID),
        agents.get(user.id),
        agents.delete(UNKNOWN_ID),
        agents.update(agent_id=UNKNOWN_ID, name="Bo"),
        agents.update(agent_id=UNKNOWN_ID, name="Bo", about="", overwrite=True),
    ):
        await assert_not_found(call, "agent")


async def test_errors_that_only_the_server_detects(client: AsyncClient) -> None:
    with pytest.raises(ConflictError) as conflict:
        await client.agents.create(name="Ada", functions=[a_function("same"), a_function("same")])
    assert conflict.value.status_code == 409
    assert "same" in conflict.value.message


async def test_count(client: AsyncClient) -> None:
    mark = str(uuid4())
    for number in range(3):
        await client.agents.create(name="Ada", metadata={"mark": mark, "half": number % 2})
    assert await client.agents.count({"mark": mark}) == 3
    assert await client.agents.count(metadata_filter={"mark": mark, "half": 1}) == 1
    assert await client.agents.count() >= 3
