"""The enum `AgentDefaultSettingsPreset`."""

from __future__ import annotations

from ..types import OpenEnum


class AgentDefaultSettingsPreset(OpenEnum):
    """A named set of settings to start from.

    Example:
        >>> from julep_api.models import AgentDefaultSettingsPreset
        >>> AgentDefaultSettingsPreset("problem_solving")
        <AgentDefaultSettingsPreset.PROBLEM_SOLVING: 'problem_solving'>
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
