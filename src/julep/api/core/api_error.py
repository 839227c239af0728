"""The same once more: 0.3 had a module for the class."""

from __future__ import annotations

from julep.errors import ApiError

__all__ = ["ApiError"]
