"""The enum `ChatMlTextContentPartType`."""

from __future__ import annotations

from enum import StrEnum


class ChatMlTextContentPartType(StrEnum):
    """Marks this part as a text.

    Example:
        >>> from julep_api.models import ChatMlTextContentPartType
        >>> ChatMlTextContentPartType("text")
        <ChatMlTextContentPartType.TEXT: 'text'>
    """

    TEXT = "text"
