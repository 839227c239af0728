"""The enum `ToolChoiceOptionMode`."""

from __future__ import annotations

from ..types import OpenEnum


class ToolChoiceOptionMode(OpenEnum):
    """What the contract lists."""

    NONE = "none"
    AUTO = "auto"
