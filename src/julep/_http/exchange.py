"""One request and its answer over one connection, as steps that either colour does.

A generator says what is to be sent, or that something is to be received; whoever drives it does
that, blocking or awaiting, and tells it what came.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from time import monotonic
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from julep._http.content_encoding import (
    MAX_BODY_BYTES,
    BodyDecoder,
    ContentDecodingError,
    decoder_for,
)
from julep._http.http1 import (
    ParsedEvent,
    ProtocolFailure,
    ResponseEnd,
    ResponseHead,
    parser_for,
    request_bytes,
)
from julep._http.messages import Response, StreamingResponse, UnreadableResponse
from julep._http.timeout import Deadline, nearest_deadline
from julep.errors import NetworkError, RequestTimeoutError

if TYPE_CHECKING:
    from julep._http.messages import Request

RECEIVE_BYTES: Final = 64 * 1024
"""Bytes that are asked of a socket at a time."""

SEND_BYTES: Final = 256 * 1024
"""Bytes that are given to a socket at a time; the limit of writing is for each such piece."""

FINISH_SECONDS: Final = 1.0
"""Seconds that a stream which has said all is waited for, to use its connection again."""

# A body that comes byte by byte would take forty times its length as a list of bytes, and a buffer
# that grows is moved again and again.
_MAX_PIECES: Final = 1024

Phase: TypeAlias = Literal["connect", "read", "write", "pool"]

_MISSING: Final = {
    "connect": "no connection",
    "pool": "no free connection",
    "read": "no answer",
    "write": "no answer",
}

Steps: TypeAlias = Generator[
    "bytes | None", bytes, "Response | StreamingResponse[None] | UnreadableResponse"
]
"""Bytes to be sent, or None to receive; the reply is what was received. A failure is thrown in."""


class Deadlines:
    """What bounds the steps of one request: each has its own limit, and the call has one."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self._phase: Phase = "pool"
        self._limit: Deadline | None = None

    def begin(self, phase: Phase) -> Deadline | None:
        """Begin a step, and give its limit."""
        timeout = self.request.timeout
        self._phase = phase
        self._limit = nearest_deadline(
            getattr(timeout, phase), timeout.total, self.request.deadline
        )
        return self._limit

    def shorten(self, seconds: float) -> None:
        """Bound all further steps by so many seconds from now."""
        deadline = monotonic() + seconds
        if self.request.deadline is not None:
            deadline = min(deadline, self.request.deadline)
        self.request = self.request._replace(deadline=deadline)

    def left(self, share: int = 1) -> float | None:
        """Give the seconds that are left for the step, or a share of them; None for no limit.

        Raises:
            RequestTimeoutError: When none are.
        """
        if self._limit is None:
            return None
        seconds = self._limit.deadline - monotonic()
        if seconds <= 0:
            raise self.timeout_error()
        return seconds / share

    def timeout_error(self) -> RequestTimeoutError:
        """Say that the step took too long."""
        phase, limit = self._phase, self._limit
        seconds = limit.seconds if limit else 0.0
        return RequestTimeoutError(
            f"{self.request.summary}: {_MISSING[phase]} within {seconds:g} s ({phase} timed out)",
            phase="total" if limit and limit.whole_call else phase,
        )


class ResponseReader:
    """An answer as it comes in: its head, and the pieces of its body, decoded."""

    def __init__(self, request: Request) -> None:
        self.reusable = False
        """Whether the connection can carry another request: never before the body has ended."""
        self._request = request
        self._reader = parser_for(request.method)
        self._events: deque[ParsedEvent] = deque()
        self._decoder: BodyDecoder | None = None

    def receive(self, data: bytes) -> None:
        """Take the next bytes; none means that the server closed the connection."""
        self._events.extend(self._reader.receive(data))

    def head(self) -> ResponseHead | None:
        """Give the head; None when more has to be received first.

        Raises:
            NetworkError: When there is none.
        """
        if not self._events:
            return None
        head = self._events.popleft()
        if isinstance(head, ResponseHead):
            return head
        raise self._lost(head)

    def decode(self, head: ResponseHead) -> None:
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
            elif isinstance(event, ResponseEnd):
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

    def _lost(self, event: ParsedEvent) -> NetworkError:
        problem = (
            event.problem if isinstance(event, ProtocolFailure) else "the server sent no answer"
        )
        return NetworkError(f"{self._request.summary}: {problem}")


def exchange(request: Request, incoming: ResponseReader) -> Steps:
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
        if request.accepts_stream(head.status, head.headers):
            return StreamingResponse(head.status, head.headers, None)
        body = yield from _body(incoming)
    except ContentDecodingError as error:
        return UnreadableResponse(head.status, head.headers, str(error))
    incoming.reusable = incoming.reusable and unsent is None
    return Response(head.status, head.headers, body)


def _body(incoming: ResponseReader) -> Generator[None, bytes, bytes]:
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
        if size > MAX_BODY_BYTES:
            incoming.reusable = False
            raise ContentDecodingError(f"its body is longer than {MAX_BODY_BYTES} bytes")
        if len(pieces) == _MAX_PIECES:
            whole.append(b"".join(pieces))
            pieces.clear()
    return b"".join(whole + pieces)
