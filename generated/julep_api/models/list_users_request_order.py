"""The enum `ListUsersRequestOrder`."""

from __future__ import annotations

from ..types import OpenEnum


class ListUsersRequestOrder(OpenEnum):
    """The values that the contract lists.

    Example:
        >>> from julep_api.models import ListUsersRequestOrder
        >>> ListUsersRequestOrder("asc")
        <ListUsersRequestOrder.ASC: 'asc'>
    """

    ASC = "asc"
    DESC = "desc"
