"""Connections that are lost or fall silent at every position of a response."""

from __future__ import annotations

import julep
from tests.sdk.faults.helpers.fault import (
    CHAT,
    LONG_CHAT,
    TOTAL_TIMEOUT,
    Fails,
    Fault,
    Succeeds,
    network_error,
    timeouts,
)
from tests.sdk.faults.helpers.steps import (
    BODY,
    HEAD,
    OTHER_BODY,
    WHOLE,
    chunked,
    drip,
    endless,
    half_close_after,
    pause_reading,
    read_some_then,
    respond_then,
    with_length,
)
from tests.sdk.transport.helpers.scripted_server import raw, reset_after, respond_error, stall_after

CHUNKED = chunked(BODY[:9], BODY[9:])
HALF = len(WHOLE) - len(BODY) // 2

PLACES = {
    "before the head": b"",
    "within the status line": WHOLE[:9],
    "within the headers": WHOLE[:30],
    "before the head's last line": with_length(BODY)[: -len(BODY) - 2],
    "after the head": WHOLE[: -len(BODY)],
    "within the body": WHOLE[:HALF],
    "before the body's last byte": WHOLE[:-1],
    "within a chunk's size": CHUNKED[: CHUNKED.index(b"\r\n\r\n") + 5],
    "within a chunk": CHUNKED[: CHUNKED.index(BODY[:9]) + 4],
    "between chunks": CHUNKED[: CHUNKED.index(BODY[:9]) + 11],
    "before the last chunk": CHUNKED[:-5],
    "within the last chunk": CHUNKED[:-2],
}


def _at_every_place() -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    for place, sent in PLACES.items():
        faults[f"reset {place}"] = network_error(reset_after(sent))
        faults[f"closed {place}"] = network_error(raw(sent))
        faults[f"half closed {place}"] = network_error(half_close_after(sent))
        faults |= timeouts(f"silent {place}", stall_after(sent))
    return faults


_LATE = HEAD + b"content-length: 5000\r\n\r\n"
_TIMED_OUT = Fails(julep.RequestTimeoutError, 1, phase="total")
_ANSWERED_EARLY = b"HTTP/1.1 413 Too Large\r\ncontent-length: 8\r\n\r\nToo long"

FAULTS: dict[str, Fault] = {
    **_at_every_place(),
    "closed before the request": network_error(raw(b""), before_request=True),
    "reset before the request": network_error(reset_after(), before_request=True),
    "reset within the request": network_error(read_some_then(reset_after()), before_request=True),
    "closed within the request": network_error(read_some_then(raw(b"")), before_request=True),
    "reset within a long request": network_error(
        read_some_then(reset_after()), before_request=True, call=LONG_CHAT
    ),
    **timeouts("accepted and never read", stall_after(), before_request=True),
    **timeouts(
        "a long request that is not read",
        pause_reading(),
        "write",
        before_request=True,
        call=LONG_CHAT,
    ),
    "a chat's response that is lost": network_error(reset_after(), call=CHAT),
    "a response byte by byte": Fault(drip(WHOLE), Succeeds()),
    "chunks byte by byte": Fault(
        drip(chunked(*(BODY[i : i + 1] for i in range(len(BODY))))), Succeeds()
    ),
    "headers that drip": Fault(drip(WHOLE, 0.04), _TIMED_OUT, timeout=TOTAL_TIMEOUT),
    "a body that drips": Fault(endless(_LATE, b" ", 0.02), _TIMED_OUT, timeout=TOTAL_TIMEOUT),
    "chunks that drip": Fault(
        endless(CHUNKED[: CHUNKED.index(b"\r\n\r\n") + 4], b"1\r\n \r\n", 0.02),
        _TIMED_OUT,
        timeout=TOTAL_TIMEOUT,
    ),
    "a drip that is quick enough at each step": Fault(
        drip(WHOLE, 0.001), Succeeds(), timeout=julep.Timeout(read=5)
    ),
    "closed after the response": Fault(raw(WHOLE), Succeeds()),
    "closed a little after the response": Fault(
        respond_then(WHOLE, raw(b"")), Succeeds(), waits_for_step=True
    ),
    "half closed after the response": Fault(half_close_after(WHOLE), Succeeds()),
    "reset after the response": Fault(
        respond_then(WHOLE, reset_after()), Succeeds(), waits_for_step=True
    ),
    "connection: close": Fault(raw(with_length(BODY, b"connection: close")), Succeeds()),
    "connection: close that stays open": Fault(
        stall_after(with_length(BODY, b"connection: close")), Succeeds()
    ),
    "keep-alive and closed": Fault(
        raw(with_length(BODY, b"connection: keep-alive", b"keep-alive: timeout=60")), Succeeds()
    ),
    "two responses to one request": Fault(
        raw(WHOLE + with_length(OTHER_BODY), keep=True), Succeeds()
    ),
    "a second response a little later": Fault(
        respond_then(WHOLE, raw(with_length(OTHER_BODY), keep=True)),
        Succeeds(),
        waits_for_step=True,
    ),
    "an unrequested 408 on an idle connection": Fault(
        respond_then(WHOLE, raw(b"HTTP/1.1 408 Too Slow\r\nconnection: close\r\n\r\n")),
        Succeeds(),
        waits_for_step=True,
    ),
    "a response before the request was read": Fault(
        read_some_then(half_close_after(_ANSWERED_EARLY)),
        Fails(julep.ApiError, 1, status=413, message="Too long"),
        before_request=True,
        call=LONG_CHAT,
    ),
    "a response before the request was read, and closed": Fault(
        read_some_then(raw(_ANSWERED_EARLY)),
        # The reset that follows may overtake the response.
        Fails((julep.ApiError, julep.NetworkError), None),
        before_request=True,
        call=LONG_CHAT,
    ),
    "an error before the connection closes": Fault(
        read_some_then(half_close_after(b"HTTP/1.1 400 Bad\r\n\r\nNo HTTP")),
        Fails(julep.BadRequestError, 1, status=400, message="No HTTP"),
        before_request=True,
    ),
    "an error that is kept alive": Fault(
        respond_error(404), Fails(julep.NotFoundError, 1, status=404)
    ),
}
