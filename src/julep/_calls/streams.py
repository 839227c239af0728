"""The streams of chats, sync and async, as mirror images.

`StreamReader` makes all decisions about a stream: what an event means, when the stream is over,
what the final response is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from julep._calls.open_stream import ClosedStream, OpenStream
from julep._calls.stream_events import AsyncStreamIterator, StreamEvent, StreamIterator
from julep._calls.stream_reader import StreamReader
from julep._lazy import resolvable
from julep.errors import JulepError, NetworkError, StreamClosedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from julep._calls.attempts import AttemptTracker
    from julep._http.messages import Response, StreamingResponse
    from julep._http.protocols import AsyncResponseBody, ResponseBody
    from julep._instrumentation.record import CallRecord
    from julep_api.client import EventCall
    from julep_api.models import ChatResponse, ChatResponseChunk

_ADVICE: Final = "use it by 'with', or call its close()"
_ASYNC_ADVICE: Final = "use it by 'async with', or call its aclose()"

# What opens a stream, and what opens it again after an event that was the last one.
Opened: TypeAlias = "StreamingResponse[ResponseBody]"
AsyncOpened: TypeAlias = "StreamingResponse[AsyncResponseBody]"
Open: TypeAlias = "Callable[[], tuple[AttemptTracker, Opened]]"
AsyncOpen: TypeAlias = "Callable[[], Awaitable[tuple[AttemptTracker, AsyncOpened]]]"
Failure: TypeAlias = "NetworkError | Response"
Resume: TypeAlias = "Callable[[AttemptTracker, str, Failure, float | None], Opened]"
AsyncResume: TypeAlias = (
    "Callable[[AttemptTracker, str, Failure, float | None], Awaitable[AsyncOpened]]"
)


class BaseChatStream:
    """What the sync and the async stream share: all but reading."""

    def __init__(self, call: EventCall[ChatResponseChunk]) -> None:
        self._call = call
        self._reader: StreamReader | None = None
        self._is_closed = False
        self._tracker: AttemptTracker

    @property
    def status_code(self) -> int:
        """The response's HTTP status.

        Example:
            >>> with client.sessions.stream(session.id, messages) as stream:
            ...     stream.status_code
            200
        """
        return self._record().status

    @property
    def headers(self) -> Mapping[str, str]:
        """The response's headers; their names are lower case.

        Example:
            >>> with client.sessions.stream(session.id, messages) as stream:
            ...     stream.headers["content-type"]
            'text/event-stream; charset=utf-8'
        """
        return self._record().headers

    @property
    def request_id(self) -> str | None:
        """The server's id of the request, to look it up in the server's logs.

        Example:
            >>> with client.sessions.stream(session.id, messages) as stream:
            ...     isinstance(stream.request_id, str)
            True
        """
        return self._record().request_id

    @property
    def snapshot(self) -> ChatResponse:
        """The response so far: at any time, also after an error.

        Example:
            >>> with client.sessions.stream(session.id, messages) as stream:
            ...     beginning = next(stream.text_stream)
            ...     stream.snapshot.text
            'Hello!'
        """
        return self._opened().snapshot()

    def _texts_of(self, chunk: ChatResponseChunk | None) -> tuple[str, ...]:
        text = "" if chunk is None else self._opened().text_of(chunk)
        return (text,) if text else ()

    def _events_of(self, chunk: ChatResponseChunk | None) -> list[StreamEvent]:
        return self._opened().events_of(chunk)

    def _record(self) -> CallRecord:
        self._opened()
        return self._tracker.call

    def _opened(self) -> StreamReader:
        if self._reader is None:
            raise self._not_open_error()
        return self._reader

    def _check_readable(self) -> None:
        if self._reader is not None and self._reader.over:
            raise self._reader.closed_error()
        if self._is_closed:
            raise self._not_open_error()

    def _not_open_error(self) -> StreamClosedError:
        how = (
            "was closed before it was opened" if self._is_closed else "is not open: enter it first"
        )
        return StreamClosedError(f"{self._call.method} {self._call.path}: the stream {how}")


class ChatStream(BaseChatStream):
    """The chunks of an answer, as they come.

    An iterator of `ChatResponseChunk`, and a context manager: entering it sends the request,
    leaving it before the end closes the connection. A stream that is lost is resumed behind its
    last chunk.

    Attributes:
        snapshot: The response so far.
        status_code: The response's HTTP status.
        headers: The response's headers; their names are lower case.
        request_id: The server's id of the request, to look it up in the server's logs.

    Raises:
        ApiError: While reading, when the server reports that it failed; the error's `partial` is
            the answer as far as it had arrived.
        StreamInterruptedError: While reading, when the connection is lost, or the server is silent
            for longer than the client's timeout, and the stream cannot be resumed; the error has
            a `partial` too.
        StreamClosedError: When it is read again after its end, or after it was closed.

    Example:
        >>> with client.sessions.stream(session.id, messages) as stream:
        ...     for text in stream.text_stream:
        ...         print(text, end="")
        Hello! How can I help?
        >>> stream.get_final_response().usage.total_tokens
        23
    """

    __module__ = "julep.streams"

    def __init__(self, call: EventCall[ChatResponseChunk], open: Open, resume: Resume) -> None:
        super().__init__(call)
        self._open_stream = open
        self._resume = resume
        self._source: ClosedStream[ResponseBody]

    def __iter__(self) -> ChatStream:
        self._check_readable()
        return self

    def __next__(self) -> ChatResponseChunk:
        reader = self._reader or self._begin()
        if reader.is_busy:
            raise reader.busy_error()
        try:
            reader.is_busy = True
            while (chunk := next(reader.chunks, None)) is None and not reader.over:
                self._read(reader)
            if chunk is None and reader.complete:
                self._source.close()
                self._source.body.finish()
                self._tracker.end()
        except BaseException as error:
            self._tracker.end(error)
            self.close()
            raise
        finally:
            reader.is_busy = False
        if chunk is None:
            if not reader.complete:
                raise reader.closed_error()
            raise StopIteration
        return chunk

    @property
    def text_stream(self) -> Iterator[str]:
        """An iterator of the pieces of the answer's text.

        Example:
            >>> with client.sessions.stream(session.id, messages) as stream:
            ...     print([text for text in stream.text_stream])
            ['Hello!', ' How', ' can', ' I', ' help?']
        """
        return StreamIterator(self, self._texts_of)

    def events(self) -> Iterator[StreamEvent]:
        """Iterate over what the model does, as values of small types.

        Returns:
            An iterator of `TextDelta`, `ToolCallBegun` and `ToolCallArguments`, and at the end
            `AnswerFinished`.

        Example:
            >>> from julep.streams import AnswerFinished, TextDelta
            >>> with client.sessions.stream(session.id, messages) as stream:
            ...     for event in stream.events():
            ...         match event:
            ...             case TextDelta(text):
            ...                 print(text, end="")
            ...             case AnswerFinished(response):
            ...                 print("", response.usage.total_tokens)
            Hello! How can I help? 23
        """
        return StreamIterator(self, self._events_of)

    def get_final_response(self) -> ChatResponse:
        """Read the rest of the stream, and return the whole response, as `chat` does.

        Returns:
            The response. The ids and times of its messages are None: a stream has none.

        Raises:
            ApiError: When the server reports that it failed.
            StreamInterruptedError: When the stream is lost, or was closed, before its end.

        Example:
            >>> with client.sessions.stream(session.id, messages) as stream:
            ...     print(stream.get_final_response().text)
            Hello! How can I help?
        """
        reader = self._reader or self._begin()
        while not reader.over:
            next(self, None)
        return reader.final_response()

    def open(self) -> None:
        """Send the request and wait for its response, as entering the stream does.

        Example:
            >>> stream = client.sessions.stream(session.id, messages)
            >>> stream.open()
            >>> stream.status_code
            200
            >>> stream.close()
        """
        if self._reader is None:
            self._begin()

    def _begin(self) -> StreamReader:
        self._check_readable()
        self._tracker, opened = self._open_stream()
        self._source = OpenStream(opened.body, self._call.path, _ADVICE)
        self._reader = StreamReader(self._call, self._tracker)
        return self._reader

    def _read(self, reader: StreamReader) -> None:
        """Read the next bytes; resume the stream when it is lost."""
        failure: Failure | None
        try:
            failure = reader.feed(next(self._source.body, None))
        except NetworkError as lost:
            failure = lost
        if failure is not None:
            self._source.body.close()
            reader.check_resumable(failure)
            try:
                opened = self._resume(
                    self._tracker, reader.last_id, failure, reader.requested_delay
                )
            except JulepError as error:
                raise reader.not_resumed(failure, error) from None
            self._source.body = opened.body
            reader.resume()

    def close(self) -> None:
        """Stop reading, and close the connection if there was more to come.

        Example:
            >>> stream = client.sessions.stream(session.id, messages)
            >>> beginning = next(stream.text_stream)
            >>> stream.close()
            >>> beginning
            'Hello!'
        """
        self._is_closed = True
        if self._reader is not None:
            self._reader.stop()
            self._source.close()
            self._tracker.end()
            self._source.body.close()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class AsyncChatStream(BaseChatStream):
    """The chunks of an answer, as they come.

    An async iterator of `ChatResponseChunk`, and an async context manager: entering it sends the
    request, leaving it before the end closes the connection. A stream that is lost is resumed
    behind its last chunk.

    Attributes:
        snapshot: The response so far.
        status_code: The response's HTTP status.
        headers: The response's headers; their names are lower case.
        request_id: The server's id of the request, to look it up in the server's logs.

    Raises:
        ApiError: While reading, when the server reports that it failed; the error's `partial` is
            the answer as far as it had arrived.
        StreamInterruptedError: While reading, when the connection is lost, or the server is silent
            for longer than the client's timeout, and the stream cannot be resumed; the error has
            a `partial` too.
        StreamClosedError: When it is read again after its end, or after it was closed.

    Example:
        >>> async with client.sessions.stream(session.id, messages) as stream:
        ...     async for text in stream.text_stream:
        ...         print(text, end="")
        Hello! How can I help?
        >>> (await stream.get_final_response()).usage.total_tokens
        23
    """

    __module__ = "julep.streams"

    def __init__(
        self, call: EventCall[ChatResponseChunk], open: AsyncOpen, resume: AsyncResume
    ) -> None:
        super().__init__(call)
        self._open_stream = open
        self._resume = resume
        self._source: ClosedStream[AsyncResponseBody]

    def __aiter__(self) -> AsyncChatStream:
        self._check_readable()
        return self

    async def __anext__(self) -> ChatResponseChunk:
        reader = self._reader or await self._begin()
        if reader.is_busy:
            raise reader.busy_error()
        try:
            reader.is_busy = True
            while (chunk := next(reader.chunks, None)) is None and not reader.over:
                await self._read(reader)
            if chunk is None and reader.complete:
                self._source.close()
                await self._source.body.finish()
                self._tracker.end()
        except BaseException as error:
            self._tracker.end(error)
            await self.aclose()
            raise
        finally:
            reader.is_busy = False
        if chunk is None:
            if not reader.complete:
                raise reader.closed_error()
            raise StopAsyncIteration
        return chunk

    @property
    def text_stream(self) -> AsyncIterator[str]:
        """An async iterator of the pieces of the answer's text.

        Example:
            >>> async with client.sessions.stream(session.id, messages) as stream:
            ...     print([text async for text in stream.text_stream])
            ['Hello!', ' How', ' can', ' I', ' help?']
        """
        return AsyncStreamIterator(self, self._texts_of)

    def events(self) -> AsyncIterator[StreamEvent]:
        """Iterate over what the model does, as values of small types.

        Returns:
            An async iterator of `TextDelta`, `ToolCallBegun` and `ToolCallArguments`, and at the
            end `AnswerFinished`.

        Example:
            >>> from julep.streams import AnswerFinished, TextDelta
            >>> async with client.sessions.stream(session.id, messages) as stream:
            ...     async for event in stream.events():
            ...         match event:
            ...             case TextDelta(text):
            ...                 print(text, end="")
            ...             case AnswerFinished(response):
            ...                 print("", response.usage.total_tokens)
            Hello! How can I help? 23
        """
        return AsyncStreamIterator(self, self._events_of)

    async def get_final_response(self) -> ChatResponse:
        """Read the rest of the stream, and return the whole response, as `chat` does.

        Returns:
            The response. The ids and times of its messages are None: a stream has none.

        Raises:
            ApiError: When the server reports that it failed.
            StreamInterruptedError: When the stream is lost, or was closed, before its end.

        Example:
            >>> async with client.sessions.stream(session.id, messages) as stream:
            ...     print((await stream.get_final_response()).text)
            Hello! How can I help?
        """
        reader = self._reader or await self._begin()
        while not reader.over:
            await anext(self, None)
        return reader.final_response()

    async def open(self) -> None:
        """Send the request and wait for its response, as entering the stream does.

        Example:
            >>> stream = client.sessions.stream(session.id, messages)
            >>> await stream.open()
            >>> stream.status_code
            200
            >>> await stream.aclose()
        """
        if self._reader is None:
            await self._begin()

    async def _begin(self) -> StreamReader:
        self._check_readable()
        self._tracker, opened = await self._open_stream()
        self._source = OpenStream(opened.body, self._call.path, _ASYNC_ADVICE)
        self._reader = StreamReader(self._call, self._tracker)
        return self._reader

    async def _read(self, reader: StreamReader) -> None:
        """Read the next bytes; resume the stream when it is lost."""
        failure: Failure | None
        try:
            failure = reader.feed(await anext(self._source.body, None))
        except NetworkError as lost:
            failure = lost
        if failure is not None:
            await self._source.body.aclose()
            reader.check_resumable(failure)
            try:
                opened = await self._resume(
                    self._tracker, reader.last_id, failure, reader.requested_delay
                )
            except JulepError as error:
                raise reader.not_resumed(failure, error) from None
            self._source.body = opened.body
            reader.resume()

    async def aclose(self) -> None:
        """Stop reading, and close the connection if there was more to come.

        Example:
            >>> stream = client.sessions.stream(session.id, messages)
            >>> beginning = await anext(stream.text_stream)
            >>> await stream.aclose()
            >>> beginning
            'Hello!'
        """
        self._is_closed = True
        if self._reader is not None:
            self._reader.stop()
            self._source.close()
            self._tracker.end()
            await self._source.body.aclose()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()


resolvable(__name__, shown_in="julep.streams")
