"""The named type `PatchSessionRequestMetadata`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

PatchSessionRequestMetadata: TypeAlias = JSONObject
"""What `metadata` of a `PatchSessionRequest` may be."""
