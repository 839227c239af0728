"""The enum `PatchMemoryRequestType`."""

from __future__ import annotations

from ..types import OpenEnum


class PatchMemoryRequestType(OpenEnum):
    """The type of the memory: what is true (`belief`), or what happened (`episode`).

    Example:
        >>> from julep_api.models import PatchMemoryRequestType
        >>> PatchMemoryRequestType("belief")
        <PatchMemoryRequestType.BELIEF: 'belief'>
    """

    BELIEF = "belief"
    EPISODE = "episode"
