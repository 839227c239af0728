"""The enum `ChatResponseFinishReason`."""

from __future__ import annotations

from ..types import OpenEnum


class ChatResponseFinishReason(OpenEnum):
    """Why the reply ended: at its natural end or a stop text (`stop`), at `max_tokens` (`length`),
    with calls to run (`tool_calls`, `function_call`), or filtered (`content_filter`).

    Example:
        >>> from julep_api.models import ChatResponseFinishReason
        >>> ChatResponseFinishReason("stop")
        <ChatResponseFinishReason.STOP: 'stop'>
    """

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CONTENT_FILTER = "content_filter"
    FUNCTION_CALL = "function_call"
