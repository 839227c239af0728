"""Streams of chats: an answer that is read while the model writes it."""

from __future__ import annotations

from julep._calls.stream_events import (
    AnswerFinished,
    StreamEvent,
    TextDelta,
    ToolCallArguments,
    ToolCallBegun,
)
from julep._calls.streams import AsyncChatStream, ChatStream

__all__ = [
    "AnswerFinished",
    "AsyncChatStream",
    "ChatStream",
    "StreamEvent",
    "TextDelta",
    "ToolCallArguments",
    "ToolCallBegun",
]
