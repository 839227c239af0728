"""An answer of a chat that is read while it is written.

`ChatStream` and `AsyncChatStream` are mirror images over one `StreamReader`, which holds all that is
decided: what an event means, when the stream is over, what the whole answer is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from julep._calls.responses import parse_json
from julep._calls.sse import Event, EventDecoder
from julep._http.messages import Response
from julep.errors import (
    InvalidResponseError,
    JulepError,
    NetworkError,
    StreamInterruptedError,
)
from julep_api.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from julep._calls.attempts import AttemptTracker
    from julep._calls.driver import AsyncDriver, SyncDriver
    from julep._http.messages import AsyncResponseBody, ResponseBody, StreamingResponse
    from julep_api.client import EventCall
    from julep_api.models import ChatResponse, ChatResponseChunk
    from julep_api.types import JSONObject

__all__ = ["AsyncChatStream", "ChatStream"]

# A piece takes ten times its text, and so it does in a StringIO.
_MAX_PIECES: Final = 1024


class ChatStream:
    """The pieces of an answer, as they come.

    An iterator of `ChatResponseChunk`, and a context manager: leaving it before the end closes the
    connection.

    Raises:
        ApiError: While reading, when the server reports that it failed.
        StreamInterruptedError: While reading, when the connection is lost, or the server is silent
            for longer than the client's timeout, and the stream cannot be gone on with; what had
            arrived is the error's `partial`.

    Example:
        >>> with client.sessions.chat(session.id, messages, stream=True) as stream:
        ...     for chunk in stream:
        ...         print(chunk.text, end="")
        >>> stream.get_final_response().usage.total_tokens
        42
    """

    def __init__(
        self,
        driver: SyncDriver,
        call: EventCall[ChatResponseChunk],
        attempts: AttemptTracker,
        opened: StreamingResponse[ResponseBody],
    ) -> None:
        self._driver = driver
        self._attempts = attempts
        self._body = opened.body
        self._reading = StreamReader(call, attempts)

    def __iter__(self) -> ChatStream:
        return self

    def __next__(self) -> ChatResponseChunk:
        reading = self._reading
        try:
            while (chunk := next(reading.chunks, None)) is None and not reading.over:
                self._read_on()
            if chunk is None and reading.complete:
                self._body.finish()
                self._attempts.end()
        except BaseException as error:
            self._attempts.end(error)
            self.close()
            raise
        if chunk is None:
            raise StopIteration
        return chunk

    def get_final_response(self) -> ChatResponse:
        """Read what is left and give the whole answer, as `chat` without ``stream`` gives it.

        The ids and times of its messages are UNSET: a stream does not tell them.

        Raises:
            ApiError: When the server reports that it failed.
            StreamInterruptedError: When the connection is lost, or was closed, before the end.
        """
        for _ in self:
            pass
        return self._reading.whole()

    def _read_on(self) -> None:
        """Read the next bytes; where the stream is lost, go on with it."""
        reading = self._reading
        try:
            reading.take(next(self._body, None))
        except NetworkError as lost:
            self._body.close()
            if not reading.can_go_on:
                raise reading.interrupted(lost) from None
            try:
                opened = self._driver.reopen(self._attempts, reading.last_id, lost)
            except JulepError as error:
                raise reading.interrupted(lost, error) from None
            self._body = opened.body
            reading.resume()

    def close(self) -> None:
        """Stop reading, and close the connection if there was more to come."""
        self._reading.stop()
        self._attempts.end()
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
    """The pieces of an answer, as they come.

    An async iterator of `ChatResponseChunk`, and an async context manager: leaving it before the
    end closes the connection.

    Raises:
        ApiError: While reading, when the server reports that it failed.
        StreamInterruptedError: While reading, when the connection is lost, or the server is silent
            for longer than the client's timeout, and the stream cannot be gone on with; what had
            arrived is the error's `partial`.

    Example:
        >>> async with await client.sessions.chat(session.id, messages, stream=True) as stream:
        ...     async for chunk in stream:
        ...         print(chunk.text, end="")
        >>> (await stream.get_final_response()).usage.total_tokens
        42
    """

    def __init__(
        self,
        driver: AsyncDriver,
        call: EventCall[ChatResponseChunk],
        attempts: AttemptTracker,
        opened: StreamingResponse[AsyncResponseBody],
    ) -> None:
        self._driver = driver
        self._attempts = attempts
        self._body = opened.body
        self._reading = StreamReader(call, attempts)

    def __aiter__(self) -> AsyncChatStream:
        return self

    async def __anext__(self) -> ChatResponseChunk:
        reading = self._reading
        try:
            while (chunk := next(reading.chunks, None)) is None and not reading.over:
                await self._read_on()
            if chunk is None and reading.complete:
                await self._body.finish()
                self._attempts.end()
        except BaseException as error:
            self._attempts.end(error)
            await self.aclose()
            raise
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    async def get_final_response(self) -> ChatResponse:
        """Read what is left and give the whole answer, as `chat` without ``stream`` gives it.

        The ids and times of its messages are UNSET: a stream does not tell them.

        Raises:
            ApiError: When the server reports that it failed.
            StreamInterruptedError: When the connection is lost, or was closed, before the end.
        """
        async for _ in self:
            pass
        return self._reading.whole()

    async def _read_on(self) -> None:
        """Read the next bytes; where the stream is lost, go on with it."""
        reading = self._reading
        try:
            reading.take(await anext(self._body, None))
        except NetworkError as lost:
            await self._body.aclose()
            if not reading.can_go_on:
                raise reading.interrupted(lost) from None
            try:
                opened = await self._driver.reopen(self._attempts, reading.last_id, lost)
            except JulepError as error:
                raise reading.interrupted(lost, error) from None
            self._body = opened.body
            reading.resume()

    async def aclose(self) -> None:
        """Stop reading, and close the connection if there was more to come."""
        self._reading.stop()
        self._attempts.end()
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


class StreamReader:
    """What has been read of a stream, and what it amounts to."""

    def __init__(self, call: EventCall[ChatResponseChunk], attempts: AttemptTracker) -> None:
        self.over = False
        """Whether nothing more is to be read."""
        self.complete = False
        """Whether the server said that this was all."""
        self.last_id = ""
        self._first_id = ""
        self.chunks: Iterator[ChatResponseChunk] = iter(())
        self._call = call
        self._attempts = attempts
        self._decoder = EventDecoder()
        self._messages: list[_Message] = []
        self._last: ChatResponseChunk | None = None
        self._went_on = self._resumed = self._skipping = False

    def take(self, data: bytes | None) -> None:
        """Take the next bytes, or None when the server ended the body."""
        if data is None:
            raise NetworkError(f"{self._asked}: the server ended the stream before its end")
        try:
            events = self._decoder.feed(data)
        except DecodeError as error:
            raise self._unreadable(f"the stream does not fit the contract: {error}") from None
        self.chunks = self._chunks(events)

    @property
    def can_go_on(self) -> bool:
        """Whether the server can be told where to go on: from the beginning, or by an id."""
        return self._last is None or bool(self.last_id)

    def resume(self) -> None:
        """Be ready for what comes after the last event, by another connection."""
        self._decoder = EventDecoder()
        self._went_on = self._resumed = True

    def stop(self) -> None:
        """Give nothing more."""
        self.over = True
        self.chunks = iter(())

    def interrupted(
        self, lost: NetworkError, failed: JulepError | None = None
    ) -> StreamInterruptedError:
        """Make the error for a stream that is not whole, with what had arrived.

        Args:
            lost: How the stream was lost.
            failed: Why it could not be gone on with, where that was tried.
        """
        message = lost.message
        if failed is not None and failed is not lost:
            message += f"; going on with it failed: {failed.summary}"
        return self._attempts.annotate(StreamInterruptedError(message, partial=self._response()))

    def whole(self) -> ChatResponse:
        """Give the whole answer.

        Raises:
            StreamInterruptedError: When not all of it was read.
        """
        if not self.complete:
            lost = NetworkError(f"{self._asked}: the stream was closed before its end")
            raise self.interrupted(lost)
        return self._response()

    @property
    def _asked(self) -> str:
        return f"{self._call.method} {self._call.path}"

    def _is_replayed(self, event: Event) -> bool:
        """Tell whether an event came already: a server may begin anew instead of going on."""
        if not self._skipping and event.id == self._first_id:
            self._skipping = True
        elif not self._skipping:
            self._resumed = False
            return False
        if event.id == self.last_id:
            self._skipping = self._resumed = False
        return True

    def _chunks(self, events: Iterable[Event]) -> Iterator[ChatResponseChunk]:
        """Read events one by one, so that what came before a bad one is given all the same.

        Raises:
            ApiError: When the next event reports an error, or cannot be read.
        """
        attempts, read = self._attempts, self._call.event
        for event in events:
            if self._resumed and self._is_replayed(event):
                continue
            if event.name == "message":
                if event.data == "[DONE]":
                    self.over = self.complete = True
                    return
                try:
                    chunk = read(parse_json(event.data))
                except DecodeError as error:
                    problem = f"the stream does not fit the contract: {error}"
                    raise self._unreadable(problem) from None
                self._add(chunk, event.id)
                yield chunk
            elif event.name == "error":
                answer = Response(attempts.status, attempts.headers, event.data.encode())
                raise attempts.annotate(attempts.failed(answer))
            # Anything else is a kind of event that a newer server knows.

    def _add(self, chunk: ChatResponseChunk, event_id: str) -> None:
        """Make a chunk a part of the whole."""
        if self._last is None:
            self._first_id = event_id
        elif self._went_on and chunk.id != self._last.id:
            other = NetworkError(f"{self._asked}: the server went on with another answer")
            raise self.interrupted(other)
        self._last, self.last_id = chunk, event_id
        self._attempts.failures = 0
        delta, messages = chunk.delta, self._messages
        role, content = delta.role, delta.content
        if not messages or (role and messages[-1].ends_at(role.value)):
            messages.append(_Message(role.value if role else "assistant"))
        if content:
            messages[-1].add(content)
        if delta.name:
            messages[-1].name = delta.name

    def _response(self) -> ChatResponse:
        from julep_api.models import ChatMlMessage, ChatResponse

        messages = [message.to_json() for message in self._messages]
        # Only the last piece has the reason, the usage and the documents; its id is the answer's.
        told = {} if self._last is None else self._last.to_dict()
        told.pop("delta", None)
        response = ChatResponse.from_dict(told, partial=True)
        response.response = [[ChatMlMessage.from_dict(each, partial=True) for each in messages]]
        return response

    def _unreadable(self, problem: str) -> InvalidResponseError:
        attempts = self._attempts
        return attempts.annotate(
            InvalidResponseError(
                problem,
                status_code=attempts.status,
                request_id=attempts.headers.get("x-request-id"),
                method=self._call.method,
                path=self._call.path,
            )
        )


class _Message:
    """One message of the answer, as far as it has come."""

    def __init__(self, role: str) -> None:
        self.role = role
        self.name: str | None = None
        self._whole: list[str] = []
        self._pieces: list[str] = []

    def add(self, content: str) -> None:
        """Add a piece of the text."""
        pieces = self._pieces
        pieces.append(content)
        if len(pieces) == _MAX_PIECES:
            self._whole.append("".join(pieces))
            pieces.clear()

    def ends_at(self, role: str) -> bool:
        """Tell whether a piece of this role belongs to another message.

        A server may name the role once or in every piece; but a function call always comes whole,
        so a second one is another message of the same role.
        """
        return role != self.role or role == "function_call"

    def to_json(self) -> JSONObject:
        """Give its JSON, without the id and the time that a stream does not tell."""
        named: JSONObject = {} if self.name is None else {"name": self.name}
        return {"role": self.role, "content": "".join(self._whole + self._pieces), **named}
