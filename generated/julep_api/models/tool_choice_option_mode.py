"""The enum `ToolChoiceOptionMode`."""

from __future__ import annotations

from ..types import OpenEnum


class ToolChoiceOptionMode(OpenEnum):
    """The values that the contract lists."""

    NONE = "none"
    AUTO = "auto"
