"""What a type checker sees of the sync client. Nothing here is run: checking it is the test."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Literal, assert_type
from uuid import UUID

import attrs
from openai.types import Completion
from openai.types.chat import ChatCompletion

from julep import (
    AddedDocs,
    AddedFile,
    ChatStream,
    Client,
    Hooks,
    RawResponse,
    RequestEvent,
    ResponseEvent,
    RetryEvent,
    RetryPolicy,
    ServerInfo,
    Timeout,
    ToolResult,
    tls_context,
)
from julep.errors import (
    ApiError,
    ArgumentTypeError,
    ErrorDetail,
    NetworkError,
    RequestError,
    RequestTimeoutError,
    StreamInterruptedError,
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
    RunEvent,
    RunStream,
    TextDelta,
    ToolCallArguments,
    ToolCallBegun,
)
from julep.types import (
    Agent,
    AgentDefaultSettings,
    ChatMlImageContentPart,
    ChatMlMessage,
    ChatMlMessageRole,
    ChatMlTextContentPart,
    ChatResponse,
    ChatResponseChunk,
    CreateDoc,
    Doc,
    DocMatch,
    DocMatchLeftOut,
    Explanation,
    InputChatMlMessage,
    InputChatMlMessageRole,
    JobStatus,
    Memory,
    MemoryMatch,
    PartialFunctionDef,
    PromptPart,
    RenderedChat,
    ResourceCreatedResponse,
    ResourceUpdatedResponse,
    Session,
    Suggestion,
    Tool,
    User,
)
from julep_api.api.users import get_user
from julep_api.types import JSON, JSONObject


def clients() -> None:
    with Client("key", "http://localhost:8080/api", timeout=None, headers={"a": "b"}) as client:
        assert_type(client, Client)
        assert_type(client.base_url, str)
        assert_type(client.api.send(get_user.call("x")), User)
    assert_type(client.close(), None)


def sessions(client: Client, id: UUID | str) -> None:
    assert_type(client.sessions.get(id), Session)
    assert_type(client.sessions.create(agent_id=id), Session)
    assert_type(client.sessions.create(agent_id=id, user_id=None, metadata={"a": [1]}), Session)
    assert_type(client.sessions.list(), list[Session])
    assert_type(client.sessions.list(agent_id=id, user_id=id), list[Session])
    assert_type(client.sessions.list(10, 0, {"plan": "pro"}, sort_by="created_at"), list[Session])
    assert_type(client.sessions.update(session_id=id, situation="x"), Session)
    assert_type(client.sessions.suggestions(id, limit=1), list[Suggestion])
    assert_type(client.sessions.history(id), list[ChatMlMessage])
    explained((client.sessions.render(id, "Hello!", stream=True, seed=1)).explanation)
    assert_type(client.sessions.render(id, "Hello!"), RenderedChat)
    assert_type(client.sessions.cancel(id), list[str])
    assert_type(client.sessions.count({}, agent_id=id), int)
    assert_type(client.sessions.count_history(id), int)
    assert_type(client.sessions.iterate(), Iterator[Session])
    assert_type(client.sessions.iterate_history(id), Iterator[ChatMlMessage])
    assert_type(client.sessions.iterate_suggestions(id), Iterator[Suggestion])
    assert_type(client.sessions.delete_history(id), None)
    assert_type(client.sessions.fork(id, message_id=id), Session)
    greeting: list[InputChatMlMessageDict] = [{"role": "user", "content": "Hello!"}]
    assert_type(client.sessions.run(id, greeting, [len, str.upper], temperature=0.5), ChatResponse)
    steps = client.sessions.iterate_run(id, greeting, max_turns=3)
    assert_type(steps, Iterator[ChatResponse | ToolResult])
    assert_type(client.sessions.delete(id), None)


def explained(explanation: Explanation) -> None:
    assert_type(explanation.tokens, int)
    assert_type(explanation.parts, list[PromptPart])
    assert_type(explanation.docs, list[DocMatch])
    assert_type(explanation.docs[0].rank_by_meaning, int | None)
    assert_type(explanation.docs[0].left_out, DocMatchLeftOut | None)
    assert_type(explanation.memories, list[MemoryMatch])


def agents(client: Client, id: UUID | str) -> None:
    assert_type(client.agents.get(id), Agent)
    assert_type(client.agents.create(name="Ada", instructions=["a", "b"]), Agent)
    assert_type(client.agents.create(name="Ada", default_settings={"temperature": 1}), Agent)
    assert_type(client.agents.list(limit=10, order="asc"), list[Agent])
    assert_type(client.agents.iterate(order="asc"), Iterator[Agent])
    assert_type(
        client.agents.update(agent_id=id, default_settings=AgentDefaultSettings(top_p=0.5)), Agent
    )
    assert_type(client.agents.count(), int)
    assert_type(client.agents.delete(id), None)


def users(client: Client, id: UUID | str) -> None:
    assert_type(client.users.get(id), User)
    assert_type(client.users.create(docs=[{"title": "a", "content": "b"}]), User)
    assert_type(client.users.list(), list[User])
    assert_type(client.users.iterate(limit=10, page_size=5), Iterator[User])
    assert_type(client.users.update(user_id=id, name="Grace", overwrite=True), User)
    assert_type(client.users.count({"a": 1}), int)
    assert_type(client.users.delete(id), None)


def docs(client: Client, id: UUID | str, arguments: DocCreateArgs) -> None:
    assert_type(client.docs.list(agent_id=id), list[Doc])
    assert_type(client.docs.iterate(id), Iterator[Doc])
    assert_type(client.docs.list(None, id, 10, 0, {"a": 1}, order="asc"), list[Doc])
    assert_type(client.docs.create(agent_id=id, doc={"title": "a", "content": ["b"]}), Doc)
    assert_type(client.docs.create(user_id=id, doc=CreateDoc(title="a", content="b")), Doc)
    assert_type(client.docs.create(**arguments), Doc)
    assert_type(client.docs.get(id, user_id=id), Doc)
    assert_type(client.docs.update(id, id, title="a", content=["b"], overwrite=True), Doc)
    assert_type(client.docs.search("a", id, user_id=id, limit=5), list[DocMatch])
    assert_type(client.docs.count(user_id=id), int)
    added = client.docs.add("handbook", agent_id=id, prune=True)
    assert_type(added, AddedDocs)
    assert_type([*added.created, *added.replaced, *added.removed], list[AddedFile])
    assert_type([*added.unchanged, *added.skipped, *added.failed], list[AddedFile])
    assert_type(client.docs.add("handbook", user_id=id).files, list[AddedFile])
    assert_type(client.docs.delete(id, user_id=id), None)


def tools(client: Client, id: UUID | str) -> None:
    assert_type(client.tools.get(id, 10, 0), list[Tool])
    assert_type(client.tools.list(id), list[Tool])
    assert_type(client.tools.iterate(id), Iterator[Tool])
    tool: CreateToolDict = {"type": "function", "function": {"name": "a", "parameters": {}}}
    assert_type(client.tools.create(id, tool), ResourceCreatedResponse)
    assert_type(client.tools.update(id, id, {"name": "b"}), ResourceUpdatedResponse)
    part = PartialFunctionDef(name="b")
    assert_type(client.tools.update(id, id, part, overwrite=True), ResourceUpdatedResponse)
    assert_type(client.tools.count(id), int)
    assert_type(client.tools.delete(id, id), None)


def memories(client: Client, id: UUID | str) -> None:
    assert_type(client.memories.list(id), list[Memory])
    assert_type(client.memories.list(id, "breakfast", ["belief"], user_id=id), list[Memory])
    assert_type(client.memories.iterate(id, "breakfast", limit=1), Iterator[Memory])
    created = client.memories.create(agent_id=id, user_id=id, content="a", type="episode")
    assert_type(created, Memory)
    updated = client.memories.update(id, id, type=created.type, timestamp=created.created_at)
    assert_type(updated, Memory)
    assert_type(client.memories.count(id, types="belief"), int)
    assert_type(client.memories.delete(id, id), None)


def jobs(client: Client, id: UUID | str) -> None:
    assert_type(client.jobs.get(id), JobStatus)
    assert_type(client.jobs.wait(id, timeout=30), JobStatus)


def chat(client: Client, id: str, stream: bool, maybe: bool | None) -> None:
    greeting: list[InputChatMlMessageDict] = [{"role": "user", "content": "Hello!"}]
    assert_type(client.sessions.chat(id, greeting), ChatResponse)
    assert_type(client.sessions.chat(id, greeting, stream=None), ChatResponse)
    assert_type(client.sessions.chat(id, greeting, stream=False, temperature=1), ChatResponse)
    assert_type(client.sessions.chat(id, greeting, stream=True), ChatStream)
    assert_type(client.sessions.chat(id, greeting, stream=True, max_tokens=5), ChatStream)
    assert_type(client.sessions.chat(id, greeting, stream=stream), ChatResponse | ChatStream)
    assert_type(client.sessions.chat(id, greeting, stream=maybe), ChatResponse | ChatStream)


def messages(client: Client, id: str) -> None:
    model = InputChatMlMessage(role=InputChatMlMessageRole.USER, content="Hello!")
    assert_type(client.sessions.chat(id, [model]), ChatResponse)
    assert_type(client.sessions.chat(id, [{"role": "user", "content": "Hello!"}]), ChatResponse)
    assert_type(client.sessions.chat(id, [model, {"role": "auto", "content": ""}]), ChatResponse)
    assert_type(client.sessions.chat(id, (model,), tool_choice="auto", stop=["a"]), ChatResponse)


def responses(response: ChatResponse) -> None:
    assert_type(response.text, str)
    assert_type(response.message, ChatMlMessage)
    assert_type(response.response[0][0].role, ChatMlMessageRole)
    assert_type(
        response.message.content,
        str | list[ChatMlTextContentPart | ChatMlImageContentPart | JSONObject],
    )


def streams(client: Client, stream: ChatStream) -> None:
    with stream as opened:
        assert_type(opened, ChatStream)
        for chunk in opened:
            assert_type(chunk, ChatResponseChunk)
            assert_type(chunk.text, str)
    assert_type(stream.open(), None)
    assert_type(next(stream), ChatResponseChunk)
    assert_type(stream.get_final_response(), ChatResponse)
    assert_type(stream.close(), None)
    assert_type(stream.snapshot, ChatResponse)
    assert_type((stream.status_code, stream.request_id), tuple[int, str | None])
    assert_type(stream.headers, Mapping[str, str])
    assert_type(list(stream.text_stream), list[str])
    for event in stream.events():
        match event:
            case TextDelta(text):
                assert_type(text, str)
            case ToolCallBegun(index, name):
                assert_type((index, name), tuple[int, str])
            case ToolCallArguments(arguments=arguments):
                assert_type(arguments, str)
            case AnswerFinished(response):
                assert_type(response, ChatResponse)
    with client.sessions.stream("x", [], temperature=0.5) as entered:
        assert_type(entered, ChatStream)
    with client.sessions.stream_run("x", [], [len], max_turns=3) as run:
        assert_type(run, RunStream)
        assert_type(next(run), RunEvent)
        assert_type(list(run), list[RunEvent])
        assert_type(list(run.text_stream), list[str])
        assert_type(run.close(), None)
        assert_type(run.get_final_response(), ChatResponse)


def fields(session: Session, agent: Agent) -> None:
    assert_type(session.id, str)
    assert_type(session.metadata, JSONObject)
    assert_type(session.metadata["plan"], JSON)
    assert_type(session.created_at, datetime)
    assert_type(session.created_at.isoformat(), str)
    assert_type(session.user_id, str | None)
    text: str = session.situation or "none"
    assert_type(text.upper(), str)
    assert_type(agent.instructions, str | list[str])
    assert_type(agent.default_settings.temperature, float | None)
    assert_type(session["id"], object)
    assert_type("user_id" in session, bool)
    assert_type(dict(agent), dict[str, object])
    assert_type(agent.to_json(indent=2), str)
    assert_type(attrs.evolve(agent, name="Bo"), Agent)


def constructors() -> None:
    message = InputChatMlMessage(role="user", content=[{"type": "text", "text": "Hi."}])
    assert_type(message.role, InputChatMlMessageRole)
    InputChatMlMessage("user", "Hi.", name="Ada", mood="good")
    Session(UUID(int=0), "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a", metadata={"plan": "pro"})
    Agent(id="a", name="Ada", model="m", default_settings={"temperature": 0.5})


def arguments(
    client: Client,
    create: SessionCreateArgs,
    update: SessionUpdateArgs,
    agent: AgentCreateArgs,
    user: UserUpdateArgs,
    settings: ChatSettingsArgs,
    metadata: Mapping[str, object],
) -> None:
    """Arguments in dicts."""
    assert_type(client.sessions.create(**create), Session)
    assert_type(client.sessions.update(**update), Session)
    assert_type(client.agents.create(**agent), Agent)
    assert_type(client.users.update(**user), User)
    assert_type(client.users.create(metadata=metadata), User)
    greeting: list[InputChatMlMessageDict] = [{"role": "user", "content": "Hello!"}]
    assert_type(client.sessions.chat("x", greeting, **settings), ChatResponse)
    assert_type(client.sessions.chat("x", greeting, stream=True, **settings), ChatStream)


def errors(api: ApiError, cut: StreamInterruptedError, wrong: ArgumentTypeError) -> None:
    assert_type(api.status_code, int)
    assert_type(api.code, str | None)
    assert_type(api.details, tuple[ErrorDetail, ...])
    assert_type(api.request_id, str | None)
    assert_type(api.body, JSON)
    assert_type(cut.partial, ChatResponse)
    assert_type(cut.attempts, int)
    assert_type(wrong.path, str)
    assert_type(wrong.message, str)


def many(client: Client, ids: list[str], call: Callable[[], User]) -> None:
    assert_type(client.gather(partial(client.users.get, each) for each in ids), list[User])
    replies = client.gather(partial(client.sessions.chat, each, "Hi") for each in ids)
    assert_type(replies, list[ChatResponse])
    assert_type(client.gather([call], limit=5, on_error="raise", progress=True), list[User])
    assert_type(client.gather([call], on_error="collect"), list[User | Exception])
    assert_type(client.gather([call], progress=lambda done, total: (done, total)), list[User])


class CustomClient(Client):
    """A subclass of the client."""


def options(client: Client, custom: CustomClient) -> None:
    other = client.with_options(
        api_key="key",
        timeout=Timeout(read=5, total=None),
        retry=RetryPolicy(max_retries=1)._replace(initial_delay=0.1),
        headers={"a": "b"},
        query={"a": "b"},
        hooks=Hooks(on_retry=on_retry, on_request=on_request, on_response=on_response),
    )
    assert_type(other, Client)
    assert_type(custom.with_options(timeout=None, max_retries=0), CustomClient)
    assert_type(Timeout().read, float | None)
    assert_type(RetryPolicy().statuses, frozenset[int])
    assert_type(Timeout.within(30), Timeout)
    assert_type(RetryPolicy().next_delay(NetworkError("lost"), 1), float | None)
    tls = tls_context(trust="system", cafile="a.pem", certificate="b.pem", key="c.pem")
    assert_type(tls, ssl.SSLContext)
    Client(proxy="http://127.0.0.1:3128", tls=tls, http2=True, max_connections=5)


def on_request(event: RequestEvent) -> None:
    assert_type((event.method, event.url, event.attempt), tuple[str, str, int])
    assert_type(event.headers, Mapping[str, str])


def on_response(event: ResponseEvent) -> None:
    assert_type(event.status_code, int)
    assert_type(event.request_id, str | None)
    assert_type(event.elapsed, float)


def on_retry(event: RetryEvent) -> None:
    assert_type(event.delay, float)
    assert_type(event.error, RequestError)


def raw(client: Client, id: str, greeting: list[InputChatMlMessageDict]) -> None:
    found = client.with_raw_response(client.sessions.get, id)
    assert_type(found, RawResponse[Session])
    assert_type(found.parsed, Session)
    assert_type((found.status_code, found.attempts), tuple[int, int])
    assert_type(found.request_id, str | None)
    assert_type(found.headers, Mapping[str, str])
    assert_type(client.with_raw_response(client.users.list, limit=5), RawResponse[list[User]])
    assert_type(client.with_raw_response(client.users.delete, id), RawResponse[None])
    chat = client.sessions.chat
    assert_type(client.with_raw_response(chat, id, greeting), RawResponse[ChatResponse])
    shown = client.with_raw_response(chat, id, [{"role": "user", "content": "Hi"}], max_tokens=5)
    assert_type(shown, RawResponse[ChatResponse])
    streamed = client.with_raw_response(
        chat, session_id=id, messages=[{"role": "user", "content": "Hi"}], stream=True
    )
    assert_type(streamed, RawResponse[ChatStream])
    assert_type(client.with_raw_response(chat, id, "Hi"), RawResponse[ChatResponse])
    assert_type(client.with_raw_response(chat, id, "Hi", stream=True), RawResponse[ChatStream])
    assert_type(client.server(), ServerInfo)
    assert_type(client.server().version, str)
    assert_type(client.with_options(api_key=lambda: "key"), Client)
    assert_type(Client(lambda: "key", application="my-app/1.2"), Client)


def unknown(client: Client, body: JSON) -> None:
    assert_type(client.get("/x", query={"a": "b"}), JSON)
    assert_type(client.put("/x", body), JSON)
    assert_type(client.patch("/x", body), JSON)
    assert_type(client.delete("/x"), JSON)
    assert_type(client.post("/x", body), JSON)
    assert_type(client.post("/x", {"a": [1, None]}), JSON)
    assert_type(client.request("PUT", "/x", body=None, headers={"a": "b"}), JSON)


def openai(client: Client) -> None:
    made = client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "Hi"}], max_tokens=5
    )
    assert_type(made, ChatCompletion)
    assert_type(client.completions.create(model="m", prompt="Once"), Completion)


def lost(late: RequestTimeoutError, request: RequestError) -> None:
    assert_type(late.phase, Literal["connect", "read", "write", "pool", "total"])
    assert_type(request.as_curl(), str)
    assert_type(request.attempts, int)
    assert_type(request.summary, str)
