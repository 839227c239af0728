"""The named type `UserMetadata`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

UserMetadata: TypeAlias = JSONObject
"""What `metadata` of a `User` may be."""
