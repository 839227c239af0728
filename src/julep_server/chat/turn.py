"""One turn of a chat: read what it needs, ask the model, store the history, give the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from julep_server.call import Call
from julep_server.chat.conversation import new_messages, reply_messages
from julep_server.chat.events import chunk, last_chunk, message_chunk
from julep_server.chat.functions import chosen, offered
from julep_server.chat.prompt import Scene, build_prompt
from julep_server.chat.recall import NOTHING, recall, said
from julep_server.chat.runs import Run
from julep_server.chat.settings import effective_settings
from julep_server.http.answers import MODEL
from julep_server.jobs.after_chat import Ended, jobs_after
from julep_server.jobs.kinds import SUMMARY
from julep_server.json_text import JSON, JSONObject
from julep_server.models.provider import Completion, ModelRequest
from julep_server.resources.messages import represent_message
from julep_server.search.question import Question
from julep_server.store import jobs as job_store
from julep_server.store import memories as memory_store
from julep_server.store import messages as history_store
from julep_server.store import tools as tool_store
from julep_server.store.agents import agents
from julep_server.store.jobs import NewJob
from julep_server.store.messages import Message
from julep_server.store.sessions import sessions
from julep_server.store.times import now
from julep_server.store.users import users


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that is ready to be asked of the model."""

    scene: Scene
    new: Sequence[Message]
    request: ModelRequest
    record: bool
    remember: bool
    left_id: str | None
    prepared_at: int


@dataclass(frozen=True, slots=True)
class _State:
    scene: Scene
    history: Sequence[Message]
    tools: Sequence[tuple[str, JSONObject]]
    summarising: bool


async def prepare(call: Call) -> Turn:
    """Read what a turn needs and build its prompt.

    Raises:
        ApiError: 404 for a session or an agent that isn't there, 422 for a template that can't be
            rendered or a tool that can't be chosen.
    """
    prepared_at = now()
    # Asked before the transaction: an embedder may take its time.
    question = Question("")
    if call.body.get("recall") is not False:
        question = await call.services.embedding.question(said(call.body["messages"]))
    state = await call.services.database.read(lambda connection: _read(connection, call, question))
    given = call.body["messages"]
    new = new_messages(given if isinstance(given, list) else [], state.history)
    if state.scene.session.render_templates:
        # Templates may take their time; the other requests need not wait for them.
        prompt = await asyncio.to_thread(build_prompt, state.scene, state.history, new)
    else:
        prompt = build_prompt(state.scene, state.history, new)
    agent = state.scene.agent
    tools = offered(state.tools, call.body.get("tools"))
    request = ModelRequest(
        model=agent.model,
        messages=prompt.messages,
        tools=tools,
        tool_choice=chosen(call.body.get("tool_choice"), tools),
        settings=effective_settings(
            call.body, agent.default_settings, call.services.settings.chat_defaults
        ),
    )
    return Turn(
        scene=state.scene,
        new=new,
        request=request,
        record=call.body.get("record") is not False,
        remember=call.body.get("remember") is not False,
        # What leaves while a summary is made is the next turn's to sum up.
        left_id=None if state.summarising else prompt.left_id,
        prepared_at=prepared_at,
    )


async def perform(call: Call, turn: Turn, run: Run, *, streamed: bool) -> None:
    """Ask the model, store what was said, and complete the run.

    The history and the jobs are stored, and the answer kept, in one transaction before the last
    event is sent: who has seen the end of an answer finds it in the history, and no repetition
    makes a second one.
    """
    listener = _Publisher(run) if streamed else None
    completion = await call.services.provider.complete(turn.request, listener)
    run.headers = {MODEL: completion.model}
    reply = reply_messages(completion)
    ended = Ended(turn.scene, turn.new, reply, turn.record, turn.remember, turn.left_id)
    started = jobs_after(ended, call.services.settings)
    answer = _answer(run.id, turn.scene, completion, reply, started)
    closing = _closing(run, completion, reply, answer) if streamed else []
    kept: JSON = [*run.events, *closing] if streamed else answer

    recalled = [memory.id for memory in turn.scene.recalled.memories]

    def work(connection: Connection) -> None:
        session = turn.scene.session
        # A session that was deleted meanwhile must not get a history again.
        if turn.record and sessions.find(connection, call.tenant, session.id) is not None:
            history_store.append(connection, session.id, [*turn.new, *reply])
        memory_store.accessed(connection, recalled, turn.prepared_at)
        for job in started:
            job_store.add(connection, call.tenant, job)
        if call.claim is not None:
            call.claim.keep(connection, 200, run.headers, kept)

    if turn.record or call.claim is not None or started or recalled:
        await call.services.database.write(work)
    if started:
        call.services.worker.wake()
    run.result = answer
    for data in closing:
        run.publish(data)


class _Publisher:
    """Turns a model's pieces into a run's events."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def begun(self, model: str) -> None:
        """See :class:`~julep_server.models.provider.Listener`."""
        self._run.headers = {MODEL: model}

    def wrote(self, text: str) -> None:
        """See :class:`~julep_server.models.provider.Listener`."""
        run = self._run
        delta: JSONObject = {"content": text} if run.events else _opening(text)
        run.publish(chunk(run.id, delta))


def _opening(text: str) -> JSONObject:
    return {"role": "assistant", "content": text}


def _closing(
    run: Run, completion: Completion, reply: Sequence[Message], answer: JSONObject
) -> list[str]:
    """The events that are left when the model has ended: whole messages, and the last one."""
    written = [message for message in reply if message.role != "assistant"]
    if not run.events and not completion.tool_calls:
        written = list(reply)
    return [*(message_chunk(run.id, message) for message in written), last_chunk(answer)]


def _answer(
    identifier: str,
    scene: Scene,
    completion: Completion,
    reply: Sequence[Message],
    started: Sequence[NewJob],
) -> JSONObject:
    messages: list[JSON] = [represent_message(message) for message in reply]
    return {
        "id": identifier,
        "finish_reason": completion.finish_reason,
        "response": [messages],
        "usage": completion.usage.to_json(),
        "jobs": [job.id for job in started],
        "doc_ids": scene.recalled.doc_ids(),
    }


def _read(connection: Connection, call: Call, question: Question) -> _State:
    session = sessions.get(connection, call.tenant, call.id("session_id"))
    agent = agents.get(connection, call.tenant, session.agent_id)
    # A user may be deleted while its sessions go on; the model then isn't told about one.
    user = None
    if session.user_id is not None:
        user = users.find(connection, call.tenant, session.user_id)
    recalled = NOTHING
    if call.body.get("recall") is not False:
        recalled = recall(connection, call.services.settings, agent, user, question)
    return _State(
        Scene(session, agent, user, recalled),
        history_store.history(connection, session.id),
        tool_store.functions(connection, agent.id),
        job_store.is_open(connection, SUMMARY, session.id),
    )
