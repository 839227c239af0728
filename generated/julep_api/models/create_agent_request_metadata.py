"""The named type `CreateAgentRequestMetadata`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

CreateAgentRequestMetadata: TypeAlias = JSONObject
"""What `metadata` of a `CreateAgentRequest` may be."""
