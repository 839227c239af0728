"""The named type `ChatSettingsResponseFormatSchema`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

ChatSettingsResponseFormatSchema: TypeAlias = JSONObject
"""What `schema` of a `ChatSettingsResponseFormat` may be."""
