"""The enum `ChatResponseDeltaRole`."""

from __future__ import annotations

from ..types import OpenEnum


class ChatResponseDeltaRole(OpenEnum):
    """Who says it. Given before or with the first content of a message; a further one begins a further
    message."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    FUNCTION_CALL = "function_call"
    FUNCTION = "function"
