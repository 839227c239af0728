"""What a type checker sees of errors, arguments, managers and names of 0.3. Nothing here is run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal, assert_type
from uuid import UUID

import julep
from julep import Client, types
from julep.api import JulepApiEnvironment, client, core
from julep.env import JULEP_API_KEY, JULEP_API_URL, env
from julep.errors import ErrorDetail
from julep.managers import (
    agent,
    agent_lists,
    chat,
    doc,
    doc_files,
    doc_lists,
    doc_search,
    history,
    job,
    memory,
    parse,
    render,
    run,
    session,
    session_lists,
    tool,
    user,
)
from julep.managers.utils import rewrap_in_class
from julep.streams import StreamEvent, TextDelta
from julep.testing import SecretInRecordingError, UnrecordedRequestError
from julep_api.types import JSON


def of_statuses(error: julep.ApiError) -> None:
    assert_type(error.details, tuple[ErrorDetail, ...])
    match error:
        case julep.RateLimitError():
            assert_type(error.retry_after, float | None)
        case julep.NotFoundError() | julep.ConflictError() | julep.UnprocessableEntityError():
            assert_type(error.code, str | None)
        case julep.AuthenticationError() | julep.PermissionDeniedError():
            assert_type(error.status_code, int)
        case julep.BadRequestError() | julep.ServerError() | julep.InvalidResponseError():
            assert_type(error.body, JSON)
        case _:
            assert_type(error.attempts, int)


def of_calls(error: julep.JulepError) -> None:
    assert_type(error.message, str)
    match error:
        case julep.InvalidIdError() | julep.InvalidArgumentError():
            assert_type(error.path, str)
        case julep.StreamTimeoutError():
            assert_type(error.partial, types.ChatResponse)
        case julep.NetworkError():
            assert_type(error.attempts, int)
        case julep.InvalidOutputError():
            assert_type(error.text, str)
        case julep.MaxTurnsError():
            assert_type(error.response, types.ChatResponse)
        case julep.JobFailedError():
            assert_type(error.job, types.JobStatus)
        case julep.StreamClosedError() | julep.NotApprovedError() | julep.ConfigurationError():
            assert_type(error.summary, str)
        case _:
            pass


def of_dicts(
    settings: types.AgentDefaultSettingsDict,
    changes: types.AgentUpdateArgs,
    new_user: types.UserCreateArgs,
    image: types.ChatMlImageContentPartDict,
    text: types.ChatMlTextContentPartDict,
    output: types.ChatSettingsResponseFormatDict,
    document: types.DocDict,
    function: types.FunctionDefDict,
    choice: types.NamedToolChoiceDict,
    change: types.PartialFunctionDefDict,
    offered: types.ToolDict,
) -> None:
    assert_type(changes["agent_id"], str | UUID)
    assert_type(text["type"], Literal["text"])
    assert_type(image["image_url"]["url"], str)
    assert_type(document["content"], str | Sequence[str])
    assert_type(choice["function"]["name"], str)
    assert_type(function["name"], str)
    assert_type(offered["function"], types.FunctionDefDict)
    assert_type(settings.get("temperature"), float | None)
    assert_type(output.get("pattern"), str | None)
    assert_type(change.get("description"), str | None)
    assert_type(new_user.get("name"), str | None)


def of_arguments(
    stop: types.ChatSettingsStop,
    part: types.ContentPart,
    kind: types.MemoryKind,
    order: types.Order,
    preset: types.Preset,
    choice: types.ToolChoice,
    event: StreamEvent,
    client: Client,
) -> None:
    messages = [{"role": "user", "content": [part]}]
    reply = client.sessions.chat("id", messages, None, choice, stop=stop, preset=preset)
    assert_type(reply, types.ChatResponse)
    assert_type(client.memories.list("id", types=kind), list[types.Memory])
    assert_type(client.agents.list(order=order), list[types.Agent])
    if isinstance(event, TextDelta):
        assert_type(event.text, str)


def of_managers(client: julep.Client, asynchronous: julep.AsyncClient) -> None:
    assert_type(client.agents, agent.AgentsManager)
    assert_type(client.users, user.UsersManager)
    assert_type(client.sessions, session.SessionsManager)
    assert_type(client.docs, doc.DocsManager)
    assert_type(client.tools, tool.ToolsManager)
    assert_type(client.memories, memory.MemoriesManager)
    assert_type(client.jobs, job.JobsManager)
    assert_type(asynchronous.agents, agent.AsyncAgentsManager)
    assert_type(asynchronous.users, user.AsyncUsersManager)
    assert_type(asynchronous.sessions, session.AsyncSessionsManager)
    assert_type(asynchronous.docs, doc.AsyncDocsManager)
    assert_type(asynchronous.tools, tool.AsyncToolsManager)
    assert_type(asynchronous.memories, memory.AsyncMemoriesManager)
    assert_type(asynchronous.jobs, job.AsyncJobsManager)


def sync_parts(
    client: julep.Client,
) -> tuple[
    chat.Chat, run.Run, parse.Parse, render.Render, history.History, session_lists.SessionLists
]:
    sessions = client.sessions
    return sessions, sessions, sessions, sessions, sessions, sessions


def async_parts(
    client: julep.AsyncClient,
) -> tuple[
    chat.AsyncChat,
    run.AsyncRun,
    parse.AsyncParse,
    render.AsyncRender,
    history.AsyncHistory,
    session_lists.AsyncSessionLists,
]:
    sessions = client.sessions
    return sessions, sessions, sessions, sessions, sessions, sessions


def shared_parts(
    client: julep.Client,
) -> tuple[
    chat.BaseChat,
    run.BaseRun,
    parse.BaseParse,
    render.BaseRender,
    history.BaseHistory,
    session_lists.BaseSessionLists,
    session.BaseSessionsManager,
]:
    sessions = client.sessions
    return sessions, sessions, sessions, sessions, sessions, sessions, sessions


def parts_of_agents(
    client: julep.Client, asynchronous: julep.AsyncClient
) -> tuple[agent_lists.AgentLists, agent_lists.AsyncAgentLists, agent_lists.BaseAgentLists]:
    return client.agents, asynchronous.agents, client.agents


def parts_of_docs(
    client: julep.Client, asynchronous: julep.AsyncClient
) -> tuple[
    doc_files.DocFiles,
    doc_lists.DocLists,
    doc_search.DocSearch,
    doc_files.AsyncDocFiles,
    doc_lists.AsyncDocLists,
    doc_search.AsyncDocSearch,
    doc_files.BaseDocFiles,
    doc_lists.BaseDocLists,
    doc_search.BaseDocSearch,
    doc.BaseDocsManager,
]:
    docs, others = client.docs, asynchronous.docs
    return docs, docs, docs, others, others, others, docs, docs, docs, docs


def bases(
    client: julep.Client,
) -> tuple[
    agent.BaseAgentsManager,
    user.BaseUsersManager,
    tool.BaseToolsManager,
    memory.BaseMemoriesManager,
    job.BaseJobsManager,
]:
    return client.agents, client.users, client.tools, client.memories, client.jobs


@rewrap_in_class(types.Session)
def create() -> types.ResourceCreatedResponse:
    return types.ResourceCreatedResponse(id="id", created_at="2026-01-31T09:00:00Z")


def of_0_3(api: client.JulepApi, asynchronous: client.AsyncJulepApi) -> None:
    assert_type(create(), types.Session)
    assert_type(JulepApiEnvironment("http://localhost"), JulepApiEnvironment)
    assert_type(JULEP_API_KEY, str | None)
    assert_type(JULEP_API_URL, str)
    assert_type(env.str("JULEP_API_URL"), str)
    assert_type(core.jsonable_encoder({}), object)
    assert_type(core.remove_none_from_dict({"limit": 1}), dict[str, int])
    assert_type(core.serialize_datetime(dt.datetime.now(dt.UTC)), str)
    api.close()
    del asynchronous


def of_wrappers(
    base: core.BaseClientWrapper,
    wrapper: core.SyncClientWrapper,
    asynchronous: core.AsyncClientWrapper,
) -> None:
    assert_type(base.get_headers(), dict[str, str])
    assert_type(wrapper.get_base_url(), str)
    assert_type(asynchronous.get_base_url(), str)


def of_constants(value: str | julep.Unset, error: Exception) -> None:
    version: str = julep.__version__
    assert_type(version.count("."), int)
    if value is not julep.UNSET:
        assert_type(value, str)
    if isinstance(error, SecretInRecordingError | UnrecordedRequestError):
        assert_type(str(error), str)
