"""Chat, whole or streamed."""

from __future__ import annotations

from functools import partial

from starlette.types import ASGIApp

from julep_server.call import Call, Handler
from julep_server.chat.events import follow, gone, parse_event_id
from julep_server.chat.runs import Run
from julep_server.chat.turn import perform, prepare
from julep_server.http.answers import json_answer
from julep_server.http.preferences import accepts_events
from julep_server.json_text import JSONObject
from julep_server.store.resources import new_id


def is_streamed(body: JSONObject, accept: str | None) -> bool:
    """Whether a chat's answer is wanted as events; the body's word counts before the header's."""
    wanted = body.get("stream")
    return wanted if isinstance(wanted, bool) else accepts_events(accept)


async def chat(call: Call) -> ASGIApp:
    """Answer messages."""
    streamed = is_streamed(call.body, call.headers.get("accept"))
    last_event_id = call.headers.get("last-event-id")
    if streamed and last_event_id is not None:
        return await _resumed(call, last_event_id)
    turn = await prepare(call)
    run = Run(new_id(), call.tenant, turn.scene.session.id)
    ended = (lambda: None) if call.claim is None else call.claim.hold(run if streamed else None)
    work = partial(perform, call, turn, run, streamed=streamed)
    call.services.runs.start(run, work, ended)
    if streamed:
        return await follow(run, 0)
    await run.ended()
    return json_answer(200, run.result, run.headers)


async def _resumed(call: Call, last_event_id: str) -> ASGIApp:
    identifier, position = parse_event_id(last_event_id)
    run = call.services.runs.find(identifier, call.tenant, call.id("session_id"))
    if run is None:
        raise gone()
    return await follow(run, position)


HANDLERS: dict[str, Handler] = {"Chat": chat}
