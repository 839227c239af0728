"""The enum `ToolType`."""

from __future__ import annotations

from ..types import OpenEnum


class ToolType(OpenEnum):
    """Whether the caller runs the call (`function`), or it is sent to an address (`webhook`).

    Example:
        >>> from julep_api.models import ToolType
        >>> ToolType("function")
        <ToolType.FUNCTION: 'function'>
    """

    FUNCTION = "function"
    WEBHOOK = "webhook"
