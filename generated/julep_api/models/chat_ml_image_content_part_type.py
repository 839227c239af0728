"""The enum `ChatMlImageContentPartType`."""

from __future__ import annotations

from enum import StrEnum


class ChatMlImageContentPartType(StrEnum):
    """Marks this part as an image."""

    IMAGE_URL = "image_url"
