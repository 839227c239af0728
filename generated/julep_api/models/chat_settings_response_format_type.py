"""The enum `ChatSettingsResponseFormatType`."""

from __future__ import annotations

from ..types import OpenEnum


class ChatSettingsResponseFormatType(OpenEnum):
    """Free text, a JSON object, or a text that matches a pattern.

    Example:
        >>> from julep_api.models import ChatSettingsResponseFormatType
        >>> ChatSettingsResponseFormatType("text")
        <ChatSettingsResponseFormatType.TEXT: 'text'>
    """

    TEXT = "text"
    JSON_OBJECT = "json_object"
    REGEX = "regex"
