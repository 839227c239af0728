"""The enum `ChatMlImageContentPartImageUrlDetail`."""

from __future__ import annotations

from ..types import OpenEnum


class ChatMlImageContentPartImageUrlDetail(OpenEnum):
    """The level of detail: `low`, `high`, or `auto` for the model's choice.

    Example:
        >>> from julep_api.models import ChatMlImageContentPartImageUrlDetail
        >>> ChatMlImageContentPartImageUrlDetail("low")
        <ChatMlImageContentPartImageUrlDetail.LOW: 'low'>
    """

    LOW = "low"
    HIGH = "high"
    AUTO = "auto"
