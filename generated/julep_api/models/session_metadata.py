"""The named type `SessionMetadata`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

SessionMetadata: TypeAlias = JSONObject
"""What `metadata` of a `Session` may be."""
