"""The enum `ChatSettingsResponseFormatType`."""

from __future__ import annotations

from ..types import OpenEnum


class ChatSettingsResponseFormatType(OpenEnum):
    """Free text, a JSON object, or a text that matches a pattern."""

    TEXT = "text"
    JSON_OBJECT = "json_object"
    REGEX = "regex"
