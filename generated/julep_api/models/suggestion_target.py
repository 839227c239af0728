"""The enum `SuggestionTarget`."""

from __future__ import annotations

from ..types import OpenEnum


class SuggestionTarget(OpenEnum):
    """The addressee of the suggestion."""

    USER = "user"
    AGENT = "agent"
