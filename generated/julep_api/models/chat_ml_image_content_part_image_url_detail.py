"""The enum `ChatMlImageContentPartImageUrlDetail`."""

from __future__ import annotations

from ..types import OpenEnum


class ChatMlImageContentPartImageUrlDetail(OpenEnum):
    """How closely to look: `low`, `high`, or as the model sees fit."""

    LOW = "low"
    HIGH = "high"
    AUTO = "auto"
