"""The enum `ChatSettingsPreset`."""

from __future__ import annotations

from ..types import OpenEnum


class ChatSettingsPreset(OpenEnum):
    """A named set of settings to start from.

    Example:
        >>> from julep_api.models import ChatSettingsPreset
        >>> ChatSettingsPreset("problem_solving")
        <ChatSettingsPreset.PROBLEM_SOLVING: 'problem_solving'>
    """

    PROBLEM_SOLVING = "problem_solving"
    CONVERSATIONAL = "conversational"
    FUN = "fun"
    PROSE = "prose"
    CREATIVE = "creative"
    BUSINESS = "business"
    DETERMINISTIC = "deterministic"
    CODE = "code"
    MULTILINGUAL = "multilingual"
