"""Behaviour of models that the contract cannot describe, written by hand.

The generator's configuration lists which model derives from which of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import ChatResponseDelta

__all__ = ["ChatResponseChunkMixin", "ChatResponseMixin"]


class ChatResponseMixin:
    """The common case of a chat's response: one choice, of one message."""

    __slots__ = ()

    if TYPE_CHECKING:
        response: list[list[ChatMlMessage]]

    @property
    def message(self) -> ChatMlMessage:
        """The first message of the first choice.

        Raises:
            LookupError: If the response has no message.
        """
        for choice in self.response:
            for message in choice:
                return message
        raise LookupError("the response has no message")

    @property
    def text(self) -> str:
        """The text of that message, its parts joined; empty if there is none."""
        if not any(self.response):
            return ""
        content = self.message.content
        if isinstance(content, str):
            return content
        texts = [getattr(part, "text", "") for part in content]
        return "".join(text for text in texts if isinstance(text, str))


class ChatResponseChunkMixin:
    """The common case of one event of a streamed answer."""

    __slots__ = ()

    if TYPE_CHECKING:
        delta: ChatResponseDelta

    @property
    def text(self) -> str:
        """The new part of the text; empty if the event has none."""
        content = self.delta.content
        return content if isinstance(content, str) else ""


# At the end, since models need this module.
from .models.chat_ml_message import ChatMlMessage  # noqa: E402
