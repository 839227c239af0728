"""The enum `ChatMlTextContentPartType`."""

from __future__ import annotations

from enum import StrEnum


class ChatMlTextContentPartType(StrEnum):
    """Marks this part as a text."""

    TEXT = "text"
