"""The named type `CreateUserRequestMetadata`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

CreateUserRequestMetadata: TypeAlias = JSONObject
"""What `metadata` of a `CreateUserRequest` may be."""
