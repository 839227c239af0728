"""The named type `MemoryEntitiesItem`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

MemoryEntitiesItem: TypeAlias = JSONObject
"""What `entities` of a `Memory` consists of."""
