"""The enum `ListSessionsRequestOrder`."""

from __future__ import annotations

from ..types import OpenEnum


class ListSessionsRequestOrder(OpenEnum):
    """What the contract lists."""

    ASC = "asc"
    DESC = "desc"
