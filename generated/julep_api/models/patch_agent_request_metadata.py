"""The named type `PatchAgentRequestMetadata`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

PatchAgentRequestMetadata: TypeAlias = JSONObject
"""What `metadata` of a `PatchAgentRequest` may be."""
