"""One turn of a chat: reads what it needs, calls the model, and stores the history and the jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlalchemy import Connection

from julep_server.chat.chunks import kept_stream, last_chunk, message_chunk, text_chunk
from julep_server.chat.explanation import explanation_json
from julep_server.chat.functions import checked_choice, merged_tools
from julep_server.chat.interrupted_turn import store_interrupted
from julep_server.chat.messages import reply_messages, request_messages
from julep_server.chat.recall import query_text, recall
from julep_server.chat.settings import effective_settings
from julep_server.errors import answer_too_long
from julep_server.http.responses import model_headers
from julep_server.jobs.after_chat import CompletedTurn, jobs_after
from julep_server.jobs.kinds import SUMMARY
from julep_server.json_text import JSON, JSONObject
from julep_server.models.provider import Completion, Listener, ModelRequest
from julep_server.monitoring.model_call import ModelCall, numbers_in
from julep_server.prompt.builder import build_prompt
from julep_server.prompt.history import newest_within
from julep_server.prompt.prompt_input import NOTHING_RECALLED, PromptInput
from julep_server.prompt.rendering import rendered
from julep_server.representations import message_json
from julep_server.search.query import SearchQuery
from julep_server.services import Services
from julep_server.store import jobs as job_store
from julep_server.store import memories as memory_store
from julep_server.store import messages as message_store
from julep_server.store import tools as tool_store
from julep_server.store.agents import agents
from julep_server.store.jobs import NewJob
from julep_server.store.kept_responses import IdempotencyKey
from julep_server.store.messages import Message
from julep_server.store.sessions import Session, sessions
from julep_server.store.times import now
from julep_server.store.users import users
from julep_server.streaming.runs import Run

KeepResponse: TypeAlias = Callable[[Connection, int, dict[str, str], JSON], None]
"""Stores a response for repetitions, in the transaction that does the work."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A validated chat request.

    Attributes:
        keep_response: Set when the request has an idempotency key.
        key: That key.
        session: The session, if it is not a stored one.
        situation: What the prompt has after the session's situation.
        recall_by: The messages to recall by; None for those of the body.
    """

    services: Services
    tenant: str
    session_id: str
    body: JSONObject
    keep_response: KeepResponse | None
    session: Session | None = None
    situation: str = ""
    recall_by: JSON = None
    key: IdempotencyKey | None = None

    def enables(self, flag: str) -> bool:
        """Check whether a flag of the request is on, as it is by default."""
        return self.body.get(flag) is not False

    @property
    def explains(self) -> bool:
        """Whether the request wants an explanation."""
        return self.body.get("explain") is True


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that is ready to be sent to the model.

    Attributes:
        replaces: The digest of the turn that this one repeats, because it was broken off.
        explanation: What the model will see, if the request wants to know.
    """

    source: PromptInput
    new: Sequence[Message]
    request: ModelRequest
    omitted_id: str | None
    replaces: str | None
    prepared_at: int
    explanation: JSONObject | None


@dataclass(frozen=True, slots=True)
class _SessionState:
    source: PromptInput
    history: Sequence[Message]
    functions: Sequence[tuple[str, JSONObject]]
    summary_pending: bool
    replaces: str | None


async def prepare(request: ChatRequest) -> Turn:
    """Read what a turn needs and build its prompt.

    Raises:
        ApiError: 404 for a session or an agent that doesn't exist, 422 for a template that can't be
            rendered or a tool that can't be chosen.
    """
    services, body = request.services, request.body
    prepared_at = now()
    # Before the transaction: an embedder may be slow.
    query = SearchQuery("")
    if request.enables("recall"):
        by = body["messages"] if request.recall_by is None else request.recall_by
        query = await services.embedding_worker.embed_query(query_text(by))
    state = await services.database.read(lambda connection: _read(connection, request, query))
    new = request_messages(body["messages"], state.history)
    parts = await rendered(services.templates, state.source, state.history, new)
    prompt = build_prompt(parts.source, parts.history, parts.new)
    agent = state.source.agent
    tools = merged_tools(state.functions, body.get("tools"))
    model_request = ModelRequest(
        model=services.model_of(request.tenant, agent.model),
        messages=prompt.messages,
        tools=tools,
        tool_choice=checked_choice(body.get("tool_choice"), tools),
        settings=effective_settings(
            body, agent.default_settings, services.settings.chat_defaults or {}
        ),
        allowed=services.access.models_of(request.tenant),
    )
    return Turn(
        source=state.source,
        new=new,
        request=model_request,
        # What is omitted while a summary is being made is left to the next turn's summary.
        omitted_id=None if state.summary_pending else prompt.omitted_id,
        replaces=state.replaces,
        prepared_at=prepared_at,
        explanation=explanation_json(state.source, prompt, tools) if request.explains else None,
    )


