"""The enum `InputChatMlMessageRole`."""

from __future__ import annotations

from ..types import OpenEnum


class InputChatMlMessageRole(OpenEnum):
    """The role of the author. The result of a call is a `function`; with `auto` the server decides.

    Example:
        >>> from julep_api.models import InputChatMlMessageRole
        >>> InputChatMlMessageRole("user")
        <InputChatMlMessageRole.USER: 'user'>
    """

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    FUNCTION_CALL = "function_call"
    FUNCTION = "function"
    AUTO = "auto"
