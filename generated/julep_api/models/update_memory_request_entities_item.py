"""The named type `UpdateMemoryRequestEntitiesItem`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

UpdateMemoryRequestEntitiesItem: TypeAlias = JSONObject
"""What `entities` of a `UpdateMemoryRequest` consists of."""
