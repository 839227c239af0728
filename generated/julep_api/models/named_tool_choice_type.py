"""The enum `NamedToolChoiceType`."""

from __future__ import annotations

from enum import StrEnum


class NamedToolChoiceType(StrEnum):
    """The type of the tool."""

    FUNCTION = "function"
