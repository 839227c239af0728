"""The named type `CreateSessionRequestMetadata`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

CreateSessionRequestMetadata: TypeAlias = JSONObject
"""What `metadata` of a `CreateSessionRequest` may be."""
