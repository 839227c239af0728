"""Reads the stream of a chat without I/O: from bytes to chunks, and to the final response."""

from __future__ import annotations

from collections import deque
from enum import Enum, auto
from typing import TYPE_CHECKING, Final
from weakref import ref

from julep._calls.responses import parse_json
from julep._calls.sse import Event, EventDecoder
from julep._calls.stream_events import AnswerFinished, StreamedMessage, StreamEvent, TextDelta
from julep._http.messages import Response
from julep.errors import (
    ApiError,
    InvalidResponseError,
    JulepError,
    NetworkError,
    RequestTimeoutError,
    StreamClosedError,
    StreamInterruptedError,
    StreamTimeoutError,
)
from julep_api.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from julep._calls.attempts import AttemptTracker
    from julep_api.client import EventCall
    from julep_api.models import ChatResponse, ChatResponseChunk
    from julep_api.types import JSONObject


# Events with other names are of kinds that only newer versions know.
_KNOWN: Final = ("message", "error")

# Some servers send white space after it, which the rules of events make a part of the data.
_DONE: Final = "[DONE]"

# The statuses below are no errors.
_ERRORS_FROM: Final = 400

# A server may resume a stream at one of the last events instead of after it.
_RECENT_EVENTS: Final = 100


class Replay(Enum):
    """Whether events may come again: a server may resume a stream from its beginning."""

    NEVER = auto()
    """The stream was not resumed."""
    POSSIBLE = auto()
    """It was resumed, and the next event may be the first one again."""
    RUNNING = auto()
    """Events come again, up to the last one that was read."""
    OVER = auto()
    """It was resumed, and its events are new ones."""


# Looked up for each event, and a member of an enum costs more than a name of the module.
_NEVER: Final = Replay.NEVER


