"""The streams of chats, sync and async, as mirror images.

All that is decided about a stream is in `StreamReader`: what an event means, when the stream is
over, what the final response is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from julep._calls.stream_reader import StreamReader
from julep.errors import JulepError, NetworkError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from julep._calls.attempts import AttemptTracker
    from julep._http.messages import AsyncResponseBody, ResponseBody, StreamingResponse
    from julep_api.client import EventCall
    from julep_api.models import ChatResponse, ChatResponseChunk

    Resume = Callable[
        [AttemptTracker, str, NetworkError, float | None], StreamingResponse[ResponseBody]
    ]
    AsyncResume = Callable[
        [AttemptTracker, str, NetworkError, float | None],
        Awaitable[StreamingResponse[AsyncResponseBody]],
    ]


class ChatStream:
    """The chunks of an answer, as they come.

    An iterator of `ChatResponseChunk`, and a context manager: leaving it before the end closes the
    connection. A stream that is lost is resumed behind its last chunk.

    Raises:
        ApiError: While reading, when the server reports that it failed.
        StreamInterruptedError: While reading, when the connection is lost, or the server is silent
            for longer than the client's timeout, and the stream cannot be resumed; the error's
            `partial` is the answer as far as it had arrived.

    Example:
        >>> with client.sessions.chat(session.id, messages, stream=True) as stream:
        ...     for chunk in stream:
        ...         print(chunk.text, end="")
        >>> stream.get_final_response().usage.total_tokens
        42
    """

    __module__ = "julep.streams"

    def __init__(
        self,
        call: EventCall[ChatResponseChunk],
        tracker: AttemptTracker,
        opened: StreamingResponse[ResponseBody],
        resume: Resume,
    ) -> None:
        self._tracker = tracker
        self._body = opened.body
        self._resume = resume
        self._reader = StreamReader(call, tracker)

    def __iter__(self) -> ChatStream:
        return self

    def __next__(self) -> ChatResponseChunk:
        reader = self._reader
        try:
            while (chunk := next(reader.chunks, None)) is None and not reader.over:
                self._read()
            if chunk is None and reader.complete:
                self._body.finish()
                self._tracker.end()
        except BaseException as error:
            self._tracker.end(error)
            self.close()
            raise
        if chunk is None:
            raise StopIteration
        return chunk

    def get_final_response(self) -> ChatResponse:
        """Read the rest of the stream, and return the whole response, as `chat` does.

        Returns:
            The response. The ids and times of its messages are None: a stream has none.

        Raises:
            ApiError: When the server reports that it failed.
            StreamInterruptedError: When the stream is lost, or was closed, before its end.
        """
        for _ in self:
            pass
        return self._reader.final_response()

    def _read(self) -> None:
        """Read the next bytes; resume the stream when it is lost."""
        reader = self._reader
        try:
            reader.feed(next(self._body, None))
        except NetworkError as lost:
            self._body.close()
            if not reader.can_resume:
                raise reader.interrupted(lost) from None
            try:
                opened = self._resume(self._tracker, reader.last_id, lost, reader.requested_delay)
            except JulepError as error:
                raise reader.interrupted(lost, error) from None
            self._body = opened.body
            reader.resume()

    def close(self) -> None:
        """Stop reading, and close the connection if there was more to come."""
        self._reader.stop()
        self._tracker.end()
        self._body.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncChatStream:
    """The chunks of an answer, as they come.

    An async iterator of `ChatResponseChunk`, and an async context manager: leaving it before the
    end closes the connection. A stream that is lost is resumed behind its last chunk.

    Raises:
        ApiError: While reading, when the server reports that it failed.
        StreamInterruptedError: While reading, when the connection is lost, or the server is silent
            for longer than the client's timeout, and the stream cannot be resumed; the error's
            `partial` is the answer as far as it had arrived.

    Example:
        >>> async with await client.sessions.chat(session.id, messages, stream=True) as stream:
        ...     async for chunk in stream:
        ...         print(chunk.text, end="")
        >>> (await stream.get_final_response()).usage.total_tokens
        42
    """

    __module__ = "julep.streams"

    def __init__(
        self,
        call: EventCall[ChatResponseChunk],
        tracker: AttemptTracker,
        opened: StreamingResponse[AsyncResponseBody],
        resume: AsyncResume,
    ) -> None:
        self._tracker = tracker
        self._body = opened.body
        self._resume = resume
        self._reader = StreamReader(call, tracker)

    def __aiter__(self) -> AsyncChatStream:
        return self

    async def __anext__(self) -> ChatResponseChunk:
        reader = self._reader
        try:
            while (chunk := next(reader.chunks, None)) is None and not reader.over:
                await self._read()
            if chunk is None and reader.complete:
                await self._body.finish()
                self._tracker.end()
        except BaseException as error:
            self._tracker.end(error)
            await self.aclose()
            raise
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    async def get_final_response(self) -> ChatResponse:
        """Read the rest of the stream, and return the whole response, as `chat` does.

        Returns:
            The response. The ids and times of its messages are None: a stream has none.

        Raises:
            ApiError: When the server reports that it failed.
            StreamInterruptedError: When the stream is lost, or was closed, before its end.
        """
        async for _ in self:
            pass
        return self._reader.final_response()

    async def _read(self) -> None:
        """Read the next bytes; resume the stream when it is lost."""
        reader = self._reader
        try:
            reader.feed(await anext(self._body, None))
        except NetworkError as lost:
            await self._body.aclose()
            if not reader.can_resume:
                raise reader.interrupted(lost) from None
            try:
                opened = await self._resume(
                    self._tracker, reader.last_id, lost, reader.requested_delay
                )
            except JulepError as error:
                raise reader.interrupted(lost, error) from None
            self._body = opened.body
            reader.resume()

    async def aclose(self) -> None:
        """Stop reading, and close the connection if there was more to come."""
        self._reader.stop()
        self._tracker.end()
        await self._body.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()
