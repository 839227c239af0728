"""The enum `UpdateMemoryRequestType`."""

from __future__ import annotations

from ..types import OpenEnum


class UpdateMemoryRequestType(OpenEnum):
    """The type of the memory: what is true (`belief`), or what happened (`episode`).

    Example:
        >>> from julep_api.models import UpdateMemoryRequestType
        >>> UpdateMemoryRequestType("belief")
        <UpdateMemoryRequestType.BELIEF: 'belief'>
    """

    BELIEF = "belief"
    EPISODE = "episode"
