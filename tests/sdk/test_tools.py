from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from julep import AsyncClient, ConflictError, InvalidArgumentError
from julep.managers.types import CreateToolDict, FunctionDefDict
from julep.types import (
    CreateToolRequest,
    CreateToolRequestType,
    FunctionDef,
    PartialFunctionDef,
    ResourceCreatedResponse,
    ResourceUpdatedResponse,
    Tool,
    ToolType,
)
from tests.sdk.helpers.resources import HELLO, UNKNOWN_ID, assert_not_found, new_agent, time_of
from tests.server.helpers.endpoint import Endpoint

pytestmark = pytest.mark.anyio


def a_function(name: str) -> FunctionDefDict:
    return {
        "name": name,
        "description": f"It is called {name}.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    }


def a_tool(name: str) -> CreateToolDict:
    return {"type": "function", "function": a_function(name)}


def as_model(function: FunctionDefDict) -> FunctionDef:
    return FunctionDef.from_dict(FunctionDef.encode(function))


def functions(tools: list[Tool]) -> list[Any]:
    return [tool.function.to_dict() for tool in tools]


async def test_create_returns_id_and_time(client: AsyncClient) -> None:
    agent = await new_agent(client)
    made = await client.tools.create(agent_id=agent.id, tool=a_tool("add"))
    assert isinstance(made, ResourceCreatedResponse)
    assert UUID(made.id).version == 4
    assert abs(dt.datetime.now(dt.UTC) - time_of(made.created_at)) < dt.timedelta(minutes=1)
    (tool,) = await client.tools.get(agent.id)
    assert isinstance(tool, Tool)
    assert (tool.id, tool.type) == (made.id, ToolType.FUNCTION)
    assert tool.function == as_model(a_function("add"))


async def test_create_accepts_models_and_positional_arguments(client: AsyncClient) -> None:
    agent = await new_agent(client)
    kind, function = CreateToolRequestType.WEBHOOK, as_model(a_function("one"))
    await client.tools.create(UUID(agent.id), CreateToolRequest(type=kind, function=function))
    mixed: Any = {"type": "function", "function": as_model(a_function("two"))}
    await client.tools.create(agent.id, mixed)
    one, two = await client.tools.get(agent.id)
    assert (one.type, two.type) == ("webhook", "function")
    assert functions([one, two]) == [a_function("one"), a_function("two")]


async def test_a_schema_is_returned_unchanged(client: AsyncClient) -> None:
    agent = await new_agent(client)
    parameters: dict[str, object] = {
        "type": "object",
        "properties": {"größe": {"enum": ["S", "L", None, 2**70, 1.5]}, "nested": {"a": [[{}]]}},
        "required": [],
        "": "an empty key",
    }
    function: FunctionDefDict = {"name": "x" * 64, "parameters": parameters}
    await client.tools.create(agent.id, {"type": "function", "function": function})
    assert functions(await client.tools.get(agent.id)) == [function]


async def test_get_and_list_are_the_same_page(client: AsyncClient) -> None:
    agent = await client.agents.create(name="Ada", tools=[a_tool("a"), a_tool("b")])
    for name in ("c", "d"):
        await client.tools.create(agent.id, a_tool(name))
    for method in (client.tools.get, client.tools.list):
        whole = await method(agent.id)
        assert type(whole) is list
        assert [tool.function.name for tool in whole] == ["a", "b", "c", "d"]
        assert await method(agent_id=UUID(agent.id), limit=2) == whole[:2]
        assert await method(agent.id, 2, 1) == whole[1:3]
        assert await method(agent.id, offset=3) == whole[3:]
        assert await method(agent.id, offset=4) == []
    assert await client.tools.get((await new_agent(client)).id) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"description": "Adds."}, {**a_function("add"), "description": "Adds."}),
        ({"name": "sum"}, {**a_function("add"), "name": "sum"}),
        ({}, a_function("add")),
        (PartialFunctionDef(name="sum"), {**a_function("add"), "name": "sum"}),
        (as_model(a_function("sum")), a_function("sum")),
        (
            {"parameters": {"properties": {"city": None, "day": {}}}},
            {
                **a_function("add"),
                "parameters": {"type": "object", "properties": {"day": {}}},
            },
        ),
    ],
)
async def test_update_changes_only_the_given_fields(
    client: AsyncClient, change: Any, expected: dict[str, object]
) -> None:
    agent = await new_agent(client)
    made = await client.tools.create(agent.id, a_tool("add"))
    updated = await client.tools.update(agent.id, made.id, change)
    assert isinstance(updated, ResourceUpdatedResponse)
    assert updated.id == made.id
    assert time_of(updated.updated_at) >= time_of(made.created_at)
    assert functions(await client.tools.get(agent.id)) == [expected]


