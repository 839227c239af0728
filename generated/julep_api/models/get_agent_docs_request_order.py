"""The enum `GetAgentDocsRequestOrder`."""

from __future__ import annotations

from ..types import OpenEnum


class GetAgentDocsRequestOrder(OpenEnum):
    """The values that the contract lists."""

    ASC = "asc"
    DESC = "desc"
