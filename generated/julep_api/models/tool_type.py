"""The enum `ToolType`."""

from __future__ import annotations

from ..types import OpenEnum


class ToolType(OpenEnum):
    """Whether the caller runs the call (`function`), or it is sent to an address (`webhook`)."""

    FUNCTION = "function"
    WEBHOOK = "webhook"
