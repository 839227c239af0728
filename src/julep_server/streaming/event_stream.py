"""Streaming responses: a completion's server-sent events, from the first or a later one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.types import Receive, Scope, Send

from julep_server.errors import ApiError, conflict
from julep_server.json_text import dumps, loads
from julep_server.streaming.runs import Run

KEEP_ALIVE = 15.0
"""Seconds without an event after which a comment is sent, so that proxies keep the stream open."""

HEADERS_AFTER = 1.0
"""Seconds after which a stream's headers are sent although the model has not begun.

Until then a failure has its own status; afterwards it is an event. What is in between sees that the
server is at work.
"""

STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Headers of every stream: nothing in between may keep it, or collect parts of it (nginx)."""

_DONE = "[DONE]"


def resume_position(last_event_id: str | None, completion_id: str) -> int:
    """Return the number of the last event that a resuming client has.

    Args:
        last_event_id: The header's value; None for a client that needs all events.
        completion_id: The id of the completion to resume.

    Raises:
        ApiError: 409 when the event belongs to another completion.
    """
    if last_event_id is None:
        return 0
    given, position = parse_event_id(last_event_id)
    if given != completion_id:
        raise stream_gone()
    return position


def parse_event_id(text: str) -> tuple[str, int]:
    """Split an event's id into the completion's id and the event's number.

    Raises:
        ApiError: 409 when it is not an id of this server.
    """
    completion_id, _, number = text.strip().rpartition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise stream_gone()
    return completion_id.lower(), int(number)


def stream_gone() -> ApiError:
    """Return the 409 for a stream that can't be resumed."""
    return conflict("stream_gone", "the stream of this Last-Event-ID can't be resumed any more")


def finished_run(events: Sequence[str], headers: dict[str, str]) -> Run:
    """Build a finished run from its stored events."""
    first = loads(events[0])
    run = Run(str(first["id"]) if isinstance(first, dict) else "", "", "")
    run.events = [*events]
    run.headers = headers
    run.finish()
    return run


async def stream_run(run: Run, after: int, headers: Mapping[str, str] | None = None) -> EventStream:
    """Wait for a run's first event, for a while, then return the response that streams the run.

    Args:
        run: The run.
        after: The number of the last event that the client has.
        headers: Headers besides the run's.

    Raises:
        ApiError: The run failed before its first event, so that an error status can still be sent.
    """
    await run.wait_started(HEADERS_AFTER)
    if run.failure is not None and not run.events:
        raise run.failure
    return EventStream(run, after, headers or {})


class EventStream:
    """The response that streams a run, as an ASGI application.

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
            **STREAM_HEADERS,
        }

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the events; uvicorn ignores what is sent after the client has disconnected."""
        pairs = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in self.headers.items()
        ]
        await send({"type": "http.response.start", "status": 200, "headers": pairs})
        run = self._run
        if not run.events and not run.finished:
            # Something in between may wait for a first byte of the body.
            await send(_body(": the model has not begun yet\n\n", more=True))
        async for events in run.follow(self._after, KEEP_ALIVE):
            text = "".join([_event(run.id, number, data) for number, data in events])
            await send(_body(text or ": keep-alive\n\n", more=True))
        number = max(len(run.events), self._after) + 1
        if run.failure is None:
            await send(_body(_event(run.id, number, _DONE), more=False))
        else:
            data = dumps(run.failure.to_json(in_stream=True))
            text = "event: error\n" + _event(run.id, number, data)
            seconds = run.failure.headers.get("Retry-After", "")
            if seconds.isascii() and seconds.isdigit() and len(seconds) < 10:
                # In milliseconds: the delay before a client connects again, by the standard.
                text = f"retry: {seconds}000\n{text}"
            await send(_body(text, more=False))


def _event(completion_id: str, number: int, data: str) -> str:
    return f"id: {completion_id}:{number}\ndata: {data}\n\n"


def _body(text: str, *, more: bool) -> dict[str, object]:
    return {"type": "http.response.body", "body": text.encode("utf-8"), "more_body": more}
