"""Streams that are lost, resumed wrongly, or no streams."""

from __future__ import annotations

import gzip
import json
from typing import Final

import julep
from tests.sdk.faults.helpers.fault import (
    EVENTS,
    LONG_TIMEOUT,
    REPLY,
    STREAM,
    TOTAL_TIMEOUT,
    Fails,
    Fault,
    Succeeds,
    TimeoutOption,
    only,
)
from tests.sdk.faults.helpers.steps import (
    OTHER_ID,
    drip,
    endless,
    event,
    events,
    half_close_after,
    resume_with,
)
from tests.sdk.transport.helpers.scripted_server import (
    STREAM_HEAD,
    Exchange,
    Step,
    http_chunk,
    raw,
    reset_after,
    respond,
    respond_error,
    respond_json,
    respond_stream,
    stall_after,
)

_BODY: Final = b"".join(EVENTS)
_ALL: Final = STREAM_HEAD + http_chunk(_BODY) + http_chunk(b"")
_BEGUN: Final = STREAM_HEAD + http_chunk(EVENTS[0])
_KIND: Final = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"

PLACES: dict[str, tuple[bytes, str]] = {
    "after the head": (STREAM_HEAD, ""),
    "within the first event": (STREAM_HEAD + http_chunk(EVENTS[0][:-9]), ""),
    "between events": (_BEGUN, "Grü"),
    "within an event": (_BEGUN + http_chunk(EVENTS[1][:60]), "Grü"),
    "between an event's line ends": (_BEGUN + http_chunk(EVENTS[1][:-1]), "Grü"),
    "within a chunk of an event": (_BEGUN + http_chunk(EVENTS[1])[:50], "Grü"),
    "before the last event": (STREAM_HEAD + http_chunk(b"".join(EVENTS[:3])), "Grüße"),
}
"""Positions at which a stream is lost, and the text that was received until then."""


def fault(step: Step, outcome: Succeeds | Fails, timeout: TimeoutOption = LONG_TIMEOUT) -> Fault:
    return Fault(step, outcome, call=STREAM, timeout=timeout)


def interrupted(partial: str | None = "Grü", attempts: int | None = 2) -> Fails:
    return Fails(julep.StreamInterruptedError, attempts, partial=partial)


def unreadable(message: str = "", attempts: int | None = 1) -> Fails:
    return Fails(julep.InvalidResponseError, attempts, status=200, message=message)


def _at_every_place() -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    for place, (sent, partial) in PLACES.items():
        again, once = interrupted(partial), interrupted(partial, 1)
        faults |= {
            f"reset {place}": fault(reset_after(sent), again),
            f"closed {place}": fault(raw(sent), again),
            f"half closed {place}": fault(half_close_after(sent), again),
            f"ended {place}": fault(raw(sent + http_chunk(b""), keep=True), again),
            f"silent {place}": fault(stall_after(sent), again, only("read")),
            f"silent {place}, by the total timeout": fault(stall_after(sent), once, TOTAL_TIMEOUT),
        }
    # This one does not end: its chunk is incomplete.
    del faults["ended within a chunk of an event"]
    return faults


async def one_by_one(exchange: Exchange) -> bool:
    """Send one more event on each connection, and reset it."""
    last = exchange.request.header("last-event-id") or ":0"
    number = int(last.rpartition(":")[2])
    await exchange.write(STREAM_HEAD + http_chunk(EVENTS[number]))
    exchange.reset()
    return False


async def resume_correctly(exchange: Exchange) -> bool:
    """Send the events after the last one that the client has received."""
    number = int((exchange.request.header("last-event-id") or "").rpartition(":")[2])
    return await respond_stream(*EVENTS[number:])(exchange)


LOST = reset_after(_BEGUN)
_OTHER = [*events("Zu", "spät", start=2, identifier=OTHER_ID)]

