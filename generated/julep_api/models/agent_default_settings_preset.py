"""The enum `AgentDefaultSettingsPreset`."""

from __future__ import annotations

from ..types import OpenEnum


class AgentDefaultSettingsPreset(OpenEnum):
    """A named set of settings to start from."""

    PROBLEM_SOLVING = "problem_solving"
    CONVERSATIONAL = "conversational"
    FUN = "fun"
    PROSE = "prose"
    CREATIVE = "creative"
    BUSINESS = "business"
    DETERMINISTIC = "deterministic"
    CODE = "code"
    MULTILINGUAL = "multilingual"
