"""The enum `GetUserDocsRequestOrder`."""

from __future__ import annotations

from ..types import OpenEnum


class GetUserDocsRequestOrder(OpenEnum):
    """The values that the contract lists.

    Example:
        >>> from julep_api.models import GetUserDocsRequestOrder
        >>> GetUserDocsRequestOrder("asc")
        <GetUserDocsRequestOrder.ASC: 'asc'>
    """

    ASC = "asc"
    DESC = "desc"
