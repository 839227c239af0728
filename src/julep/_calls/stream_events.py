"""The events of a stream, and iterators over a stream's events and texts.

The iterators are no generators: the garbage collector finishes an async generator that is left
half-way, and trio warns of that.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Generic, TypeAlias, TypeVar

import attrs

from julep._lazy import resolvable
from julep_api.models import ChatResponse

if TYPE_CHECKING:
    from julep_api.types import JSON

Chunk = TypeVar("Chunk")
Item = TypeVar("Item")


@attrs.frozen
class TextDelta:
    """A piece of the answer's text.

    Attributes:
        text: The piece.

    Example:
        >>> from julep.streams import TextDelta
        >>> with client.sessions.stream(session.id, messages) as stream:
        ...     print([event.text for event in stream.events() if isinstance(event, TextDelta)])
        ['Hello!', ' How', ' can', ' I', ' help?']
    """

    __module__ = "julep.streams"

    text: str


@attrs.frozen
class ToolCallBegun:
    """The model has begun to call a tool.

    Attributes:
        index: The call's place among the calls of this answer, from 0.
        name: The tool's name.

    Example:
        >>> from julep.streams import ToolCallBegun
        >>> with client.sessions.stream_run(session.id, messages, [temperature]) as run:
        ...     print([event for event in run if isinstance(event, ToolCallBegun)])
        [ToolCallBegun(index=0, name='temperature')]
    """

    __module__ = "julep.streams"

    index: int
    name: str


@attrs.frozen
class ToolCallArguments:
    """A piece of the arguments of a call; servers of today send them whole.

    Attributes:
        index: The call's place among the calls of this answer, from 0.
        name: The tool's name.
        arguments: The piece, as the model wrote it: usually JSON.

    Example:
        >>> from julep.streams import ToolCallArguments
        >>> with client.sessions.stream_run(session.id, messages, [temperature]) as run:
        ...     print([event.arguments for event in run if isinstance(event, ToolCallArguments)])
        ['{"city":"Lisbon"}']
    """

    __module__ = "julep.streams"

    index: int
    name: str
    arguments: str


@attrs.frozen
class AnswerRejected:
    """An answer does not match the ``output`` of a run, and the model must replace it.

    Attributes:
        response: The response that has the answer.
        problem: What is wrong with it.

    Example:
        >>> from julep.streams import AnswerRejected
        >>> with client.sessions.stream_run(session.id, "How many?", output=int) as run:
        ...     print([event.problem for event in run if isinstance(event, AnswerRejected)])
        ["expected integer; got 'many'"]
    """

    __module__ = "julep.streams"

    response: ChatResponse
    problem: str


@attrs.frozen
class AnswerFinished:
    """The model has answered; this is the last event.

    Attributes:
        response: The whole response, as `chat` returns it.

    Example:
        >>> with client.sessions.stream(session.id, messages) as stream:
        ...     *_, end = stream.events()
        >>> end.response.text
        'Hello! How can I help?'
    """

    __module__ = "julep.streams"

    response: ChatResponse


StreamEvent: TypeAlias = "TextDelta | ToolCallBegun | ToolCallArguments | AnswerFinished"
"""What `ChatStream.events` yields.

Example:
    >>> with client.sessions.stream(session.id, "Hello!") as stream:
    ...     print([type(event).__name__ for event in stream.events()][-1])
    AnswerFinished
"""

# The role of a message that is the call of a tool.
_CALL: Final = "function_call"

# A short piece takes ten times the memory of its text, also in a StringIO.
_MAX_PIECES: Final = 1024


class StreamedMessage:
    """One message of an answer, as far as it has arrived.

    Attributes:
        role: Its role.
        name: Its name, if the server sent one.
    """

    def __init__(self, role: str) -> None:
        self.role = role
        self.name: str | None = None
        self._joined: list[str] = []
        self._pieces: list[str] = []
        self._announced = False

    def add(self, content: str) -> None:
        """Add a piece of the text."""
        pieces = self._pieces
        pieces.append(content)
        if len(pieces) == _MAX_PIECES:
            self._joined.append("".join(pieces))
            pieces.clear()

    @property
    def text(self) -> str:
        """The text so far."""
        self._joined = ["".join(self._joined + self._pieces)]
        self._pieces = []
        return self._joined[0]

    @property
    def is_call(self) -> bool:
        """Whether it is the call of a tool."""
        return self.role == _CALL

    def ends_at(self, role: str) -> bool:
        """Check whether a piece with this role belongs to another message.

        A server may send the role once or with every piece; but a function call always comes whole,
        so that a second one is another message of the same role.
        """
        return role != self.role or role == _CALL

    def call_events(self, index: int, *, is_over: bool = False) -> list[StreamEvent]:
        """Return the events of a call, once, when it is known which tool is called.

        Args:
            index: The call's place among the calls of the answer.
            is_over: Whether nothing more will arrive: a call that cannot be read is named too.
        """
        if self._announced or not self.is_call:
            return []
        name, arguments = parse_call(self.text)
        if not (name or is_over):
            return []
        self._announced = True
        name, arguments = (name, arguments) if name else (self.name or "", self.text)
        return [ToolCallBegun(index, name), ToolCallArguments(index, name, arguments)]


def parse_call(text: object) -> tuple[str, str]:
    """Parse the content of a message that calls a tool: return the tool's name, and its arguments.

    The name is empty if it is no such content.
    """
    try:
        call: JSON = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        call = None
    if not isinstance(call, dict):
        return "", ""
    arguments = call.get("arguments", "{}")
    written = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return str(call.get("name", "")), written


class StreamIterator(Generic[Chunk, Item]):
    """The items of a stream's chunks, such as texts or events, in a sync client.

    Args:
        chunks: The stream.
        items_of: Returns the items of the chunk that was read last; None is the end.
    """

    def __init__(
        self, chunks: Iterator[Chunk], items_of: Callable[[Chunk | None], Sequence[Item]]
    ) -> None:
        self._chunks = chunks
        self._items_of = items_of
        self._ready: deque[Item] = deque()
        self._over = False

    def __iter__(self) -> StreamIterator[Chunk, Item]:
        if not self._ready:
            iter(self._chunks)  # raises an error when the stream is over
        return self

    def __next__(self) -> Item:
        while not self._ready:
            if self._over:
                raise StopIteration
            chunk = next(self._chunks, None)
            self._over = chunk is None
            self._ready += self._items_of(chunk)
        return self._ready.popleft()


class AsyncStreamIterator(Generic[Chunk, Item]):
    """The items of a stream's chunks, such as texts or events, in an async client.

    Args:
        chunks: The stream.
        items_of: Returns the items of the chunk that was read last; None is the end.
    """

    def __init__(
        self, chunks: AsyncIterator[Chunk], items_of: Callable[[Chunk | None], Sequence[Item]]
    ) -> None:
        self._chunks = chunks
        self._items_of = items_of
        self._ready: deque[Item] = deque()
        self._over = False

    def __aiter__(self) -> AsyncStreamIterator[Chunk, Item]:
        if not self._ready:
            aiter(self._chunks)  # raises an error when the stream is over
        return self

    async def __anext__(self) -> Item:
        while not self._ready:
            if self._over:
                raise StopAsyncIteration
            chunk = await anext(self._chunks, None)
            self._over = chunk is None
            self._ready += self._items_of(chunk)
        return self._ready.popleft()


resolvable(__name__, shown_in="julep.streams")
