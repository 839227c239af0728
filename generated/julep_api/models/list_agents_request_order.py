"""The enum `ListAgentsRequestOrder`."""

from __future__ import annotations

from ..types import OpenEnum


class ListAgentsRequestOrder(OpenEnum):
    """The values that the contract lists.

    Example:
        >>> from julep_api.models import ListAgentsRequestOrder
        >>> ListAgentsRequestOrder("asc")
        <ListAgentsRequestOrder.ASC: 'asc'>
    """

    ASC = "asc"
    DESC = "desc"
