"""The enum `ListUsersRequestOrder`."""

from __future__ import annotations

from ..types import OpenEnum


class ListUsersRequestOrder(OpenEnum):
    """The values that the contract lists."""

    ASC = "asc"
    DESC = "desc"
