"""The enum `ChatMlImageContentPartType`."""

from __future__ import annotations

from enum import StrEnum


class ChatMlImageContentPartType(StrEnum):
    """Says that this part is an image."""

    IMAGE_URL = "image_url"
