"""The enum `GetAgentDocsRequestOrder`."""

from __future__ import annotations

from ..types import OpenEnum


class GetAgentDocsRequestOrder(OpenEnum):
    """The values that the contract lists.

    Example:
        >>> from julep_api.models import GetAgentDocsRequestOrder
        >>> GetAgentDocsRequestOrder("asc")
        <GetAgentDocsRequestOrder.ASC: 'asc'>
    """

    ASC = "asc"
    DESC = "desc"
