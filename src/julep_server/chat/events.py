"""Server-sent events of a streamed chat: the chunks, and the answer that follows a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.types import Receive, Scope, Send

from julep_server.chat.runs import Run
from julep_server.errors import ApiError, conflict
from julep_server.json_text import JSON, JSONObject, dumps, loads
from julep_server.store.messages import Message

KEEP_ALIVE = 15.0
"""Seconds of silence after which a comment is sent, so that no proxy gives the stream up."""

_DONE = "[DONE]"


def chunk(identifier: str, delta: JSONObject) -> str:
    """One event's data with a piece of the answer. A delta with a role begins a message."""
    return dumps({"id": identifier, "delta": delta, "finish_reason": None})


def last_chunk(answer: JSONObject) -> str:
    """The last event's data: why the answer ended, and what it took."""
    kept = ("id", "finish_reason", "usage", "doc_ids", "jobs")
    return dumps({"delta": {}, **{name: answer[name] for name in kept}})


def message_chunk(identifier: str, message: Message) -> str:
    """One event's data with a whole message."""
    return chunk(identifier, {"role": message.role, "content": message.content})


def resume_position(last_event_id: str | None, identifier: str) -> int:
    """Where a client that comes back reads on.

    Args:
        last_event_id: The header; None for a client that wants all.
        identifier: The id of the completion that is there.

    Raises:
        ApiError: 409 when the client has read from another completion.
    """
    if last_event_id is None:
        return 0
    given, position = parse_event_id(last_event_id)
    if given != identifier:
        raise gone()
    return position


def parse_event_id(text: str) -> tuple[str, int]:
    """Split an event's id into the completion's and the event's number."""
    identifier, _, number = text.strip().rpartition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise gone()
    return identifier.lower(), int(number)


def gone() -> ApiError:
    """409: there is no such stream to go on with."""
    return conflict("stream_gone", "the stream of this Last-Event-ID can't be continued any more")


def finished_run(events: Sequence[JSON], headers: dict[str, str]) -> Run:
    """Make a run of the kept events of one that has ended."""
    first = loads(str(events[0]))
    run = Run(str(first["id"]) if isinstance(first, dict) else "", "", "")
    run.events = [str(data) for data in events]
    run.headers = headers
    run.finish()
    return run


async def follow(run: Run, after: int, headers: Mapping[str, str] | None = None) -> EventStream:
    """Make the answer that follows a run, once it is known that the run begins well.

    Args:
        run: The run.
        after: The number of the last event that the client has.
        headers: Headers besides the run's.

    Raises:
        ApiError: The run failed before its first event: the answer can still be an error status.
    """
    await run.answered()
    if run.failure is not None and not run.events:
        raise run.failure
    return EventStream(run, after, headers or {})


class EventStream:
    """The answer that follows a run, as an ASGI application.

    Args:
        run: The run.
        after: The number of the last event that the client has.
        headers: Headers besides the run's.
    """

    def __init__(self, run: Run, after: int, headers: Mapping[str, str]) -> None:
        self._run = run
        self._after = after
        self.headers = {
            **run.headers,
            **headers,
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
        }

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the events; what is sent to a client that is gone is ignored by uvicorn."""
        pairs = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in self.headers.items()
        ]
        await send({"type": "http.response.start", "status": 200, "headers": pairs})
        run = self._run
        async for event in run.follow(self._after, KEEP_ALIVE):
            text = ": keep-alive\n\n" if event is None else _event(run.id, *event)
            await send(_body(text, more=True))
        number = max(len(run.events), self._after) + 1
        if run.failure is None:
            await send(_body(_event(run.id, number, _DONE), more=False))
        else:
            data = dumps(run.failure.to_json())
            await send(_body("event: error\n" + _event(run.id, number, data), more=False))


def _event(identifier: str, number: int, data: str) -> str:
    return f"id: {identifier}:{number}\ndata: {data}\n\n"


def _body(text: str, *, more: bool) -> dict[str, object]:
    return {"type": "http.response.body", "body": text.encode("utf-8"), "more_body": more}
