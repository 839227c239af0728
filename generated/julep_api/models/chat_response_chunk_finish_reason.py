"""The enum `ChatResponseChunkFinishReason`."""

from __future__ import annotations

from ..types import OpenEnum


class ChatResponseChunkFinishReason(OpenEnum):
    """Why the reply ended, as in `ChatResponse`; null in all events but the last."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CONTENT_FILTER = "content_filter"
    FUNCTION_CALL = "function_call"
