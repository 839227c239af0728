"""Connections that are lost, or fall silent, at every place of an answer."""

from __future__ import annotations

import julep
from tests.sdk.faults.helpers.fault import (
    ALL,
    CHAT,
    LONG_CHAT,
    Fails,
    Fault,
    Gives,
    lost,
    silent,
)
from tests.sdk.faults.helpers.steps import (
    BODY,
    HEAD,
    OTHER_BODY,
    WHOLE,
    answer_and_do,
    chunked,
    deaf,
    drip,
    endless,
    half_close_after,
    read_a_little,
    sized,
)
from tests.sdk.transport.helpers.scripted_server import raw, refusal, reset_after, stall_after

CHUNKED = chunked(BODY[:9], BODY[9:])
HALF = len(WHOLE) - len(BODY) // 2

PLACES = {
    "before the head": b"",
    "within the status line": WHOLE[:9],
    "within the headers": WHOLE[:30],
    "before the head's last line": sized(BODY)[: -len(BODY) - 2],
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
        faults[f"reset {place}"] = lost(reset_after(sent))
        faults[f"closed {place}"] = lost(raw(sent))
        faults[f"half closed {place}"] = lost(half_close_after(sent))
        faults |= silent(f"silent {place}", stall_after(sent))
    return faults


_LATE = HEAD + b"content-length: 5000\r\n\r\n"
_TIMED_OUT = Fails(julep.RequestTimeoutError, 1, phase="total")
_ANSWERED_EARLY = b"HTTP/1.1 413 Too Large\r\ncontent-length: 8\r\n\r\nToo long"

FAULTS: dict[str, Fault] = {
    **_at_every_place(),
    "closed before the request": lost(raw(b""), greets=True),
    "reset before the request": lost(reset_after(), greets=True),
    "reset within the request": lost(read_a_little(reset_after()), greets=True),
    "closed within the request": lost(read_a_little(raw(b"")), greets=True),
    "reset within a long request": lost(read_a_little(reset_after()), greets=True, ask=LONG_CHAT),
    **silent("picked up and never read", stall_after(), greets=True),
    **silent("a long request that is not taken", deaf(), "write", greets=True, ask=LONG_CHAT),
    "a chat's answer that is lost": lost(reset_after(), ask=CHAT),
    "an answer byte by byte": Fault(drip(WHOLE), Gives()),
    "chunks byte by byte": Fault(
        drip(chunked(*(BODY[i : i + 1] for i in range(len(BODY))))), Gives()
    ),
    "a head that drips": Fault(drip(WHOLE, 0.04), _TIMED_OUT, limits=ALL),
    "a body that drips": Fault(endless(_LATE, b" ", 0.02), _TIMED_OUT, limits=ALL),
    "chunks that drip": Fault(
        endless(CHUNKED[: CHUNKED.index(b"\r\n\r\n") + 4], b"1\r\n \r\n", 0.02),
        _TIMED_OUT,
        limits=ALL,
    ),
    "a drip that is quick enough at each step": Fault(
        drip(WHOLE, 0.001), Gives(), limits=julep.Timeout(read=5)
    ),
    "closed after the answer": Fault(raw(WHOLE), Gives()),
    "closed a little after the answer": Fault(answer_and_do(WHOLE, raw(b"")), Gives(), ends=True),
    "half closed after the answer": Fault(half_close_after(WHOLE), Gives()),
    "reset after the answer": Fault(answer_and_do(WHOLE, reset_after()), Gives(), ends=True),
    "connection: close": Fault(raw(sized(BODY, b"connection: close")), Gives()),
    "connection: close that stays open": Fault(
        stall_after(sized(BODY, b"connection: close")), Gives()
    ),
    "keep-alive that is a lie": Fault(
        raw(sized(BODY, b"connection: keep-alive", b"keep-alive: timeout=60")), Gives()
    ),
    "two answers to one request": Fault(raw(WHOLE + sized(OTHER_BODY), keep=True), Gives()),
    "a second answer a little later": Fault(
        answer_and_do(WHOLE, raw(sized(OTHER_BODY), keep=True)), Gives(), ends=True
    ),
    "an unasked 408 on an idle connection": Fault(
        answer_and_do(WHOLE, raw(b"HTTP/1.1 408 Too Slow\r\nconnection: close\r\n\r\n")),
        Gives(),
        ends=True,
    ),
    "an answer before the request was read": Fault(
        read_a_little(half_close_after(_ANSWERED_EARLY)),
        Fails(julep.ApiError, 1, status=413, says="Too long"),
        greets=True,
        ask=LONG_CHAT,
    ),
    "an answer before the request was read, and closed": Fault(
        read_a_little(raw(_ANSWERED_EARLY)),
        # Whether the answer outlives the reset that follows it is up to the network.
        Fails((julep.ApiError, julep.NetworkError), None),
        greets=True,
        ask=LONG_CHAT,
    ),
    "an error before the connection closes": Fault(
        read_a_little(half_close_after(b"HTTP/1.1 400 Bad\r\n\r\nNo HTTP")),
        Fails(julep.BadRequestError, 1, status=400, says="No HTTP"),
        greets=True,
    ),
    "an error that is kept alive": Fault(refusal(404), Fails(julep.NotFoundError, 1, status=404)),
}