async def answer(request: ChatRequest, run: Run, *, streamed: bool) -> None:
    """Prepare a turn and perform it: the work of a run, which can be cancelled from its beginning.

    Raises:
        ApiError: As for :func:`prepare` and :func:`perform`.
    """
    await perform(request, await prepare(request), run, streamed=streamed)


async def perform(request: ChatRequest, turn: Turn, run: Run, *, streamed: bool) -> None:
    """Call the model, store the turn, and complete the run.

    The history, the jobs and the response are stored in one transaction before the last event is
    sent: a client that has seen the end of a reply finds it in the history, and a repetition makes
    no second one.
    """
    services = request.services
    limit = services.settings.max_answer_bytes
    listener = _Publisher(run, limit) if streamed else None
    completion = await _completion(request, turn, run, listener)
    if len(completion.text) > limit:
        raise answer_too_long(limit)
    # From here on it is stored: the work of a transaction can't be taken back.
    run.cancellable = False
    run.headers = model_headers(completion.model, completion.ignored)
    services.access.record_tokens(request.tenant, completion.usage.total_tokens)
    reply = reply_messages(completion)
    record = request.enables("record")
    completed = CompletedTurn(
        turn.source, turn.new, reply, record, request.enables("remember"), turn.omitted_id
    )
    started = jobs_after(completed, services.settings)
    response = _response(run.id, turn.source, completion, reply, started)
    if turn.explanation is not None:
        response["explanation"] = turn.explanation
    # Before it is stored: what is stored may be made of it.
    run.result = response
    closing = _closing_events(run, completion, reply, response) if streamed else []
    kept: JSON = response if listener is None else kept_stream(run.id, listener.pieces, closing)
    recalled = [memory.id for memory in turn.source.recalled.memories]

    def work(connection: Connection) -> None:
        session = turn.source.session
        # A session that was deleted meanwhile must not get a history again.
        if turn.replaces is not None:
            message_store.delete_interrupted(connection, session.id, turn.replaces)
        if record and sessions.find(connection, request.tenant, session.id) is not None:
            message_store.append(connection, session.id, [*turn.new, *reply])
        memory_store.mark_accessed(connection, recalled, turn.prepared_at)
        for job in started:
            job_store.add(connection, request.tenant, job)
        if request.keep_response is not None:
            request.keep_response(connection, 200, run.headers, kept)

    if record or request.keep_response is not None or started or recalled:
        await services.database.write(work)
    if started:
        services.worker.wake()
    for data in closing:
        run.publish(data)


async def _completion(
    request: ChatRequest, turn: Turn, run: Run, listener: _Publisher | None
) -> Completion:
    """Call the model; count, and if the server stops also store, what it wrote until a failure."""
    try:
        return await _complete(request.services, turn, listener)
    except BaseException as error:
        # The endpoint has not stated how many tokens it is.
        written = 0 if listener is None else len(listener.pieces)
        request.services.access.record_tokens(request.tenant, written)
        if isinstance(error, asyncio.CancelledError):
            await _keep_interrupted(request, turn, run, listener)
        raise


async def _keep_interrupted(
    request: ChatRequest, turn: Turn, run: Run, listener: _Publisher | None
) -> None:
    """Store what was written of an answer that the server's stop cuts off, marked as such."""
    text = "" if listener is None else listener.text
    if not text or run.cancelled or not request.enables("record"):
        return
    # Stopping twice must not take it out of the queue of what is to be written.
    run.cancellable = False

    def work(connection: Connection) -> None:
        session_id = turn.source.session.id
        store_interrupted(connection, request.tenant, session_id, request.key, turn.new, text)

    await request.services.database.write(work)


