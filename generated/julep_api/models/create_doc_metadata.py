"""The named type `CreateDocMetadata`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

CreateDocMetadata: TypeAlias = JSONObject
"""What `metadata` of a `CreateDoc` may be."""
