"""The enum `PromptPartRole`."""

from __future__ import annotations

from ..types import OpenEnum


class PromptPartRole(OpenEnum):
    """The role of a message's author.

    Example:
        >>> from julep_api.models import PromptPartRole
        >>> PromptPartRole("user")
        <PromptPartRole.USER: 'user'>
    """

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    FUNCTION_CALL = "function_call"
    FUNCTION = "function"
