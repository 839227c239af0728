"""The named type `UpdateAgentRequestMetadata`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

UpdateAgentRequestMetadata: TypeAlias = JSONObject
"""What `metadata` of a `UpdateAgentRequest` may be."""
