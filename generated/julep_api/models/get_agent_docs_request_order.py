"""The enum `GetAgentDocsRequestOrder`."""

from __future__ import annotations

from ..types import OpenEnum


class GetAgentDocsRequestOrder(OpenEnum):
    """What the contract lists."""

    ASC = "asc"
    DESC = "desc"
