"""The enum `ChatMlImageContentPartType`."""

from __future__ import annotations

from enum import StrEnum


class ChatMlImageContentPartType(StrEnum):
    """Marks this part as an image.

    Example:
        >>> from julep_api.models import ChatMlImageContentPartType
        >>> ChatMlImageContentPartType("image_url")
        <ChatMlImageContentPartType.IMAGE_URL: 'image_url'>
    """

    IMAGE_URL = "image_url"
