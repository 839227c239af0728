"""The enum `ListSessionsRequestOrder`."""

from __future__ import annotations

from ..types import OpenEnum


class ListSessionsRequestOrder(OpenEnum):
    """The values that the contract lists."""

    ASC = "asc"
    DESC = "desc"
