"""The protocol of drivers; only type checkers import it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

if TYPE_CHECKING:
    from julep._calls.flow import Flow
    from julep._calls.streams import AsyncChatStream, ChatStream
    from julep._http.messages import Response
    from julep_api.client import Call, EventCall
    from julep_api.models import ChatResponseChunk

T = TypeVar("T")


class Driver(Protocol):
    """The interface of drivers, by which managers make calls, sync or async."""

    is_async: ClassVar[bool]
    """Whether its results must be awaited."""

    def send(self, call: Call[T], /) -> T | Awaitable[T]:
        """Make a call."""
        ...

    def stream(
        self, call: EventCall[ChatResponseChunk], /
    ) -> ChatStream | Awaitable[AsyncChatStream]:
        """Make a streamed call."""
        ...

    def prepare_stream(self, call: EventCall[ChatResponseChunk], /) -> ChatStream | AsyncChatStream:
        """Return the stream of a call, which is made when the stream is entered."""
        ...

    def flow_of(
        self, call: Call[T], /, on_response: Callable[[Response], None] | None = None
    ) -> Flow[Any, T]:
        """Return the flow of a call, for use within another flow."""
        ...

    def run(self, flow: Flow[Any, T], /) -> T | Awaitable[T]:
        """Run a flow to its end, and return its result."""
        ...
