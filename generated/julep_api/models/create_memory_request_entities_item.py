"""The named type `CreateMemoryRequestEntitiesItem`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

CreateMemoryRequestEntitiesItem: TypeAlias = JSONObject
"""What `entities` of a `CreateMemoryRequest` consists of."""
