"""The enum `PromptPartKind`."""

from __future__ import annotations

from ..types import OpenEnum


class PromptPartKind(OpenEnum):
    """What the part is: the session's situation, the description of the agent or the user, the
    instructions, a part of a document, a memory, the summary, a message of the history, a new
    message, or the tools.

    Example:
        >>> from julep_api.models import PromptPartKind
        >>> PromptPartKind("situation")
        <PromptPartKind.SITUATION: 'situation'>
    """

    SITUATION = "situation"
    AGENT = "agent"
    USER = "user"
    INSTRUCTIONS = "instructions"
    DOCUMENT = "document"
    MEMORY = "memory"
    SUMMARY = "summary"
    HISTORY = "history"
    MESSAGE = "message"
    TOOLS = "tools"
