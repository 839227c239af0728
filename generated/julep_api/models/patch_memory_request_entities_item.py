"""The named type `PatchMemoryRequestEntitiesItem`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

PatchMemoryRequestEntitiesItem: TypeAlias = JSONObject
"""What `entities` of a `PatchMemoryRequest` consists of."""
