"""The enum `ChatMlMessageRole`."""

from __future__ import annotations

from ..types import OpenEnum


class ChatMlMessageRole(OpenEnum):
    """The role of the author. A call that the model requests is a `function_call`; its result is a
    `function`.

    Example:
        >>> from julep_api.models import ChatMlMessageRole
        >>> ChatMlMessageRole("user")
        <ChatMlMessageRole.USER: 'user'>
    """

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    FUNCTION_CALL = "function_call"
    FUNCTION = "function"
