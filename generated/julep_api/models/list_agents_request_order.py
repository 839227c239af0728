"""The enum `ListAgentsRequestOrder`."""

from __future__ import annotations

from ..types import OpenEnum


class ListAgentsRequestOrder(OpenEnum):
    """The values that the contract lists."""

    ASC = "asc"
    DESC = "desc"