async def test_update_with_overwrite_replaces_the_function(client: AsyncClient) -> None:
    agent = await new_agent(client)
    made = await client.tools.create(agent.id, a_tool("add"))
    other: FunctionDefDict = {"name": "other", "parameters": {}}
    await client.tools.update(agent.id, made.id, other, True)
    assert functions(await client.tools.get(agent.id)) == [other]
    replaced = await client.tools.update(
        agent_id=UUID(agent.id),
        tool_id=UUID(made.id),
        function=as_model(a_function("third")),
        overwrite=True,
    )
    assert replaced.id == made.id
    assert functions(await client.tools.get(agent.id)) == [a_function("third")]
    as_part = PartialFunctionDef(name="part", parameters={})
    await client.tools.update(agent.id, made.id, as_part, overwrite=True)
    assert functions(await client.tools.get(agent.id)) == [{"name": "part", "parameters": {}}]
    incomplete: list[Any] = [{"name": "fourth"}, PartialFunctionDef(name="fourth")]
    for function in incomplete:
        with pytest.raises(InvalidArgumentError) as caught:
            await client.tools.update(agent.id, made.id, function, overwrite=True)
        assert caught.value.path == "function.parameters"
    assert functions(await client.tools.get(agent.id)) == [{"name": "part", "parameters": {}}]


async def test_delete(client: AsyncClient) -> None:
    agent = await new_agent(client)
    made = await client.tools.create(agent.id, a_tool("add"))
    kept = await client.tools.create(agent.id, a_tool("kept"))
    deleted: Any = client.tools.delete(agent.id, made.id)
    assert await deleted is None
    assert [tool.id for tool in await client.tools.get(agent.id)] == [kept.id]
    again: Any = client.tools.delete(agent_id=UUID(agent.id), tool_id=UUID(made.id))
    assert await again is None
    await assert_not_found(client.tools.update(agent.id, made.id, {"name": "sum"}), made.id)


async def test_current_tools_are_offered_to_the_model(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    agent = await new_agent(model_client)
    session = await model_client.sessions.create(agent_id=agent.id)
    one = await model_client.tools.create(agent.id, a_tool("one"))
    two = await model_client.tools.create(agent.id, a_tool("two"))

    async def offered() -> list[str]:
        await model_client.sessions.chat(session.id, HELLO)
        return [tool["function"]["name"] for tool in endpoint.requests[-1]["tools"]]

    assert await offered() == ["one", "two"]
    await model_client.tools.update(agent.id, one.id, {"name": "uno"})
    await model_client.tools.delete(agent.id, two.id)
    assert await offered() == ["uno"]


async def test_missing_resources_are_not_found(client: AsyncClient) -> None:
    agent, other = await new_agent(client), await new_agent(client)
    tools = client.tools
    made = await tools.create(agent.id, a_tool("add"))
    for call in (
        tools.get(UNKNOWN_ID),
        tools.list(UNKNOWN_ID),
        tools.create(UNKNOWN_ID, a_tool("add")),
        tools.update(UNKNOWN_ID, made.id, {}),
        tools.delete(UNKNOWN_ID, made.id),
    ):
        await assert_not_found(call, "agent", UNKNOWN_ID)
    for owner, tool_id in ((agent.id, UNKNOWN_ID), (other.id, made.id)):
        for call in (
            tools.update(owner, tool_id, {}),
            tools.update(owner, tool_id, a_function("add"), True),
            tools.delete(owner, tool_id),
        ):
            await assert_not_found(call, "tool", tool_id)
    assert functions(await tools.get(agent.id)) == [a_function("add")]


async def test_a_name_is_any_text_but_an_empty_one(client: AsyncClient) -> None:
    agent = await new_agent(client)
    for name in ("look up", "météo", "x" * 512):
        await client.tools.create(agent.id, a_tool(name))
    assert {tool.function.name for tool in await client.tools.get(agent.id)} == {
        "look up",
        "météo",
        "x" * 512,
    }
    with pytest.raises(
        InvalidArgumentError, match=r"^tool\.function\.name: expected 1 to 512 characters"
    ):
        await client.tools.create(agent.id, a_tool(""))
    with pytest.raises(
        InvalidArgumentError, match=r"^tool\.function\.name: expected 1 to 512 characters; got 513"
    ):
        await client.tools.create(agent.id, a_tool("x" * 513))


async def test_errors_that_only_the_server_detects(client: AsyncClient) -> None:
    agent = await new_agent(client)
    await client.tools.create(agent.id, a_tool("add"))
    other = await client.tools.create(agent.id, a_tool("other"))
    for call in (
        client.tools.create(agent.id, a_tool("add")),
        client.tools.update(agent.id, other.id, {"name": "add"}),
        client.tools.update(agent.id, other.id, a_function("add"), True),
    ):
        with pytest.raises(ConflictError, match="add"):
            await call
    found = functions(await client.tools.get(agent.id))
    assert found == [a_function("add"), a_function("other")]


async def test_count(client: AsyncClient) -> None:
    agent = await new_agent(client)
    assert await client.tools.count(agent.id) == 0
    for name in ("one", "two"):
        tool: CreateToolDict = {"type": "function", "function": {"name": name, "parameters": {}}}
        await client.tools.create(agent.id, tool)
    assert await client.tools.count(UUID(agent.id)) == 2
    await assert_not_found(client.tools.count(UNKNOWN_ID), "agent", UNKNOWN_ID)