RESUMED: dict[str, Fault] = {
    "resumed": fault(resume_with(LOST, resume_correctly), Succeeds()),
    "resumed from the start": fault(resume_with(LOST, STREAM.response), Succeeds()),
    "resumed, and lost after each event": fault(one_by_one, Succeeds()),
    "resumed with another response": fault(
        resume_with(LOST, respond_stream(*_OTHER)),
        # The text of one response is not mixed with that of another.
        Fails(julep.StreamInterruptedError, 2),
    ),
    "resumed with JSON": fault(resume_with(LOST, respond_json(REPLY)), interrupted()),
    "resumed with nothing": fault(resume_with(LOST, respond(204)), interrupted()),
    "resumed with silence": fault(
        resume_with(LOST, stall_after(STREAM_HEAD)), interrupted(), only("read")
    ),
    **{
        f"resumed with {status}": fault(resume_with(LOST, respond_error(status)), interrupted())
        for status in (400, 401, 404, 409, 410, 422, 429, 500, 503)
    },
}

_FLOOD = http_chunk(b": still there\n" * 100)
_TROUBLE = b'event: error\ndata: {"error": {"code": "model_failed", "message": "It is gone"}}\n\n'


def _trouble(status: object) -> bytes:
    error = {"code": "trouble", "message": "It is gone", "status": status}
    return b"event: error\ndata: " + json.dumps({"error": error}).encode() + b"\n\n"


