"""The named type `DocMetadata`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

DocMetadata: TypeAlias = JSONObject
"""What `metadata` of a `Doc` may be."""
