"""One request and its answer over one connection, as steps that either colour does.

A generator says what is to be sent, or that something is to be received; whoever drives it does
that, blocking or awaiting, and tells it what came.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from time import monotonic
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from julep._http.content_encoding import LONGEST_ANSWER, ContentError, Decoder, decoder_for
from julep._http.http1 import Broken, End, Event, Head, reader_for, request_bytes
from julep._http.messages import Answer, Opened, Unfit
from julep._http.timeout import Limit, limit_of
from julep.errors import NetworkError, RequestTimeoutError

if TYPE_CHECKING:
    from julep._http.messages import Request

RECEIVED_AT_ONCE: Final = 64 * 1024
"""Bytes that are asked of a socket at a time."""

SENT_AT_ONCE: Final = 256 * 1024
"""Bytes that are given to a socket at a time; the limit of writing is for each such piece."""

FINISHES_WITHIN: Final = 1.0
"""Seconds that a stream which has said all is waited for, to use its connection again."""

# A body that comes byte by byte would take forty times its length as a list of bytes, and a buffer
# that grows is moved again and again.
_MOST_PIECES: Final = 1024

Phase: TypeAlias = Literal["connect", "read", "write", "pool"]

_UNTIL: Final = {
    "connect": "no connection",
    "pool": "no free connection",
    "read": "no answer",
    "write": "no answer",
}

Steps: TypeAlias = Generator["bytes | None", bytes, "Answer | Opened[None] | Unfit"]
"""Bytes to be sent, or None to receive; the reply is what was received. A failure is thrown in."""


class Limits:
    """What bounds the steps of one request: each has its own limit, and the call has one."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self._phase: Phase = "pool"
        self._limit: Limit | None = None

    def begin(self, phase: Phase) -> Limit | None:
        """Begin a step, and give its limit."""
        timeout = self.request.timeout
        self._phase = phase
        self._limit = limit_of(getattr(timeout, phase), timeout.total, self.request.until)
        return self._limit

    def end_within(self, seconds: float) -> None:
        """Bound all further steps by so many seconds from now."""
        until = monotonic() + seconds
        if self.request.until is not None:
            until = min(until, self.request.until)
        self.request = self.request._replace(until=until)

    def left(self, share: int = 1) -> float | None:
        """Give the seconds that are left for the step, or a share of them; None for no limit.

        Raises:
            RequestTimeoutError: When none are.
        """
        if self._limit is None:
            return None
        seconds = self._limit.until - monotonic()
        if seconds <= 0:
            raise self.ran_out()
        return seconds / share

    def ran_out(self) -> RequestTimeoutError:
        """Say that the step took too long."""
        phase, limit = self._phase, self._limit
        seconds = limit.seconds if limit else 0.0
        return RequestTimeoutError(
            f"{self.request.asked}: {_UNTIL[phase]} within {seconds:g} s ({phase} timed out)",
            phase="total" if limit and limit.whole_call else phase,
        )


class Incoming:
    """An answer as it comes in: its head, and the pieces of its body, decoded."""

    def __init__(self, request: Request) -> None:
        self.reusable = False
        """Whether the connection can carry another request: never before the body has ended."""
        self._request = request
        self._reader = reader_for(request.method)
        self._events: deque[Event] = deque()
        self._decoder: Decoder | None = None

    def receive(self, data: bytes) -> None:
        """Take the next bytes; none means that the server closed the connection."""
        self._events.extend(self._reader.receive(data))

    def head(self) -> Head | None:
        """Give the head; None when more has to be received first.

        Raises:
            NetworkError: When there is none.
        """
        if not self._events:
            return None
        head = self._events.popleft()
        if isinstance(head, Head):
            return head
        raise self._lost(head)

    def decode(self, head: Head) -> None:
        """Undo from now on the encoding that the head names.

        Raises:
            ContentError: When that is none that was asked for.
        """
        self._decoder = decoder_for(head.headers.get("content-encoding", ""))

    def next(self) -> bytes | None:
        """Give the next piece of the body, nothing at its end; None when more has to be received.

        What came at once is one piece, since each piece costs its reader something.

        Raises:
            NetworkError: When the rest is lost.
            ContentError: When the body is not of the encoding that it claims.
        """
        decoder = self._decoder
        while True:
            if decoder is not None and (piece := decoder.take()):
                return piece
            if not self._events:
                return None
            event = self._events.popleft()
            if isinstance(event, bytes):
                piece = self._joined(event)
                if decoder is not None:
                    decoder.give(piece)
                elif piece:
                    return piece
            elif isinstance(event, End):
                if decoder is not None:
                    decoder.end()
                self.reusable = event.reusable
                self._events.append(event)  # an end stays one
                return b""
            else:
                raise self._lost(event)

    def _joined(self, piece: bytes) -> bytes:
        events, pieces = self._events, [piece]
        while events and isinstance(following := events[0], bytes):
            pieces.append(following)
            events.popleft()
        return b"".join(pieces) if len(pieces) > 1 else piece

    def _lost(self, event: Event) -> NetworkError:
        problem = event.problem if isinstance(event, Broken) else "the server sent no answer"
        return NetworkError(f"{self._request.asked}: {problem}")


def exchange(request: Request, incoming: Incoming) -> Steps:
    """Send a request and read its answer.

    Raises:
        NetworkError: When no whole answer comes.
    """
    unsent: NetworkError | None = None
    try:
        yield from request_bytes(request)
    except RequestTimeoutError:
        raise
    except NetworkError as error:
        # A server may answer and close before it has read everything.
        unsent = error
    try:
        while (head := incoming.head()) is None:
            incoming.receive((yield None))
    except NetworkError as error:
        raise unsent or error from None
    try:
        incoming.decode(head)
        if request.opens(head.status, head.headers):
            return Opened(head.status, head.headers, None)
        body = yield from _body(incoming)
    except ContentError as error:
        return Unfit(head.status, head.headers, str(error))
    incoming.reusable = incoming.reusable and unsent is None
    return Answer(head.status, head.headers, body)


def _body(incoming: Incoming) -> Generator[None, bytes, bytes]:
    """Collect a body.

    Raises:
        ContentError: When it is too long, or not of the encoding that it claims.
    """
    whole: list[bytes] = []
    pieces: list[bytes] = []
    size = 0
    while (piece := incoming.next()) != b"":
        if piece is None:
            incoming.receive((yield None))
            continue
        pieces.append(piece)
        size += len(piece)
        if size > LONGEST_ANSWER:
            incoming.reusable = False
            raise ContentError(f"its body is longer than {LONGEST_ANSWER} bytes")
        if len(pieces) == _MOST_PIECES:
            whole.append(b"".join(pieces))
            pieces.clear()
    return b"".join(whole + pieces)
