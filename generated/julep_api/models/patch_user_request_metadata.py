"""The named type `PatchUserRequestMetadata`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

PatchUserRequestMetadata: TypeAlias = JSONObject
"""What `metadata` of a `PatchUserRequest` may be."""
