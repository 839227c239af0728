"""The enum `ChatResponseDeltaRole`."""

from __future__ import annotations

from ..types import OpenEnum


class ChatResponseDeltaRole(OpenEnum):
    """Who says it. Given once, before or with the first content."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    FUNCTION_CALL = "function_call"
    FUNCTION = "function"
