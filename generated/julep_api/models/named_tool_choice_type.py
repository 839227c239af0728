"""The enum `NamedToolChoiceType`."""

from __future__ import annotations

from enum import StrEnum


class NamedToolChoiceType(StrEnum):
    """What kind of tool it is."""

    FUNCTION = "function"
