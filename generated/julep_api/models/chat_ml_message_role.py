"""The enum `ChatMlMessageRole`."""

from __future__ import annotations

from ..types import OpenEnum


class ChatMlMessageRole(OpenEnum):
    """Who says it. A call that the model asks for is a `function_call`; its result is a `function`."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    FUNCTION_CALL = "function_call"
    FUNCTION = "function"
