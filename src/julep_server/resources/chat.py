"""Chat, whole or streamed."""

from __future__ import annotations

from functools import partial

from starlette.types import ASGIApp

from julep_server.call import Call, Handler, performed
from julep_server.chat.turn import ChatRequest, answer, prepare
from julep_server.http.preferences import accepts_events
from julep_server.http.responses import json_response
from julep_server.json_text import JSON, JSONObject
from julep_server.store.sessions import sessions
from julep_server.streaming.event_stream import parse_event_id, stream_gone, stream_run
from julep_server.streaming.runs import Run


def is_streamed(body: JSONObject, accept: str | None) -> bool:
    """Check whether a chat requests a stream; its body takes precedence over its header."""
    wanted = body.get("stream")
    return wanted if isinstance(wanted, bool) else accepts_events(accept)


async def chat(call: Call) -> ASGIApp:
    """Send messages to the model and return its reply, or resume a stream."""
    streamed = is_streamed(call.body, call.headers.get("accept"))
    last_event_id = call.headers.get("last-event-id")
    if streamed and last_event_id is not None:
        return await _resume(call, last_event_id)
    request = ChatRequest(
        services=call.services,
        tenant=call.tenant,
        session_id=call.id("session_id"),
        body=call.body,
        keep_response=None if call.claim is None else call.claim.keep,
        key=None if call.claim is None else call.claim.key,
    )
    claim = call.claim
    with await call.services.access.begin_chat(call.tenant) as slot:
        run_id = call.services.relay.new_run_id() if claim is None else claim.run_id
        run = Run(run_id, call.tenant, request.session_id)
        on_end = (lambda: None) if claim is None else claim.hold(run, streamed=streamed)
        work = partial(answer, request, run, streamed=streamed)
        call.services.runs.start(run, work, slot.hold(on_end))
    if streamed:
        return await stream_run(run, 0)
    await run.wait_finished()
    return json_response(200, run.result, run.headers)


async def cancel(call: Call) -> ASGIApp:
    """Cancel the replies that are being written in a session."""
    session_id, wanted = call.id("session_id"), call.arguments.get("response_id")
    await call.services.database.read(
        lambda connection: sessions.get(connection, call.tenant, session_id)
    )
    identifier = None if wanted is None else str(wanted).lower()
    cancelled = await call.services.cancellations.cancel(call.tenant, session_id, identifier)
    return json_response(200, {"cancelled": list[JSON](cancelled)})


async def render(call: Call) -> ASGIApp:
    """Return the request that a chat would make to the model, without making it."""
    request = ChatRequest(
        services=call.services,
        tenant=call.tenant,
        session_id=call.id("session_id"),
        body=call.body | {"explain": True},
        keep_response=None,
    )
    turn = await prepare(request)
    streamed = is_streamed(call.body, None)
    body: JSONObject = {
        "request": call.services.provider.request_body(turn.request, streamed=streamed),
        "explanation": turn.explanation,
    }
    return await performed(call, body)


async def _resume(call: Call, last_event_id: str) -> ASGIApp:
    completion_id, position = parse_event_id(last_event_id)
    session_id = call.id("session_id")
    run = call.services.runs.find(completion_id, call.tenant, session_id)
    if run is None or (run.relayed and run.failure is not None):
        run = await call.services.relay.follow(completion_id, call.tenant, session_id)
    if run is None:
        raise stream_gone()
    return await stream_run(run, position)


HANDLERS: dict[str, Handler] = {"Chat": chat, "CancelChat": cancel, "RenderChat": render}
