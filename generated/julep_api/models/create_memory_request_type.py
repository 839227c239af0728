"""The enum `CreateMemoryRequestType`."""

from __future__ import annotations

from ..types import OpenEnum


class CreateMemoryRequestType(OpenEnum):
    """The type of the memory: what is true (`belief`), or what happened (`episode`).

    Example:
        >>> from julep_api.models import CreateMemoryRequestType
        >>> CreateMemoryRequestType("belief")
        <CreateMemoryRequestType.BELIEF: 'belief'>
    """

    BELIEF = "belief"
    EPISODE = "episode"
