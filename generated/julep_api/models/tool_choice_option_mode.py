"""The enum `ToolChoiceOptionMode`."""

from __future__ import annotations

from ..types import OpenEnum


class ToolChoiceOptionMode(OpenEnum):
    """The values that the contract lists.

    Example:
        >>> from julep_api.models import ToolChoiceOptionMode
        >>> ToolChoiceOptionMode("none")
        <ToolChoiceOptionMode.NONE: 'none'>
    """

    NONE = "none"
    AUTO = "auto"
