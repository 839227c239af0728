"""The enum `SuggestionTarget`."""

from __future__ import annotations

from ..types import OpenEnum


class SuggestionTarget(OpenEnum):
    """The addressee of the suggestion.

    Example:
        >>> from julep_api.models import SuggestionTarget
        >>> SuggestionTarget("user")
        <SuggestionTarget.USER: 'user'>
    """

    USER = "user"
    AGENT = "agent"
