"""The enum `CreateMemoryRequestType`."""

from __future__ import annotations

from ..types import OpenEnum


class CreateMemoryRequestType(OpenEnum):
    """The type of the memory: what is true (`belief`), or what happened (`episode`)."""

    BELIEF = "belief"
    EPISODE = "episode"
