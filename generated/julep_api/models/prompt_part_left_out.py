"""The enum `PromptPartLeftOut`."""

from __future__ import annotations

from ..types import OpenEnum


class PromptPartLeftOut(OpenEnum):
    """Why the part is not in the prompt: it has no room in the `token_budget`, or the summary covers
    it. Absent if it is in the prompt.

    Example:
        >>> from julep_api.models import PromptPartLeftOut
        >>> PromptPartLeftOut("token_budget")
        <PromptPartLeftOut.TOKEN_BUDGET: 'token_budget'>
    """

    TOKEN_BUDGET = "token_budget"
    SUMMARY = "summary"
