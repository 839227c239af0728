"""The named type `AgentMetadata`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

AgentMetadata: TypeAlias = JSONObject
"""What `metadata` of a `Agent` may be."""
