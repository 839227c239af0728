"""Chat completions of agents: a turn of a chat, in OpenAI's own format."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp

from julep_server.chat.turn import ChatRequest, KeepResponse, answer
from julep_server.http.responses import json_response
from julep_server.idempotency import IdempotencyClaim
from julep_server.json_text import JSON, JSONObject
from julep_server.openai_api.agent_completions import AgentCompletion
from julep_server.openai_api.agent_models import find_agent
from julep_server.openai_api.pinned_sessions import (
    SESSION_HEADER,
    SessionName,
    session_of_transcript,
)
from julep_server.openai_api.request_body import parse_settings
from julep_server.openai_api.transcript import Transcript, latest, parse_transcript, unrecorded
from julep_server.services import Services
from julep_server.store import messages as message_store
from julep_server.store.agents import Agent
from julep_server.store.sessions import Session
from julep_server.streaming.event_stream import HEADERS_AFTER, STREAM_HEADERS
from julep_server.streaming.runs import Run


async def chat(
    services: Services,
    tenant: str,
    body: JSONObject,
    session_header: str | None,
    claim: IdempotencyClaim | None = None,
) -> ASGIApp:
    """Let an agent answer.

    Args:
        services: The server's parts.
        tenant: The caller's tenant.
        body: The request's JSON, whose model is an agent.
        session_header: The header that names the session, if the request has it.
        claim: Set when the request has an idempotency key.

    Raises:
        ApiError: The request is not valid, its agent or its session does not exist, or the request
            to the model failed.
    """
    model = str(body["model"])
    settings = parse_settings(body)
    name = SessionName(body.get("user"), session_header)
    agent = await services.database.read(lambda connection: find_agent(connection, tenant, model))
    if name:
        request = await _in_session(services, tenant, agent, name, body.get("messages"), settings)
    else:
        transcript = parse_transcript(body.get("messages"))
        session = session_of_transcript(agent)
        request = ChatRequest(
            services=services,
            tenant=tenant,
            session_id=session.id,
            body={**settings, "messages": list[JSON](transcript.messages), "record": False},
            keep_response=None,
            session=session,
            situation=transcript.situation,
            recall_by=latest(transcript.messages),
        )
    streamed = body.get("stream") is True
    run_id = services.relay.new_run_id() if claim is None else claim.run_id
    run = Run(run_id, tenant, request.session_id)
    completion = _completion(run, body)
    named = {SESSION_HEADER: request.session_id} if name else {}
    if claim is not None:
        keep = _keep(claim, completion, named)
        request = replace(request, keep_response=keep, key=claim.key)
    with await services.access.begin_chat(tenant) as slot:
        on_end = (lambda: None) if claim is None else claim.hold(run, streamed=streamed)
        work = partial(answer, request, run, streamed=streamed)
        services.runs.start(run, work, slot.hold(on_end))
    if streamed:
        return await follow(run, body, named)
    await run.wait_finished()
    return json_response(200, completion.whole(), {**run.headers, **named})


async def follow(run: Run, body: JSONObject, headers: Mapping[str, str]) -> ASGIApp:
    """Return the response that streams a running answer.

    Args:
        run: The answer.
        body: The request's JSON.
        headers: Headers besides the run's.

    Raises:
        ApiError: It failed before its first words.
    """
    await run.wait_started(HEADERS_AFTER)
    if run.failure is not None and not run.events:
        raise run.failure
    every = {**run.headers, **headers, **STREAM_HEADERS}
    events = _completion(run, body).events()
    return StreamingResponse(events, 200, every, media_type="text/event-stream")


def _completion(run: Run, body: JSONObject) -> AgentCompletion:
    options = body.get("stream_options")
    with_usage = isinstance(options, dict) and options.get("include_usage") is True
    return AgentCompletion(run, str(body["model"]), with_usage)


def _keep(
    claim: IdempotencyClaim, completion: AgentCompletion, named: Mapping[str, str]
) -> KeepResponse:
    """Return the function that stores a response in OpenAI's format."""

    def keep(connection: Connection, status: int, headers: dict[str, str], kept: JSON) -> None:
        claim.keep(connection, status, {**headers, **named}, completion.stored(kept))

    return keep


async def _in_session(
    services: Services,
    tenant: str,
    agent: Agent,
    name: SessionName,
    given: JSON,
    settings: JSONObject,
) -> ChatRequest:
    """Return the request for the session of this name, which gets the new messages alone."""
    # Before a session is created for it, a request must be valid.
    known = await services.database.read(lambda connection: name.find(connection, tenant, agent))
    session = known
    transcript = Transcript("", ())
    if session is None:
        transcript = parse_transcript(given)
        session = await _create(services, tenant, agent, name)
    identifier = session.id
    history = await services.database.read(
        lambda connection: message_store.history(connection, identifier)
    )
    if known is not None:
        transcript = parse_transcript(given, history)
    return ChatRequest(
        services=services,
        tenant=tenant,
        session_id=identifier,
        body={**settings, "messages": list[JSON](unrecorded(transcript.messages, history))},
        keep_response=None,
        situation=transcript.situation,
    )


async def _create(services: Services, tenant: str, agent: Agent, name: SessionName) -> Session:
    def work(connection: Connection) -> Session:
        return name.find_or_create(connection, tenant, agent)

    # Requests at the same time may create its user, and then the session.
    for _ in ("user", "session"):
        with suppress(IntegrityError):
            return await services.database.write(work)
    return await services.database.write(work)
