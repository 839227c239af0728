"""The enum `ChatResponseChunkFinishReason`."""

from __future__ import annotations

from ..types import OpenEnum


class ChatResponseChunkFinishReason(OpenEnum):
    """Why the reply ended, as in `ChatResponse`; null in all events but the last.

    Example:
        >>> from julep_api.models import ChatResponseChunkFinishReason
        >>> ChatResponseChunkFinishReason("stop")
        <ChatResponseChunkFinishReason.STOP: 'stop'>
    """

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CONTENT_FILTER = "content_filter"
    FUNCTION_CALL = "function_call"