async def _complete(services: Services, turn: Turn, listener: Listener | None) -> Completion:
    request, agent = turn.request, turn.source.agent
    call = ModelCall(
        "julep" if services.settings.has_model_in_process else "openai",
        request.model,
        {
            "agent.id": agent.id,
            "agent.name": agent.name,
            "conversation.id": turn.source.session.id,
        },
        numbers_in(request.settings),
    )
    with services.monitor.model_call(call):
        completion = await services.provider.complete(request, listener)
        usage = completion.usage
        tokens = (usage.prompt_tokens, usage.completion_tokens)
        call.answered(completion.model, completion.finish_reason, tokens)
    return completion


class _Publisher:
    """Publishes a model's text as a run's events.

    They are kept for followers, so that their length is bounded, whether anyone reads them or not.
    """

    def __init__(self, run: Run, limit: int) -> None:
        self._run = run
        self._limit = limit
        self._length = 0
        self.pieces: list[str] = []

    @property
    def text(self) -> str:
        """What the model has written so far."""
        return "".join(self.pieces)

    def on_start(self, model: str, ignored: Sequence[str] = ()) -> None:
        """See :class:`~julep_server.models.provider.Listener`."""
        self._run.headers = model_headers(model, ignored)

    def on_text(self, text: str) -> None:
        """See :class:`~julep_server.models.provider.Listener`."""
        run = self._run
        event = text_chunk(run.id, text, first=not self.pieces)
        self._length += len(event)
        if self._length > self._limit:
            raise answer_too_long(self._limit)
        run.publish(event)
        self.pieces.append(text)


def _closing_events(
    run: Run, completion: Completion, reply: Sequence[Message], response: JSONObject
) -> list[str]:
    """Return the events that follow the model's text: whole messages, and the last chunk."""
    unsent = [message for message in reply if message.role != "assistant"]
    if not run.events and not completion.tool_calls:
        unsent = list(reply)
    return [*(message_chunk(run.id, message) for message in unsent), last_chunk(response)]


def _response(
    completion_id: str,
    source: PromptInput,
    completion: Completion,
    reply: Sequence[Message],
    started: Sequence[NewJob],
) -> JSONObject:
    messages: list[JSON] = [message_json(message) for message in reply]
    return {
        "id": completion_id,
        "finish_reason": completion.finish_reason,
        "response": [messages],
        "usage": completion.usage.to_json(),
        "jobs": [job.id for job in started],
        "doc_ids": source.recalled.doc_ids(),
    }


def _read(connection: Connection, request: ChatRequest, query: SearchQuery) -> _SessionState:
    session = request.session or sessions.get(connection, request.tenant, request.session_id)
    if request.situation:
        situation = "\n\n".join(filter(None, [session.situation, request.situation]))
        session = replace(session, situation=situation)
    agent = agents.get(connection, request.tenant, session.agent_id)
    # A user may be deleted while its sessions go on; the prompt then has no user.
    user = None
    if session.user_id is not None:
        user = users.find(connection, request.tenant, session.user_id)
    recalled = NOTHING_RECALLED
    if request.enables("recall"):
        settings = request.services.settings
        recalled = recall(connection, settings, agent, user, query, explain=request.explains)
    history = _history(connection, session, whole=request.explains)
    replaces = None if request.key is None else request.key.digest
    if replaces is not None:
        whole = [message for message in history if message.interrupted != replaces]
        history, replaces = whole, replaces if len(whole) < len(history) else None
    return _SessionState(
        PromptInput(session, agent, user, recalled),
        history,
        tool_store.functions(connection, agent.id),
        # Only these sessions are summarised.
        session.context_overflow == "adaptive"
        and job_store.is_open(connection, SUMMARY, session.id),
        replaces,
    )


def _history(connection: Connection, session: Session, *, whole: bool) -> Sequence[Message]:
    """Return the history that a prompt may need, oldest first.

    Args:
        connection: A transaction.
        session: The session, whose budget leaves out the oldest messages.
        whole: Whether to return also the rest of what is left out, which explanations list.
    """
    if whole or session.token_budget is None:
        return message_store.history(connection, session.id)
    return newest_within(session, message_store.newest_first(connection, session.id))