READ: dict[str, Fault] = {
    # The same statuses as those of responses are retried, while nothing of the answer has arrived.
    "an error of the status 503 at once": fault(
        respond_stream(_trouble(503)),
        Fails(julep.ServerError, 2, 503, "It is gone", partial=""),
    ),
    "errors of the status 429 at once": fault(
        respond_stream(b"retry: 0\n", _trouble(429)),
        Fails(julep.RateLimitError, 2, 429, "It is gone", partial="", retry_after=0.0),
    ),
    "an error of the status 422 at once": fault(
        respond_stream(_trouble(422)),
        Fails(julep.UnprocessableEntityError, 1, 422, "It is gone", partial=""),
    ),
    "an error of the status 503 behind an event": fault(
        respond_stream(EVENTS[0], _trouble(503)),
        Fails(julep.ServerError, 1, 503, "It is gone", partial="Grü"),
    ),
    **{
        f"an error of the status {status!r}": fault(
            respond_stream(_trouble(status)), Fails(julep.ApiError, 1, 200, "It is gone")
        )
        for status in (200, 600, True, "503", None)
    },
    "no [DONE]": fault(respond_stream(*EVENTS[:-1]), interrupted("Grüße")),
    "no events": fault(respond_stream(b": nothing\n\n"), interrupted("")),
    "no ids": fault(
        raw(STREAM_HEAD + http_chunk(EVENTS[0].partition(b"\n")[2])), interrupted(attempts=1)
    ),
    "events after [DONE]": fault(respond_stream(*EVENTS, *_OTHER), Succeeds()),
    "silence after [DONE]": fault(stall_after(_ALL[:-5]), Succeeds()),
    "a reset after [DONE]": fault(reset_after(_ALL[:-5]), Succeeds()),
    "surplus bytes after the stream": fault(raw(_ALL + b"surplus", keep=True), Succeeds()),
    "an error": fault(
        respond_stream(EVENTS[0], _TROUBLE), Fails(julep.ApiError, 1, message="It is gone")
    ),
    "an error at once": fault(
        respond_stream(_TROUBLE), Fails(julep.ApiError, 1, message="It is gone")
    ),
    "an error of junk": fault(
        respond_stream(EVENTS[0], b"event: error\ndata: oops\n\n"),
        Fails(julep.ApiError, 1, message="oops"),
    ),
    "an event that is no JSON": fault(
        respond_stream(EVENTS[0], b"data: {oops\n\n"), unreadable("JSON")
    ),
    "an event that is cut JSON": fault(
        respond_stream(EVENTS[0], EVENTS[1].replace(b"}\n", b"\n")), unreadable("JSON")
    ),
    "an event that is a list": fault(
        respond_stream(EVENTS[0], b"data: []\n\n"), unreadable("object")
    ),
    "an event of a wrong type": fault(
        respond_stream(EVENTS[0], event(2, {"delta": {"content": 7}})), unreadable("delta.content")
    ),
    "an event of bytes": fault(
        respond_stream(EVENTS[0], b"data: \xff\xfe\n\n"), unreadable("JSON")
    ),
    "a deep event": fault(respond_stream(b"data: " + b"[" * 200_000 + b"\n\n"), unreadable("JSON")),
    "an endless line": fault(endless(_KIND + b"\r\ndata: ", b"a" * 1_000_000), unreadable()),
    "an endless event": fault(
        endless(_KIND + b"\r\n", (b"data: " + b"a" * 10_000 + b"\n") * 100), unreadable()
    ),
    "a flood of comments": fault(
        endless(_BEGUN, _FLOOD, 0.001), interrupted(attempts=1), TOTAL_TIMEOUT
    ),
    "a flood of unknown events": fault(
        endless(_BEGUN, http_chunk(b"event: ping\ndata: 1\n\n" * 50), 0.001),
        interrupted(attempts=1),
        TOTAL_TIMEOUT,
    ),
    "a flood of text": fault(
        endless(_BEGUN, http_chunk(EVENTS[1]), 0.001), interrupted(None, attempts=1), TOTAL_TIMEOUT
    ),
    "a drip": fault(endless(_BEGUN, b"1\r\n:\r\n", 0.01), interrupted(attempts=1), TOTAL_TIMEOUT),
    "byte by byte": fault(drip(_ALL), Succeeds()),
    "lines that end with CR": fault(respond_stream(_BODY.replace(b"\n", b"\r")), Succeeds()),
    "lines that end with CR LF": fault(respond_stream(_BODY.replace(b"\n", b"\r\n")), Succeeds()),
    "a BOM": fault(respond_stream(b"\xef\xbb\xbf" + _BODY), Succeeds()),
    "comments and unknown events": fault(
        respond_stream(b": hi\n\nevent: ping\ndata: oops\n\nretry: 9999999\nnew: 1\n\n", _BODY),
        Succeeds(),
    ),
    "a split character": fault(
        respond_stream(*(_BODY[i : i + 1] for i in range(len(_BODY)))), Succeeds()
    ),
    "a stream of known length": fault(
        raw(_KIND + b"content-length: %d\r\n\r\n" % len(_BODY) + _BODY, keep=True), Succeeds()
    ),
    "a stream that ends with the connection": fault(raw(_KIND + b"\r\n" + _BODY), Succeeds()),
    "a stream in gzip": fault(
        raw(_KIND + b"content-encoding: gzip\r\n\r\n" + gzip.compress(_BODY)), Succeeds()
    ),
    "a stream labelled gzip": fault(
        raw(_KIND + b"content-encoding: gzip\r\n\r\n" + _BODY),
        Fails((julep.InvalidResponseError, julep.NetworkError), None),
    ),
    "broken chunks": fault(raw(_BEGUN + b"zz\r\n" + EVENTS[1]), interrupted()),
    "no stream but JSON": fault(respond_json(REPLY), unreadable("text/event-stream")),
    "no stream but HTML": fault(
        respond(200, b"<h1>Hello</h1>", {"content-type": "text/html"}), unreadable("text/html")
    ),
    "no stream and no type": fault(respond(200, _BODY), unreadable("text/event-stream")),
    "no stream but 204": fault(respond(204), Fails(julep.InvalidResponseError, 1, status=204)),
    "a refused stream": fault(
        respond_error(422), Fails(julep.UnprocessableEntityError, 1, status=422)
    ),
    "a busy server": fault(respond_error(503), Fails(julep.ServerError, 2, status=503)),
    "no HTTP": fault(raw(b"data: hello\n\n"), Fails(julep.NetworkError, 2)),
    "lost before the head": fault(reset_after(), Fails(julep.NetworkError, 2)),
    "lost within the head": fault(raw(STREAM_HEAD[:30]), Fails(julep.NetworkError, 2)),
}

FAULTS: dict[str, Fault] = {**_at_every_place(), **RESUMED, **READ}
