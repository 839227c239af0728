"""The enum `MemoryType`."""

from __future__ import annotations

from ..types import OpenEnum


class MemoryType(OpenEnum):
    """The type of the memory: what is true (`belief`), or what happened (`episode`).

    Example:
        >>> from julep_api.models import MemoryType
        >>> MemoryType("belief")
        <MemoryType.BELIEF: 'belief'>
    """

    BELIEF = "belief"
    EPISODE = "episode"
