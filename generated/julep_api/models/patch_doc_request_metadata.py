"""The named type `PatchDocRequestMetadata`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

PatchDocRequestMetadata: TypeAlias = JSONObject
"""What `metadata` of a `PatchDocRequest` may be."""
