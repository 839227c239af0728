"""One request and its response over one connection, as steps for a sync or an async transport.

`exchange` is a generator. It yields bytes to send, or None to receive some; the transport does the
I/O, and sends the received bytes into the generator.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Final, TypeAlias

from julep._http import content_encoding
from julep._http.content_encoding import BodyCollector, ContentDecodingError
from julep._http.http1 import (
    ParsedEvent,
    ProtocolFailure,
    ResponseEnd,
    ResponseHead,
    ResponseParser,
    request_bytes,
)
from julep._http.messages import Response, StreamingResponse, UnreadableResponse
from julep.errors import NetworkError, RequestTimeoutError

if TYPE_CHECKING:
    from julep._http.body_decoder import BodyDecoder
    from julep._http.messages import Request

RECEIVE_BYTES: Final = 64 * 1024
"""The maximum number of bytes to receive from a socket at a time."""

SEND_BYTES: Final = 256 * 1024
"""The maximum number of bytes to send at a time; `Timeout.write` limits each such part."""

FINISH_SECONDS: Final = 1.0
"""How long to wait for the end of a stream after its last event, to reuse its connection."""

ExchangeResult: TypeAlias = "Response | StreamingResponse[None] | UnreadableResponse"
"""The result of an exchange; the body of a stream is not read yet."""

Steps: TypeAlias = Generator["bytes | None", bytes, ExchangeResult]
"""Yields bytes to send, or None to receive; received bytes are sent in, failures thrown in."""


class ResponseReader:
    """Reads a response as it comes in: its head, and the pieces of its body, decoded.

    Attributes:
        reusable: Whether the connection can carry another request; never before the body's end.
    """

    def __init__(self, request: Request) -> None:
        self.reusable = False
        self._request = request
        self._parser = parser_for(request.method)
        self._events: deque[ParsedEvent] = deque()
        self._decoder: BodyDecoder | None = None

    def receive(self, data: bytes) -> None:
        """Take the next bytes; empty when the server closed the connection."""
        self._events.extend(self._parser.receive(data))

    def head(self) -> ResponseHead | None:
        """Return the head; None when more must be received first.

        Raises:
            NetworkError: When the response is not HTTP/1.1, or was cut off.
        """
        if not self._events:
            return None
        head = self._events.popleft()
        if isinstance(head, ResponseHead):
            return head
        raise self._error(head)

    def decode(self, head: ResponseHead) -> None:
        """Decode the body from now on by the encoding that the head declares.

        Raises:
            ContentDecodingError: When it is an encoding that was not accepted.
        """
        encoding = head.headers.get("content-encoding")
        if encoding:
            from julep._http.body_decoder import decoder_for

            self._decoder = decoder_for(encoding)

    def next(self) -> bytes | None:
        """Return the body's next piece, empty at its end; None when more must be received first.

        Everything that was received at once is one piece: each piece has a cost for its reader.

        Raises:
            NetworkError: When the rest is lost.
            ContentDecodingError: When the body is not in the encoding that it declares.
        """
        decoder = self._decoder
        while True:
            if decoder is not None and (piece := decoder.read()):
                return piece
            if not self._events:
                return None
            event = self._events.popleft()
            if isinstance(event, bytes):
                piece = self._joined(event)
                if decoder is not None:
                    decoder.feed(piece)
                elif piece:
                    return piece
            elif isinstance(event, ResponseEnd):
                if decoder is not None:
                    decoder.finish()
                self.reusable = event.reusable
                self._events.append(event)  # a further read finds the end again
                return b""
            else:
                raise self._error(event)

    def _joined(self, piece: bytes) -> bytes:
        events, pieces = self._events, [piece]
        while events and isinstance(following := events[0], bytes):
            pieces.append(following)
            events.popleft()
        return b"".join(pieces) if len(pieces) > 1 else piece

    def _error(self, event: ParsedEvent) -> NetworkError:
        problem = "the server sent no response"
        if isinstance(event, ProtocolFailure):
            problem = event.problem
        return NetworkError(f"{self._request.summary}: {problem}")


def exchange(request: Request, reader: ResponseReader) -> Steps:
    """Send a request and read its response.

    Raises:
        NetworkError: When no complete response arrives.
        InvalidArgumentError: When the request cannot be written as HTTP.
    """
    unsent: NetworkError | None = None
    try:
        yield from request_bytes(request)
    except RequestTimeoutError:
        raise
    except NetworkError as error:
        # A server may respond and close before it has read everything.
        unsent = error
    try:
        while (head := reader.head()) is None:
            reader.receive((yield None))
    except NetworkError as error:
        raise unsent or error from None
    try:
        reader.decode(head)
        if request.accepts_stream(head.status, head.headers):
            return StreamingResponse(head.status, head.headers, None)
        body = yield from _read_body(reader)
    except ContentDecodingError as error:
        reader.reusable = False
        return UnreadableResponse(head.status, head.headers, str(error))
    reader.reusable = reader.reusable and unsent is None
    return Response(head.status, head.headers, body)


def _read_body(reader: ResponseReader) -> Generator[None, bytes, bytes]:
    """Read a body whole.

    Raises:
        ContentDecodingError: When it is too long, or not in the encoding that it declares.
    """
    collector: BodyCollector | None = None
    whole = b""
    while (piece := reader.next()) != b"":
        if piece is None:
            reader.receive((yield None))
        elif collector is not None:
            collector.add(piece)
        elif not whole and len(piece) <= content_encoding.MAX_BODY_BYTES:
            whole = piece  # most bodies come in one piece
        else:
            collector = BodyCollector(whole, piece)
    return whole if collector is None else collector.body()


parser_class: Callable[[bool], ResponseParser] | None = None
"""The parser of this process; None before the first request."""


def parser_for(method: str) -> ResponseParser:
    """Build a parser for the response to a request with this method."""
    return load_parser()(method == "HEAD")


def load_parser() -> Callable[[bool], ResponseParser]:
    """Import the parser, unless that was done; a request's time is too short for it."""
    global parser_class  # noqa: PLW0603  # selected once, before the first request is sent
    if parser_class is None:
        parser_class = select_parser()
    return parser_class


def select_parser() -> Callable[[bool], ResponseParser]:
    """Return the fastest parser that is installed: httptools', or else h11's."""
    try:
        from julep._http.httptools_parser import HttptoolsParser
    except ImportError:
        from julep._http.h11_parser import H11Parser

        return H11Parser
    return HttptoolsParser
