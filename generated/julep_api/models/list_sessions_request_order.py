"""The enum `ListSessionsRequestOrder`."""

from __future__ import annotations

from ..types import OpenEnum


class ListSessionsRequestOrder(OpenEnum):
    """The values that the contract lists.

    Example:
        >>> from julep_api.models import ListSessionsRequestOrder
        >>> ListSessionsRequestOrder("asc")
        <ListSessionsRequestOrder.ASC: 'asc'>
    """

    ASC = "asc"
    DESC = "desc"