class StreamReader:
    """Reads one stream, over several connections if it is resumed.

    Attributes:
        over: Whether nothing more is to be read.
        complete: Whether the server sent the end of the answer.
        is_busy: Whether a task or a thread is reading it now.
        last_id: The id of the last event that was read; may be empty.
        chunks: The chunks of the bytes that were fed last.
    """

    def __init__(self, call: EventCall[ChatResponseChunk], tracker: AttemptTracker) -> None:
        self.over = False
        self.complete = False
        self.is_busy = False
        self.last_id = ""
        self.chunks: Iterator[ChatResponseChunk] = iter(())
        self._first_id = ""
        self._recent_ids = deque[str](maxlen=_RECENT_EVENTS)
        self._call = call
        self._tracker = tracker
        self._decoder = EventDecoder()
        self._messages: list[StreamedMessage] = []
        self._last: ChatResponseChunk | None = None
        self._replay = Replay.NEVER
        # Weak, since the tracker has the record: the memory of both is freed at once. A WeakMethod
        # would run code then, which swallows Ctrl-C.
        tracker.call.reader = ref(self)

    def feed(self, data: bytes | None) -> Response | None:
        """Take the next bytes, or None when the server ended the body.

        Returns:
            The response that the first event stands for, when that is an error with a status:
            the server had sent the stream's headers before the request failed.

        Raises:
            NetworkError: When the body ended before the answer did.
            InvalidResponseError: When an event is too long.
        """
        if data is None:
            raise NetworkError(f"{self._target}: the server ended the stream before its end")
        try:
            events = self._decoder.feed(data)
        except DecodeError as error:
            raise self._invalid(f"the stream does not match the contract: {error}") from None
        if self._last is None:
            first = next((event for event in events if event.name in _KNOWN), None)
            if first is not None and first.name == "error":
                response = self._response_of(first)
                if response.status >= _ERRORS_FROM:
                    return response
        self.chunks = self._chunks(events)
        return None

    def check_resumable(self, failure: NetworkError | Response) -> None:
        """Check that the server can resume the stream: from its beginning, or after an id.

        Raises:
            StreamInterruptedError: When it cannot.
        """
        if isinstance(failure, NetworkError) and self._last is not None and not self.last_id:
            raise self.interrupted(failure) from None

    @property
    def requested_delay(self) -> float | None:
        """The delay in seconds before a reconnection that the server requested, if it did."""
        milliseconds = self._decoder.retry
        return None if milliseconds is None else milliseconds / 1000

    def resume(self) -> None:
        """Prepare for the rest of the stream, from another connection."""
        retry, self._decoder = self._decoder.retry, EventDecoder()
        self._decoder.retry = retry
        self._replay = Replay.POSSIBLE

    def stop(self) -> None:
        """Yield nothing more."""
        self.over = True
        self.chunks = iter(())

    def not_resumed(self, failure: NetworkError | Response, error: JulepError) -> JulepError:
        """Return the error for a stream that could not be resumed.

        Args:
            failure: The error by which the stream was lost, or what its first event reported.
            error: The error of the attempt to resume it.
        """
        if isinstance(failure, NetworkError):
            return self.interrupted(failure, error)
        if isinstance(error, ApiError):
            error.partial = self.snapshot()
        return error

    def interrupted(
        self, lost: NetworkError, failed: JulepError | None = None
    ) -> StreamInterruptedError:
        """Return the error for an incomplete stream, with the answer as far as it had arrived.

        Args:
            lost: The error by which the stream was lost.
            failed: The error of the attempt to resume it, if there was one.
        """
        message = lost.message
        if failed is not None and failed is not lost:
            message += f"; resuming it failed: {failed.summary}"
        partial = self.snapshot()
        if isinstance(lost, RequestTimeoutError):
            late = StreamTimeoutError(message, partial=partial, phase=lost.phase)
            return self._tracker.annotate(late)
        return self._tracker.annotate(StreamInterruptedError(message, partial=partial))

    def final_response(self) -> ChatResponse:
        """Return the whole response.

        Raises:
            StreamInterruptedError: When the stream was not read to its end.
        """
        if not self.complete:
            lost = NetworkError(f"{self._target}: the stream was closed before its end")
            raise self.interrupted(lost)
        return self.snapshot()

    def busy_error(self) -> StreamClosedError:
        """Return the error for reading a stream that something else is reading."""
        return StreamClosedError(
            f"{self._target}: another task or thread is reading the stream at this moment"
        )

    def closed_error(self) -> StreamClosedError:
        """Return the error for reading a stream that is over."""
        if self.complete:
            problem = "was read to its end: get_final_response() returns the whole answer"
        else:
            problem = "was closed before its end: snapshot is the answer as far as it had arrived"
        return StreamClosedError(f"{self._target}: the stream {problem}")

    def text_of(self, chunk: ChatResponseChunk) -> str:
        """Return the text of the chunk that was read last; the call of a tool is none."""
        return "" if self._messages[-1].is_call else chunk.delta.content or ""

    def events_of(self, chunk: ChatResponseChunk | None) -> list[StreamEvent]:
        """Return the events of the chunk that was read last, or of the end of the stream."""
        if chunk is not None:
            if text := self.text_of(chunk):
                return [TextDelta(text)]
            return self._messages[-1].call_events(len(self._calls()) - 1)
        unread = [
            event
            for index, message in enumerate(self._calls())
            for event in message.call_events(index, is_over=True)
        ]
        return [*unread, AnswerFinished(self.final_response())]

    def _calls(self) -> list[StreamedMessage]:
        return [message for message in self._messages if message.is_call]

    @property
    def _target(self) -> str:
        return f"{self._call.method} {self._call.path}"

    def _is_replayed(self, event: Event) -> bool:
        """Check whether an event of a resumed stream was read before."""
        if self._replay is Replay.POSSIBLE:
            is_known = event.id == self._first_id or event.id in self._recent_ids
            self._replay = Replay.RUNNING if is_known else Replay.OVER
        if self._replay is not Replay.RUNNING:
            return False
        if event.id == self.last_id:
            self._replay = Replay.OVER
        return True

    def _chunks(self, events: Iterable[Event]) -> Iterator[ChatResponseChunk]:
        """Read events one by one, so that the chunks before an invalid event are yielded.

        Raises:
            ApiError: When the next event reports an error, or is invalid.
        """
        tracker, read = self._tracker, self._call.event
        for event in events:
            if self._replay is not _NEVER and self._is_replayed(event):
                continue
            if event.name == "message":
                if event.data.strip() == _DONE:
                    self.over = self.complete = True
                    return
                try:
                    chunk = read(parse_json(event.data))
                except DecodeError as error:
                    problem = tracker.call.hide(f"the stream does not match the contract: {error}")
                else:
                    self._add(chunk, event.id)
                    yield chunk
                    continue
                # Not raised within the handler: that error, and its frames, have the data.
                raise self._invalid(problem)
            if event.name == "error":
                failed = tracker.annotate(tracker.error_from(self._response_of(event)))
                if isinstance(failed, ApiError):
                    failed.partial = self.snapshot()
                raise failed
            # Any other name is a kind of event that only newer versions know.

    def _response_of(self, event: Event) -> Response:
        """Return the response that an event stands for; older servers send no status in it."""
        from julep._calls.error_responses import status_of_event  # only errors need it

        call, data = self._tracker.call, event.data.encode()
        headers = call.headers
        if self._decoder.retry is not None:
            headers = {**headers, "retry-after-ms": str(self._decoder.retry)}
        return Response(status_of_event(data) or call.status, headers, data)

    def _add(self, chunk: ChatResponseChunk, event_id: str) -> None:
        """Add a chunk to the response."""
        if self._last is None:
            self._first_id = event_id
        elif self._replay is not _NEVER and chunk.id != self._last.id:
            other = NetworkError(f"{self._target}: the server resumed with another answer")
            raise self.interrupted(other)
        self._last, self.last_id = chunk, event_id
        self._recent_ids.append(event_id)
        self._tracker.failures = 0
        delta, messages = chunk.delta, self._messages
        role, content = delta.role, delta.content
        if not messages or (role and messages[-1].ends_at(role.value)):
            messages.append(StreamedMessage(role.value if role else "assistant"))
        if content:
            messages[-1].add(content)
        if delta.name:
            messages[-1].name = delta.name

    def snapshot(self) -> ChatResponse:
        """Return the response so far."""
        from julep_api.models import ChatMlMessage, ChatResponse

        messages = [_to_json(message) for message in self._messages]
        # Only the last chunk has the reason, the usage and the documents; its id is the answer's.
        last = {} if self._last is None else self._last.to_dict()
        fields: JSONObject = {name: item for name, item in last.items() if item is not None}
        fields.pop("delta", None)
        response = ChatResponse.from_dict(fields, partial=True)
        response.response = [[ChatMlMessage.from_dict(each, partial=True) for each in messages]]
        return response

    def _invalid(self, problem: str) -> InvalidResponseError:
        call = self._tracker.call
        error = InvalidResponseError(
            problem,
            status_code=call.status,
            request_id=call.request_id,
            method=self._call.method,
            path=self._call.path,
        )
        error.partial = self.snapshot()
        return self._tracker.annotate(error)


def _to_json(message: StreamedMessage) -> JSONObject:
    """Return a message's JSON, without an id and a time, which a stream does not have."""
    named: JSONObject = {} if message.name is None else {"name": message.name}
    return {"role": message.role, "content": message.text, **named}
