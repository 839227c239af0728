"""The enum `SuggestionTarget`."""

from __future__ import annotations

from ..types import OpenEnum


class SuggestionTarget(OpenEnum):
    """For whom the suggestion is meant."""

    USER = "user"
    AGENT = "agent"
