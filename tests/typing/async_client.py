"""What a type checker sees of the async client. Nothing here is run: checking it is the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import assert_type
from uuid import UUID

from openai.types import Completion
from openai.types.chat import ChatCompletion

from julep import (
    AddedDocs,
    AsyncChatStream,
    AsyncClient,
    Hooks,
    RawResponse,
    RetryPolicy,
    ServerInfo,
    Timeout,
    ToolResult,
)
from julep.managers.types import (
    AgentCreateArgs,
    ChatSettingsArgs,
    CreateToolDict,
    DocCreateArgs,
    InputChatMlMessageDict,
    SessionCreateArgs,
    SessionUpdateArgs,
    UserUpdateArgs,
)
from julep.streams import (
    AnswerFinished,
    AsyncRunStream,
    RunEvent,
    TextDelta,
    ToolCallArguments,
    ToolCallBegun,
)
from julep.types import (
    Agent,
    AgentDefaultSettings,
    ChatMlMessage,
    ChatResponse,
    ChatResponseChunk,
    CreateDoc,
    Doc,
    DocMatch,
    InputChatMlMessage,
    InputChatMlMessageRole,
    JobStatus,
    Memory,
    PartialFunctionDef,
    RenderedChat,
    ResourceCreatedResponse,
    ResourceUpdatedResponse,
    Session,
    Suggestion,
    Tool,
    User,
)
from julep_api.api.users import get_user
from julep_api.types import JSON


async def clients() -> None:
    async with AsyncClient(
        "key", "http://localhost:8080/api", timeout=None, headers={"a": "b"}
    ) as client:
        assert_type(client, AsyncClient)
        assert_type(client.base_url, str)
        assert_type(await client.api.send(get_user.call("x")), User)
    assert_type(await client.aclose(), None)


async def sessions(client: AsyncClient, id: UUID | str) -> None:
    assert_type(await client.sessions.get(id), Session)
    assert_type(await client.sessions.create(agent_id=id), Session)
    assert_type(
        await client.sessions.create(agent_id=id, user_id=None, metadata={"a": [1]}), Session
    )
    assert_type(await client.sessions.list(), list[Session])
    assert_type(await client.sessions.list(agent_id=id, user_id=id), list[Session])
    assert_type(
        await client.sessions.list(10, 0, {"plan": "pro"}, sort_by="created_at"), list[Session]
    )
    assert_type(await client.sessions.update(session_id=id, situation="x"), Session)
    assert_type(await client.sessions.suggestions(id, limit=1), list[Suggestion])
    assert_type(await client.sessions.history(id), list[ChatMlMessage])
    assert_type(await client.sessions.render(id, "Hello!", stream=True, seed=1), RenderedChat)
    assert_type(await client.sessions.render(id, "Hello!"), RenderedChat)
    assert_type(await client.sessions.cancel(id), list[str])
    assert_type(await client.sessions.count({}, agent_id=id), int)
    assert_type(await client.sessions.count_history(id), int)
    assert_type(client.sessions.iterate(), AsyncIterator[Session])
    assert_type(client.sessions.iterate_history(id), AsyncIterator[ChatMlMessage])
    assert_type(client.sessions.iterate_suggestions(id), AsyncIterator[Suggestion])
    assert_type(await client.sessions.delete_history(id), None)
    assert_type(await client.sessions.fork(id, message_id=id), Session)
    greeting: list[InputChatMlMessageDict] = [{"role": "user", "content": "Hello!"}]
    reply = await client.sessions.run(id, greeting, [len, str.upper], temperature=0.5)
    assert_type(reply, ChatResponse)
    steps = client.sessions.iterate_run(id, greeting, max_turns=3)
    assert_type(steps, AsyncIterator[ChatResponse | ToolResult])
    assert_type(await client.sessions.delete(id), None)


async def agents(client: AsyncClient, id: UUID | str) -> None:
    assert_type(await client.agents.get(id), Agent)
    assert_type(await client.agents.create(name="Ada", instructions=["a", "b"]), Agent)
    assert_type(await client.agents.create(name="Ada", default_settings={"temperature": 1}), Agent)
    assert_type(await client.agents.list(limit=10, order="asc"), list[Agent])
    assert_type(client.agents.iterate(order="asc"), AsyncIterator[Agent])
    assert_type(
        await client.agents.update(agent_id=id, default_settings=AgentDefaultSettings(top_p=0.5)),
        Agent,
    )
    assert_type(await client.agents.count(), int)
    assert_type(await client.agents.delete(id), None)


async def users(client: AsyncClient, id: UUID | str) -> None:
    assert_type(await client.users.get(id), User)
    assert_type(await client.users.create(docs=[{"title": "a", "content": "b"}]), User)
    assert_type(await client.users.list(), list[User])
    assert_type(client.users.iterate(limit=10, page_size=5), AsyncIterator[User])
    assert_type(await client.users.update(user_id=id, name="Grace", overwrite=True), User)
    assert_type(await client.users.count({"a": 1}), int)
    assert_type(await client.users.delete(id), None)


async def docs(client: AsyncClient, id: UUID | str, arguments: DocCreateArgs) -> None:
    assert_type(await client.docs.list(agent_id=id), list[Doc])
    assert_type(client.docs.iterate(id), AsyncIterator[Doc])
    assert_type(await client.docs.list(None, id, 10, 0, {"a": 1}, order="asc"), list[Doc])
    assert_type(await client.docs.create(agent_id=id, doc={"title": "a", "content": ["b"]}), Doc)
    assert_type(await client.docs.create(user_id=id, doc=CreateDoc(title="a", content="b")), Doc)
    assert_type(await client.docs.create(**arguments), Doc)
    assert_type(await client.docs.get(id, user_id=id), Doc)
    assert_type(await client.docs.update(id, id, title="a", content=["b"], overwrite=True), Doc)
    assert_type(await client.docs.search("a", id, user_id=id, limit=5), list[DocMatch])
    assert_type(await client.docs.count(user_id=id), int)
    assert_type(await client.docs.add("handbook", agent_id=id, dry_run=True), AddedDocs)
    assert_type(await client.docs.delete(id, user_id=id), None)


async def tools(client: AsyncClient, id: UUID | str) -> None:
    assert_type(await client.tools.get(id, 10, 0), list[Tool])
    assert_type(await client.tools.list(id), list[Tool])
    assert_type(client.tools.iterate(id), AsyncIterator[Tool])
    tool: CreateToolDict = {"type": "function", "function": {"name": "a", "parameters": {}}}
    assert_type(await client.tools.create(id, tool), ResourceCreatedResponse)
    assert_type(await client.tools.update(id, id, {"name": "b"}), ResourceUpdatedResponse)
    part = PartialFunctionDef(name="b")
    assert_type(await client.tools.update(id, id, part, overwrite=True), ResourceUpdatedResponse)
    assert_type(await client.tools.count(id), int)
    assert_type(await client.tools.delete(id, id), None)


async def memories(client: AsyncClient, id: UUID | str) -> None:
    assert_type(await client.memories.list(id, "breakfast", ["belief"], user_id=id), list[Memory])
    assert_type(client.memories.iterate(id, "breakfast", limit=1), AsyncIterator[Memory])
    created = await client.memories.create(agent_id=id, user_id=id, content="a", type="episode")
    assert_type(created, Memory)
    updated = await client.memories.update(id, id, type=created.type, timestamp=created.created_at)
    assert_type(updated, Memory)
    assert_type(await client.memories.count(id, types="belief"), int)
    assert_type(await client.memories.delete(id, id), None)


async def jobs(client: AsyncClient, id: UUID | str) -> None:
    assert_type(await client.jobs.get(id), JobStatus)
    assert_type(await client.jobs.wait(id, timeout=30), JobStatus)


async def chat(client: AsyncClient, id: str, stream: bool, maybe: bool | None) -> None:
    greeting: list[InputChatMlMessageDict] = [{"role": "user", "content": "Hello!"}]
    assert_type(await client.sessions.chat(id, greeting), ChatResponse)
    assert_type(await client.sessions.chat(id, greeting, stream=None), ChatResponse)
    assert_type(await client.sessions.chat(id, greeting, stream=False, temperature=1), ChatResponse)
    assert_type(await client.sessions.chat(id, greeting, stream=True), AsyncChatStream)
    assert_type(
        await client.sessions.chat(id, greeting, stream=True, max_tokens=5), AsyncChatStream
    )
    assert_type(
        await client.sessions.chat(id, greeting, stream=stream), ChatResponse | AsyncChatStream
    )
    assert_type(
        await client.sessions.chat(id, greeting, stream=maybe), ChatResponse | AsyncChatStream
    )


async def messages(client: AsyncClient, id: str) -> None:
    model = InputChatMlMessage(role=InputChatMlMessageRole.USER, content="Hello!")
    assert_type(await client.sessions.chat(id, [model]), ChatResponse)
    assert_type(
        await client.sessions.chat(id, [{"role": "user", "content": "Hello!"}]), ChatResponse
    )
    assert_type(
        await client.sessions.chat(id, [model, {"role": "auto", "content": ""}]), ChatResponse
    )
    assert_type(
        await client.sessions.chat(id, (model,), tool_choice="auto", stop=["a"]), ChatResponse
    )


async def streams(client: AsyncClient, stream: AsyncChatStream) -> None:
    async with stream as opened:
        assert_type(opened, AsyncChatStream)
        async for chunk in opened:
            assert_type(chunk, ChatResponseChunk)
            assert_type(chunk.text, str)
    assert_type(await stream.open(), None)
    assert_type(await anext(stream), ChatResponseChunk)
    assert_type(await stream.get_final_response(), ChatResponse)
    assert_type(await stream.aclose(), None)
    assert_type(stream.snapshot, ChatResponse)
    assert_type((stream.status_code, stream.request_id), tuple[int, str | None])
    assert_type(stream.headers, Mapping[str, str])
    assert_type([text async for text in stream.text_stream], list[str])
    async for event in stream.events():
        match event:
            case TextDelta(text):
                assert_type(text, str)
            case ToolCallBegun(index, name):
                assert_type((index, name), tuple[int, str])
            case ToolCallArguments(arguments=arguments):
                assert_type(arguments, str)
            case AnswerFinished(response):
                assert_type(response, ChatResponse)
    async with client.sessions.stream("x", [], temperature=0.5) as entered:
        assert_type(entered, AsyncChatStream)
    async with client.sessions.stream_run("x", [], [len], max_turns=3) as run:
        assert_type(run, AsyncRunStream)
        assert_type([event async for event in run], list[RunEvent])
        assert_type([text async for text in run.text_stream], list[str])
        assert_type(await run.aclose(), None)
        assert_type(await run.get_final_response(), ChatResponse)


async def arguments(
    client: AsyncClient,
    create: SessionCreateArgs,
    update: SessionUpdateArgs,
    agent: AgentCreateArgs,
    user: UserUpdateArgs,
    settings: ChatSettingsArgs,
    metadata: Mapping[str, object],
) -> None:
    """Arguments in dicts."""
    assert_type(await client.sessions.create(**create), Session)
    assert_type(await client.sessions.update(**update), Session)
    assert_type(await client.agents.create(**agent), Agent)
    assert_type(await client.users.update(**user), User)
    assert_type(await client.users.create(metadata=metadata), User)
    greeting: list[InputChatMlMessageDict] = [{"role": "user", "content": "Hello!"}]
    assert_type(await client.sessions.chat("x", greeting, **settings), ChatResponse)
    assert_type(await client.sessions.chat("x", greeting, stream=True, **settings), AsyncChatStream)


async def many(client: AsyncClient, ids: list[str], call: Callable[[], Awaitable[User]]) -> None:
    users = await client.gather(partial(client.users.get, each) for each in ids)
    assert_type(users, list[User])
    replies = await client.gather(partial(client.sessions.chat, each, "Hi") for each in ids)
    assert_type(replies, list[ChatResponse])
    assert_type(await client.gather([call], limit=5, progress=True), list[User])
    assert_type(await client.gather([call], on_error="collect"), list[User | Exception])


class CustomClient(AsyncClient):
    """A subclass of the client."""


async def options(client: AsyncClient, custom: CustomClient) -> None:
    other = client.with_options(timeout=Timeout(read=5), retry=RetryPolicy(), hooks=Hooks())
    assert_type(other, AsyncClient)
    assert_type(custom.with_options(timeout=None, max_retries=0), CustomClient)
    AsyncClient(proxy="http://127.0.0.1:3128", http2=True, max_connections=5)


async def raw(client: AsyncClient, id: str) -> None:
    assert_type(await client.with_raw_response(client.sessions.get, id), RawResponse[Session])
    found = await client.with_raw_response(client.users.list, limit=5)
    assert_type(found.parsed, list[User])
    assert_type(await client.with_raw_response(client.users.delete, id), RawResponse[None])
    chat = client.sessions.chat
    shown = await client.with_raw_response(chat, id, [{"role": "user", "content": "Hi"}])
    assert_type(shown, RawResponse[ChatResponse])
    streamed = await client.with_raw_response(
        chat, session_id=id, messages=[{"role": "user", "content": "Hi"}], stream=True
    )
    assert_type(streamed, RawResponse[AsyncChatStream])
    assert_type(await client.with_raw_response(chat, id, "Hi"), RawResponse[ChatResponse])
    streamed = await client.with_raw_response(chat, id, "Hi", stream=True)
    assert_type(streamed, RawResponse[AsyncChatStream])
    assert_type(await client.server(), ServerInfo)

    async def key() -> str:
        return "key"

    assert_type(client.with_options(api_key=key), AsyncClient)
    assert_type(AsyncClient(lambda: "key", application="my-app/1.2"), AsyncClient)


async def unknown(client: AsyncClient, body: JSON) -> None:
    assert_type(await client.get("/x", query={"a": "b"}), JSON)
    assert_type(await client.put("/x", body), JSON)
    assert_type(await client.patch("/x", body), JSON)
    assert_type(await client.delete("/x"), JSON)
    assert_type(await client.post("/x", body), JSON)
    assert_type(await client.request("PUT", "/x", body={"a": [1, None]}), JSON)


async def openai(client: AsyncClient) -> None:
    made = await client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "Hi"}], max_tokens=5
    )
    assert_type(made, ChatCompletion)
    assert_type(await client.completions.create(model="m", prompt="Once"), Completion)
