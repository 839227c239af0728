"""The named type `UpdateUserRequestMetadata`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

UpdateUserRequestMetadata: TypeAlias = JSONObject
"""What `metadata` of a `UpdateUserRequest` may be."""
