"""The named type `FunctionParameters`."""

from __future__ import annotations

from typing import TypeAlias

from ..types import JSONObject

FunctionParameters: TypeAlias = JSONObject
"""The arguments that a function takes, as a JSON Schema of type object."""
