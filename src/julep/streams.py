"""Streams of chats: an answer that is read while the model writes it."""

from __future__ import annotations

from julep._calls.streams import AsyncChatStream, ChatStream

__all__ = ["AsyncChatStream", "ChatStream"]
