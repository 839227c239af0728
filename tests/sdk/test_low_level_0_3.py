"""The low-level clients of julep 0.3, objects in their place, and the options of its clients."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from unittest import mock

import httpx
import pytest

import julep
from julep import ArgumentTypeError, AsyncClient, Client
from julep.api.client import OMIT, AsyncJulepApi, JulepApi
from julep.api.types import (
    Agent,
    ChatResponse,
    CreateDoc,
    CreateToolRequest,
    GetAgentMemoriesResponse,
    InputChatMlMessage,
    ListSessionsResponse,
    ResourceCreatedResponse,
    ResourceUpdatedResponse,
    Session,
)
from julep.managers.agent import AgentsManager
from julep.managers.doc import AsyncDocsManager, DocsManager
from julep.managers.memory import MemoriesManager
from julep.managers.session import AsyncSessionsManager, SessionsManager
from julep.managers.tool import ToolsManager
from julep_api.operations import OPERATIONS
from julep_server import LocalServer
from tests.sdk.helpers.deprecated import warned
from tests.sdk.helpers.modes import Mode, unwrapped
from tests.sdk.helpers.resources import HELLO
from tests.sdk.helpers.stub import Stub

ID = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"
TIME = "2024-01-01T00:00:00Z"
SESSION = Session.from_dict({"id": ID, "agent_id": ID}, partial=True)
CREATED = ResourceCreatedResponse.from_dict({"id": ID, "created_at": TIME}, partial=True)
UPDATED = ResourceUpdatedResponse.from_dict({"id": ID, "updated_at": TIME}, partial=True)
FUNCTION = {"name": "add", "parameters": {"type": "object"}}

ignore_warnings = pytest.mark.filterwarnings("ignore:.* is from julep 0.3:DeprecationWarning")

each_client = pytest.mark.parametrize("make", [Client, AsyncClient])


@pytest.mark.anyio
@ignore_warnings
async def test_operations_are_methods_of_the_low_level_client(
    mode: Mode, client: AsyncClient
) -> None:
    plain: Any = unwrapped(client)
    api = plain._api_client
    assert api is plain.api is plain.agents.api_client

    async def call(operation: str, /, *args: object, **kwargs: object) -> Any:
        result = getattr(api, operation)(*args, **kwargs)
        return result if mode == "sync" else await result

    created = await call("create_agent", name="Ada", about="a tutor", metadata={"a": 1})
    assert type(created) is ResourceCreatedResponse
    got = await call("get_agent", agent_id=created.id)
    assert (type(got), got.name, got.metadata) == (Agent, "Ada", {"a": 1})
    assert await call("get_agent", created.id) == got
    await call("patch_agent", agent_id=created.id, name="Bo", about=None)
    assert (await call("get_agent", created.id)).name == "Bo"
    doc: Any = {"title": "t", "content": "c"}
    await call("create_agent_doc", agent_id=created.id, request=doc)
    await call("create_agent_doc", agent_id=created.id, request=CreateDoc(**doc))
    found = (await call("get_agent_docs", agent_id=created.id, limit=10, offset=None)).items
    assert [one.title for one in found] == ["t", "t"]
    session = await call("create_session", agent_id=created.id, user_id=None)
    reply = await call("chat", session_id=session.id, messages=HELLO, stream=False)
    assert type(reply) is ChatResponse
    stream = await call("chat", session_id=session.id, messages=HELLO, stream=True)
    if mode == "sync":
        with stream:
            assert "Hello" in stream.get_final_response().text
    else:
        async with stream:
            assert "Hello" in (await stream.get_final_response()).text
    assert len((await call("get_history", session_id=session.id)).items) == 4
    await call("patch_agent", agent_id=created.id, name="Cy", about=OMIT)
    assert (await call("get_agent", created.id)).name == "Cy"
    assert await call("delete_session_history", session_id=session.id) is None
    assert await call("delete_agent", created.id) is None


def test_every_operation_is_a_method_and_warns(stub: Stub) -> None:
    with Client(base_url=stub.url) as client:
        api: Any = getattr(client, "_api_client")  # noqa: B009  # private, and used by programs
        for operation in OPERATIONS.values():
            assert callable(getattr(api, operation.module.rpartition(".")[2]))
        with pytest.raises(AttributeError, match="'SyncDriver' object has no attribute 'get_dog'"):
            _ = api.get_dog
        stub.response = {"items": []}
        warned(lambda: api.list_agents(), "client's methods")  # noqa: PLW0108


@each_client
def test_the_openai_client_has_its_name_of_0_3(make: Any, stub: Stub) -> None:
    client = make(api_key="key", base_url=f"{stub.url}/api")
    assert client._openai_client is client._openai.client
    assert client._openai_client.chat is client.chat


async def _low_level(other: Any) -> None:
    assert (await other.list_users()).items == []
    await other._connections.config.http_client.aclose()


@ignore_warnings
def test_the_low_level_clients_are_made_as_in_0_3(stub: Stub) -> None:
    stub.response = {"items": []}
    api: Any = JulepApi(api_key="Bearer k", base_url=stub.url, timeout=60)
    assert api.list_users(limit=1).items == []
    api.close()
    other: Any = AsyncJulepApi(api_key="raw", base_url=stub.url, httpx_client=httpx.AsyncClient())
    asyncio.run(_low_level(other))
    assert [one.headers["authorization"] for one in stub.requests] == ["Bearer k", "raw"]
    assert repr(other).find("raw") == -1
    warned(lambda: JulepApi(api_key="k", base_url=stub.url), "julep.Client")
    warned(lambda: AsyncJulepApi(api_key="k", base_url=stub.url), "julep.AsyncClient")


def test_a_manager_takes_an_object_with_operations() -> None:
    api = mock.Mock()
    api.get_session.return_value = SESSION
    api.list_sessions.return_value = ListSessionsResponse(items=[SESSION])
    api.create_session.return_value = CREATED
    api.patch_session.return_value = api.update_session.return_value = UPDATED
    api.delete_session.return_value = mock.sentinel.deleted
    manager = SessionsManager(api_client=api)
    assert manager.get(ID) is SESSION
    api.get_session.assert_called_once_with(session_id=ID)
    assert manager.list(limit=1, metadata_filter={"a": 1}) == [SESSION]
    api.list_sessions.assert_called_once_with(limit=1, metadata_filter='{"a":1}')
    assert list(manager.iterate(limit=1)) == [SESSION]
    created = manager.create(agent_id=ID, situation="A bar.")
    assert (created.id, created.situation) == (ID, "A bar.")
    api.create_session.assert_called_once_with(agent_id=ID, situation="A bar.")
    assert manager.update(session_id=ID, situation="A zoo.").id == ID
    api.patch_session.assert_called_once_with(session_id=ID, situation="A zoo.")
    assert _returned(lambda: manager.delete(ID)) is None
    api.delete_session.assert_called_once_with(session_id=ID)
    assert manager.api_client.get_session is api.get_session  # type: ignore[attr-defined]  # the mock's


def _returned(call: Callable[[], object]) -> object:
    return call()


def test_bodies_reach_such_an_object_as_models() -> None:
    api = mock.Mock()
    api.create_agent_doc.return_value = api.create_agent_tool.return_value = CREATED
    api.chat.return_value = mock.sentinel.reply
    DocsManager(api).create(agent_id=ID, doc={"title": "t", "content": "c"})
    expected = CreateDoc(title="t", content="c")
    api.create_agent_doc.assert_called_once_with(agent_id=ID, request=expected)
    tool: Any = {"type": "function", "function": FUNCTION}
    ToolsManager(api).create(ID, tool)
    request = api.create_agent_tool.call_args.kwargs["request"]
    assert (type(request), request.function.name) == (CreateToolRequest, "add")
    SessionsManager(api).chat(ID, HELLO)
    [message] = api.chat.call_args.kwargs["messages"]
    assert (type(message), message.content) == (InputChatMlMessage, HELLO[0]["content"])
    api.get_agent_memories.return_value = GetAgentMemoriesResponse(items=[])
    assert MemoriesManager(api).list(ID, "q", types=["a", "b", "c"], limit=5) == []
    api.get_agent_memories.assert_called_once_with(
        agent_id=ID, query="q", types=["a", "b", "c"], limit=5
    )


@pytest.mark.anyio
async def test_an_async_manager_takes_an_object_with_async_operations() -> None:
    api = mock.AsyncMock()
    api.get_session.return_value = SESSION
    api.list_sessions.return_value = ListSessionsResponse(items=[SESSION])
    api.delete_agent_doc.return_value = mock.sentinel.deleted
    manager = AsyncSessionsManager(api_client=api)
    assert await manager.get(ID) is SESSION
    assert [one async for one in manager.iterate(limit=1)] == [SESSION]
    assert await _awaited(AsyncDocsManager(api).delete(ID, agent_id=ID)) is None


async def _awaited(call: Any) -> object:
    return await call


def test_a_managers_client_is_replaced_by_a_test() -> None:
    client = Client(base_url="http://127.0.0.1:9/api", max_retries=0)
    agent = Agent.from_dict({"id": ID, "name": "Ada"}, partial=True)
    with mock.patch.object(client.agents, "api_client") as api:
        api.get_agent.return_value = agent
        assert client.agents.get(ID) is agent
    assert client.agents.api_client is client.api
    spec = mock.create_autospec(client.api, instance=True)
    assert AgentsManager(spec).api_client is spec


@each_client
@ignore_warnings
def test_options_by_their_names_of_0_3(make: Any, stub: Stub) -> None:
    stub.response = {"items": []}
    own: Any = _own_client(make)
    clients = [
        make("key", stub.url, 60, {"X-Team": "blue"}, own),
        make("key", stub.url, additional_headers={"X-Team": "blue"}, timeout=60),
        make("key", stub.url, 60, additional_headers={"X-Team": "blue"}, _httpx_client=own),
    ]
    assert {client._config.timeout.total for client in clients} == {60}
    theirs = [client._connections.config.http_client for client in clients]
    assert theirs == [own, None, own]
    if hasattr(own, "close"):
        for client in clients:
            with client:
                assert client.agents.list(limit=1) == []
        own.close()
    else:
        asyncio.run(_use(clients, own))
    assert [one.headers["x-team"] for one in stub.requests] == ["blue"] * 3


def _own_client(make: type[Client | AsyncClient]) -> object:
    return httpx.Client() if make is Client else httpx.AsyncClient()


async def _use(clients: list[AsyncClient], own: httpx.AsyncClient) -> None:
    for client in clients:
        async with client:
            assert await client.agents.list(limit=1) == []
    await own.aclose()


@each_client
def test_options_of_0_3_warn(make: Any) -> None:
    warned(lambda: make("k", "http://a.b/api", 60), "timeout=")
    warned(lambda: make("k", additional_headers={}), "headers=")
    warned(lambda: make("k", _httpx_client=None), "http_client=")


@each_client
@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"baseurl": "http://a.b"}, r"argument 'baseurl' \(did you mean 'base_url'\?\)"),
        ({"url": "http://a.b"}, r"argument 'url' \(did you mean 'base_url'\?\)"),
        ({"apikey": "k"}, r"argument 'apikey' \(did you mean 'api_key'\?\)"),
        ({"token": "k"}, r"argument 'token' \(did you mean 'api_key'\?\)"),
        ({"max_retry": 1}, r"argument 'max_retry' \(did you mean 'max_retries'\?\)"),
        ({"verify": False}, r"argument 'verify' \(did you mean 'tls'\?\)"),
        ({"colour": "red"}, "argument 'colour'$"),
    ],
)
def test_an_unknown_option_suggests_one(make: Any, options: Any, problem: str) -> None:
    problem = rf"^(\w+): {make.__name__}\(\) got an unexpected .*{problem}"
    with pytest.raises(ArgumentTypeError, match=problem) as raised:
        make(**options)
    assert raised.value.path in options


@each_client
def test_an_option_is_given_once(make: Any) -> None:
    twice: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        (("k", "http://a.b", 60, None, None, 1), {}),
        (("k", "http://a.b", 60), {"timeout": 5}),
    ]
    for arguments, options in twice:
        with pytest.raises(ArgumentTypeError, match="takes two positional arguments"):
            make(*arguments, **options)
    with (
        pytest.warns(DeprecationWarning, match="use headers="),
        pytest.raises(ArgumentTypeError, match="got both 'additional_headers' and 'headers'"),
    ):
        make("k", headers={}, additional_headers={})
    with pytest.raises(
        ArgumentTypeError, match=r"with_options\(\) got .*'time_out' .*mean 'timeout'"
    ):
        make().with_options(time_out=5)


@pytest.mark.anyio
async def test_the_base_lists_of_0_3(mode: Mode, client: AsyncClient) -> None:
    agent = await client.agents.create(name="Ada")
    plain: Any = unwrapped(client)
    listed = [
        plain.docs._list(agent_id=agent.id, user_id=None, metadata_filter={"a": 1}),
        plain.memories._list(agent_id=agent.id, query="q"),
        plain.tools._get(agent_id=agent.id),
    ]
    for found in listed:
        assert (found if mode == "sync" else await found).items == []


@pytest.mark.anyio
async def test_an_id_is_taken_by_position_or_by_name(client: AsyncClient) -> None:
    agent = await client.agents.create(name="Ada")
    user = await client.users.create(name="Grace")
    session = await client.sessions.create(agent_id=agent.id)
    assert (await client.agents.update(agent.id, name="Bo")).name == "Bo"
    assert (await client.users.update(user.id, name="Cy")).name == "Cy"
    assert (await client.sessions.update(session.id, situation="A bar.")).situation == "A bar."
    tool: Any = {"type": "function", "function": FUNCTION}
    created = await client.tools.create(agent_id=agent.id, tool=tool)
    change: Any = {"description": "Adds."}
    await client.tools.update(agent.id, created.id, change)
    await client.tools.update(tool_id=created.id, agent_id=agent.id, function=change)
    assert len(await client.tools.get(agent_id=agent.id)) == 1
    await client.tools.delete(tool_id=created.id, agent_id=agent.id)
    assert await client.tools.get(agent.id) == []


def test_the_local_server_needs_no_key(server: LocalServer) -> None:
    with julep.Client(base_url=server.url) as client:
        assert client.agents.list(limit=1) is not None
