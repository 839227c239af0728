"""The enum `MemoryMatchLeftOut`."""

from __future__ import annotations

from ..types import OpenEnum


class MemoryMatchLeftOut(OpenEnum):
    """Why it was not shown to the model: others are better than it (`limit`), or it is too far behind
    the best (`distance`). Absent if it was shown.

    Example:
        >>> from julep_api.models import MemoryMatchLeftOut
        >>> MemoryMatchLeftOut("limit")
        <MemoryMatchLeftOut.LIMIT: 'limit'>
    """

    LIMIT = "limit"
    DISTANCE = "distance"
