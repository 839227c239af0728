"""Code written for julep 0.3 runs unchanged: one test for each feature that its users rely on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Mapping
from datetime import datetime
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

import julep.types
from julep import AsyncClient, Client, api
from julep.api import types
from julep.api.types import (
    Agent,
    ChatResponse,
    Doc,
    InputChatMlMessage,
    InputChatMlMessageRole,
    ResourceCreatedResponse,
    ResourceUpdatedResponse,
    Session,
    Tool,
    User,
)
from julep_server import LocalServer
from tests.sdk.helpers.resources import HELLO

# The names in julep.api.types of julep 0.3.9.
NAMES = [
    "Agent",
    "AgentDefaultSettings",
    "AgentDefaultSettingsPreset",
    "AgentInstructions",
    "AgentMetadata",
    "ChatInputData",
    "ChatInputDataToolChoice",
    "ChatMlImageContentPart",
    "ChatMlImageContentPartImageUrl",
    "ChatMlImageContentPartImageUrlDetail",
    "ChatMlMessage",
    "ChatMlMessageContent",
    "ChatMlMessageContentItem",
    "ChatMlMessageContentItem_ImageUrl",
    "ChatMlMessageContentItem_Text",
    "ChatMlMessageRole",
    "ChatMlTextContentPart",
    "ChatResponse",
    "ChatResponseFinishReason",
    "ChatSettings",
    "ChatSettingsPreset",
    "ChatSettingsResponseFormat",
    "ChatSettingsResponseFormatSchema",
    "ChatSettingsResponseFormatType",
    "ChatSettingsStop",
    "CompletionUsage",
    "CreateAgentRequestInstructions",
    "CreateAgentRequestMetadata",
    "CreateDoc",
    "CreateDocContent",
    "CreateDocMetadata",
    "CreateSessionRequestMetadata",
    "CreateToolRequest",
    "CreateToolRequestType",
    "CreateUserRequestMetadata",
    "Doc",
    "DocContent",
    "DocIds",
    "DocMetadata",
    "FunctionCallOption",
    "FunctionDef",
    "FunctionParameters",
    "GetAgentDocsRequestOrder",
    "GetAgentDocsRequestSortBy",
    "GetAgentDocsResponse",
    "GetAgentMemoriesResponse",
    "GetAgentToolsResponse",
    "GetHistoryResponse",
    "GetSuggestionsResponse",
    "GetUserDocsRequestOrder",
    "GetUserDocsRequestSortBy",
    "GetUserDocsResponse",
    "InputChatMlMessage",
    "InputChatMlMessageContent",
    "InputChatMlMessageContentItem",
    "InputChatMlMessageContentItem_ImageUrl",
    "InputChatMlMessageContentItem_Text",
    "InputChatMlMessageRole",
    "JobStatus",
    "JobStatusState",
    "ListAgentsRequestOrder",
    "ListAgentsRequestSortBy",
    "ListAgentsResponse",
    "ListSessionsRequestOrder",
    "ListSessionsRequestSortBy",
    "ListSessionsResponse",
    "ListUsersRequestOrder",
    "ListUsersRequestSortBy",
    "ListUsersResponse",
    "Memory",
    "MemoryAccessOptions",
    "MemoryEntitiesItem",
    "NamedToolChoice",
    "NamedToolChoiceFunction",
    "PartialFunctionDef",
    "PatchAgentRequestInstructions",
    "PatchAgentRequestMetadata",
    "PatchSessionRequestMetadata",
    "PatchUserRequestMetadata",
    "ResourceCreatedResponse",
    "ResourceDeletedResponse",
    "ResourceUpdatedResponse",
    "Session",
    "SessionMetadata",
    "Suggestion",
    "SuggestionTarget",
    "Tool",
    "ToolChoiceOption",
    "ToolType",
    "UpdateAgentRequestInstructions",
    "UpdateAgentRequestMetadata",
    "UpdateSessionRequestMetadata",
    "UpdateUserRequestMetadata",
    "User",
    "UserMetadata",
]

AGENT = {
    "name": "Jessica",
    "about": "a teenager who complains",
    "model": "julep-ai/samantha-1-turbo",
    "instructions": "Keep your answers short.",
    "default_settings": {"temperature": 1.5, "min_p": 0.01, "repetition_penalty": 1.05},
    "metadata": {"team": "tests"},
}
FUNCTION = {
    "name": "add",
    "description": "Adds numbers.",
    "parameters": {"type": "object", "properties": {"a": {"type": "number"}}},
}
IMAGE = {"type": "image_url", "image_url": {"url": "https://images.test/cat.png"}}


def test_every_name_of_0_3_exists() -> None:
    assert len(NAMES) == 95
    for name in NAMES:
        found = getattr(types, name)
        assert getattr(api, name) is found
        if "Item_" not in name:
            assert found is getattr(julep.types, name)
    parts = {name: getattr(types, name) for name in NAMES if "Item_" in name}
    assert parts == {
        name: types.ChatMlTextContentPart if "Text" in name else types.ChatMlImageContentPart
        for name in parts
    }
    assert len(parts) == 4


def test_other_modules_of_0_3_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    from julep import env
    from julep.api.core import ApiError
    from julep.api.core.api_error import ApiError as TheSame
    from julep.managers.base import BaseManager

    assert ApiError is TheSame is julep.ApiError
    assert isinstance(Client().agents, BaseManager)
    monkeypatch.delenv("JULEP_API_KEY", raising=False)
    monkeypatch.setenv("JULEP_API_URL", "http://julep.test/api")
    assert (_of(env, "JULEP_API_KEY"), env.JULEP_API_URL) == (None, "http://julep.test/api")
    monkeypatch.setenv("JULEP_API_KEY", "key")
    monkeypatch.delenv("JULEP_API_URL")
    assert (_of(env, "JULEP_API_KEY"), env.JULEP_API_URL) == ("key", "http://127.0.0.1:8080/api")
    with pytest.raises(AttributeError, match="no attribute 'NOPE'"):
        _of(env, "NOPE")


@pytest.mark.anyio
@pytest.mark.parametrize("instructions", ["Be brief.", ["Be brief.", "Be kind."], []])
async def test_instructions_as_a_string_or_a_list(
    client: AsyncClient, instructions: str | list[str]
) -> None:
    created = await client.agents.create(**_given(AGENT, instructions=instructions))
    assert isinstance(created, Agent)
    assert isinstance(created.created_at, datetime)
    got = await client.agents.get(created.id)
    assert got == created
    assert got.instructions == ([instructions] if isinstance(instructions, str) else instructions)
    updated = await client.agents.update(agent_id=created.id, instructions=instructions)
    assert updated.instructions == got.instructions


@pytest.mark.anyio
async def test_create_and_update_return_every_given_field(client: AsyncClient) -> None:
    agent = await client.agents.create(**_given(AGENT))
    told = agent.to_dict()
    assert told | AGENT == told | {"instructions": AGENT["instructions"]}
    assert agent.name == "Jessica"
    user = await client.users.create(name="John", about="Baba Yaga", metadata={"a": 1})
    assert isinstance(user, User)
    assert (user.name, user.about, user.metadata) == ("John", "Baba Yaga", {"a": 1})
    session = await client.sessions.create(
        user_id=user.id, agent_id=agent.id, situation="A bar.", metadata={"a": 1}
    )
    assert isinstance(session, Session)
    assert (session.user_id, session.agent_id) == (user.id, agent.id)
    assert (session.situation, session.metadata) == ("A bar.", {"a": 1})
    for resource in (agent, user, session):
        assert isinstance(resource.created_at, datetime)
    changed = await client.sessions.update(session_id=session.id, situation="A zoo.")
    assert isinstance(changed, Session)
    assert (changed.id, changed.situation) == (session.id, "A zoo.")
    assert isinstance(changed.updated_at, datetime)


@pytest.mark.anyio
async def test_ids_are_positional_in_get_and_delete(client: AsyncClient) -> None:
    agent = await client.agents.create(name="Ada")
    user = await client.users.create(name="Grace", about="")
    session = await client.sessions.create(agent_id=agent.id)
    assert (await client.agents.get(agent.id)).id == agent.id
    assert (await client.users.get(user.id)).id == user.id
    assert (await client.sessions.get(id=session.id)).id == session.id
    assert (await client.sessions.get(session.id)).user_id is None
    for _ in range(2):  # deleting it again does not fail
        assert await _nothing(client.sessions.delete(session.id))
        assert await _nothing(client.users.delete(user_id=user.id))
        assert await _nothing(client.agents.delete(agent.id))


@pytest.mark.anyio
async def test_overwriting_an_agent_resets_other_fields(client: AsyncClient) -> None:
    agent = await client.agents.create(**_given(AGENT))
    updated = await client.agents.update(
        agent_id=agent.id, overwrite=True, name="overwrite", about="about overwritten"
    )
    assert isinstance(updated, Agent)
    assert (updated.name, updated.about) == ("overwrite", "about overwritten")
    assert (updated.instructions, updated.metadata) == ([], {})


@pytest.mark.anyio
async def test_a_metadata_filter_is_a_dict(client: AsyncClient) -> None:
    mark = {"mark": str(uuid4())}
    agent = await client.agents.create(name="Ada", metadata=mark)
    [found] = await client.agents.list(metadata_filter=mark)
    assert found == agent
    assert isinstance(await client.agents.list(limit=1, offset=0), list)


@pytest.mark.anyio
@pytest.mark.parametrize("model", ["gpt-4o", "julep-ai/samantha-1-turbo"])
async def test_any_model_name_is_accepted(client: AsyncClient, model: str) -> None:
    agent = await client.agents.create(name="Ada", model=model)
    assert agent.model == model
    session = await client.sessions.create(agent_id=agent.id)
    assert "You said: Hello" in (await client.sessions.chat(session.id, HELLO)).text


@pytest.mark.anyio
async def test_a_chat_as_0_3_documented_it(client: AsyncClient) -> None:
    agent = await client.agents.create(**_given(AGENT))
    user = await client.users.create(name="John Wick", about="Baba Yaga")
    session = await client.sessions.create(agent_id=agent.id, user_id=user.id)
    said = InputChatMlMessage(role=InputChatMlMessageRole.USER, content="test", name="tets name")
    result = await client.sessions.chat(
        session_id=session.id,
        messages=[said],
        max_tokens=200,
        presence_penalty=0.5,
        repetition_penalty=0.5,
        seed=1,
        stream=False,
        temperature=0.7,
        top_p=0.9,
        recall=True,
        remember=True,
    )
    assert isinstance(result, ChatResponse)
    [message, *_] = result.response[0]
    assert isinstance(result.response[0][0].content, str)
    assert message.role == "assistant"
    content: list[Any] = [IMAGE]
    await client.sessions.chat(
        session_id=session.id, messages=[{"role": "user", "content": content}]
    )
    history = await client.sessions.history(session_id=session.id)
    assert [one.role for one in history] == ["user", "assistant"] * 2
    assert history[0].name == "tets name"
    assert await _nothing(client.sessions.delete_history(session_id=session.id))
    assert await client.sessions.history(session_id=session.id) == []


@pytest.mark.anyio
async def test_a_rendered_situation_is_in_the_answer(client: AsyncClient) -> None:
    agent = await client.agents.create(name="Ada")
    session = await client.sessions.create(
        agent_id=agent.id,
        situation="Say 'hello {{ session.metadata.arg }}'",
        metadata={"arg": "banana"},
        render_templates=True,
    )
    result = await client.sessions.chat(
        session_id=session.id,
        messages=[InputChatMlMessage(role=InputChatMlMessageRole.USER, content="say it please")],
    )
    answer = result.response[0][0].content
    assert isinstance(answer, str)
    assert "hello banana" in answer


@pytest.mark.anyio
@pytest.mark.parametrize("owner", ["agent_id", "user_id"])
async def test_a_created_doc_names_its_owner(client: AsyncClient, owner: str) -> None:
    of: Any = client.agents if owner == "agent_id" else client.users
    whose: Mapping[str, Any] = {owner: (await of.create(name="Ada", about="")).id}
    doc = await client.docs.create(**whose, doc={"title": "t", "content": "c", "metadata": {}})
    assert isinstance(doc, Doc)
    assert getattr(doc, owner) == whose[owner]
    [found] = await client.docs.list(**whose)
    assert (found.id, found.title) == (doc.id, "t")
    for _ in range(2):
        assert await _nothing(client.docs.delete(doc_id=doc.id, **whose))
    assert await client.docs.list(**whose) == []


@pytest.mark.anyio
async def test_tools_get_returns_a_list(client: AsyncClient) -> None:
    agent = await client.agents.create(name="Ada")
    assert await client.tools.get(agent_id=agent.id) == []
    tool: Any = {"type": "function", "function": FUNCTION}
    created = await client.tools.create(agent_id=agent.id, tool=tool)
    assert isinstance(created, ResourceCreatedResponse)
    assert isinstance(created.created_at, datetime)
    function: Any = FUNCTION
    updated = await client.tools.update(
        agent_id=agent.id, tool_id=created.id, function=function, overwrite=True
    )
    assert isinstance(updated, ResourceUpdatedResponse)
    assert isinstance(updated.updated_at, datetime)
    [found] = await client.tools.get(agent.id)
    assert isinstance(found, Tool)
    for _ in range(2):
        assert await _nothing(client.tools.delete(agent_id=agent.id, tool_id=created.id))


def test_one_client_is_used_from_several_event_loops(server: LocalServer) -> None:
    client = AsyncClient(base_url=server.url)

    async def talk() -> str:
        agent = await client.agents.create(name="Ada")
        session = await client.sessions.create(agent_id=agent.id)
        return (await client.sessions.chat(session.id, HELLO)).text

    assert asyncio.run(talk()) == asyncio.run(talk())


@pytest.mark.anyio
async def test_models_have_dict_and_json(client: AsyncClient) -> None:
    session = await client.sessions.create(
        agent_id=(await client.agents.create(name="Ada")).id, metadata={"a": 1}
    )
    with pytest.warns(DeprecationWarning, match=r"2027-12-01 on: use to_dict\(\)") as caught:
        values = session.dict()
    assert caught[0].filename == __file__
    assert values["created_at"] is session.created_at
    assert values["metadata"] == {"a": 1}
    assert "user_id" not in values
    with pytest.warns(DeprecationWarning, match=r"use to_json\(\)"):
        text = session.json(indent=1)
    assert Session.from_dict(json.loads(text)) == session
    assert "Z" in text.split("created_at")[1].splitlines()[0]


@pytest.mark.filterwarnings(r"ignore:(dict|json)\(\) is from julep 0.3:DeprecationWarning")
def test_dict_and_json_have_the_options_of_0_3() -> None:
    role = InputChatMlMessageRole.USER
    message = InputChatMlMessage(role=role, content="Hi", continue_=True)
    job = types.JobStatus.from_dict({"name": "a", "progress": 1.0, "more": 1}, partial=True)
    agent = Agent.from_dict({"id": "a", "default_settings": {"preset": "fun"}}, partial=True)
    parts = [types.ChatMlTextContentPart("Hi")]
    assert agent.dict() == {"id": "a", "default_settings": {"preset": "fun"}}
    assert job.dict() == {"name": "a", "progress": 1.0}
    assert message.dict()["role"] is role
    assert InputChatMlMessage(role=role, content=list(parts)).dict() == {
        "role": "user",
        "content": [{"text": "Hi", "type": "text"}],
    }
    whole = message.dict(exclude_unset=False, by_alias=False)
    assert whole == {"role": "user", "content": "Hi", "name": None, "continue_": True}
    again = message.dict(exclude_unset=False, exclude_none=True)
    assert again == {"role": "user", "content": "Hi", "continue": True}
    assert message.json() == '{"role": "user", "content": "Hi", "continue": true}'


def _of(module: ModuleType, name: str) -> Any:
    return getattr(module, name)


def _given(arguments: Mapping[str, Any], **others: Any) -> dict[str, Any]:
    return {**arguments, **others}


async def _nothing(call: Awaitable[object]) -> bool:
    return await call is None


@pytest.mark.anyio
@pytest.mark.filterwarnings(r"ignore:dict\(\) is from julep 0.3:DeprecationWarning")
async def test_a_dict_of_an_agent_builds_the_agent_again(client: AsyncClient) -> None:
    settings: dict[str, object] = {"temperature": 1, "max_tokens": 10, "stop": ["x"]}
    agent = await client.agents.create(name="Ada", default_settings=settings)
    fields: dict[str, Any] = agent.dict()
    assert fields["default_settings"] == settings
    assert Agent(**fields).default_settings == agent.default_settings
