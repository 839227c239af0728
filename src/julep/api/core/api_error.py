"""`ApiError` at another import path of julep 0.3; new code imports `julep.ApiError`."""

from __future__ import annotations

from julep.errors import ApiError

__all__ = ["ApiError"]
