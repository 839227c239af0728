"""The enum `ChatMlTextContentPartType`."""

from __future__ import annotations

from enum import StrEnum


class ChatMlTextContentPartType(StrEnum):
    """Says that this part is a text."""

    TEXT = "text"
