"""The enum `ChatResponseDeltaRole`."""

from __future__ import annotations

from ..types import OpenEnum


class ChatResponseDeltaRole(OpenEnum):
    """The role of the author. Sent before or with the first content of a message; another one begins
    another message.

    Example:
        >>> from julep_api.models import ChatResponseDeltaRole
        >>> ChatResponseDeltaRole("user")
        <ChatResponseDeltaRole.USER: 'user'>
    """

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    FUNCTION_CALL = "function_call"
    FUNCTION = "function"
