"""The named type `InputChatMlMessageContentItem`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject
from .chat_ml_image_content_part import ChatMlImageContentPart
from .chat_ml_text_content_part import ChatMlTextContentPart

InputChatMlMessageContentItem: TypeAlias = (
    ChatMlTextContentPart | ChatMlImageContentPart | JSONObject
)
"""What `content` of a `InputChatMlMessage` consists of."""
