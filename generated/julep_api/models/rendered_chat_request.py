"""The named type `RenderedChatRequest`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

RenderedChatRequest: TypeAlias = JSONObject
"""What `request` of a `RenderedChat` may be."""
