"""Streams of chats and runs: what a model does, read while it does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from julep._lazy import lazy

if TYPE_CHECKING:
    from julep._calls.stream_events import (
        AnswerFinished,
        AnswerRejected,
        StreamEvent,
        TextDelta,
        ToolCallArguments,
        ToolCallBegun,
    )
    from julep._calls.streams import AsyncChatStream, ChatStream
    from julep._tools.run_stream import AsyncRunStream, RunEvent, RunStream
else:
    # The stream of a chat is read without the modules of runs.
    _, __getattr__, __dir__ = lazy(
        __name__,
        {
            "julep._calls.stream_events": (
                "AnswerFinished",
                "AnswerRejected",
                "StreamEvent",
                "TextDelta",
                "ToolCallArguments",
                "ToolCallBegun",
            ),
            "julep._calls.streams": ("AsyncChatStream", "ChatStream"),
            "julep._tools.run_stream": ("AsyncRunStream", "RunEvent", "RunStream"),
        },
    )

__all__ = [
    "AnswerFinished",
    "AnswerRejected",
    "AsyncChatStream",
    "AsyncRunStream",
    "ChatStream",
    "RunEvent",
    "RunStream",
    "StreamEvent",
    "TextDelta",
    "ToolCallArguments",
    "ToolCallBegun",
]
