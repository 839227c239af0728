"""The enum `InputChatMlMessageRole`."""

from __future__ import annotations

from ..types import OpenEnum


class InputChatMlMessageRole(OpenEnum):
    """Who says it. The result of a call is a `function`; `auto` leaves it to the server."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    FUNCTION_CALL = "function_call"
    FUNCTION = "function"
    AUTO = "auto"
