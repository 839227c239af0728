"""The enum `ListAgentsRequestOrder`."""

from __future__ import annotations

from ..types import OpenEnum


class ListAgentsRequestOrder(OpenEnum):
    """What the contract lists."""

    ASC = "asc"
    DESC = "desc"
