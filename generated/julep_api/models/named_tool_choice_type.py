"""The enum `NamedToolChoiceType`."""

from __future__ import annotations

from enum import StrEnum


class NamedToolChoiceType(StrEnum):
    """The type of the tool.

    Example:
        >>> from julep_api.models import NamedToolChoiceType
        >>> NamedToolChoiceType("function")
        <NamedToolChoiceType.FUNCTION: 'function'>
    """

    FUNCTION = "function"
