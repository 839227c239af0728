"""The named type `UpdateDocRequestMetadata`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

UpdateDocRequestMetadata: TypeAlias = JSONObject
"""What `metadata` of a `UpdateDocRequest` may be."""
