"""The enum `CreateToolRequestType`."""

from __future__ import annotations

from ..types import OpenEnum


class CreateToolRequestType(OpenEnum):
    """Whether the caller runs the call (`function`), or it is sent to an address (`webhook`).

    Example:
        >>> from julep_api.models import CreateToolRequestType
        >>> CreateToolRequestType("function")
        <CreateToolRequestType.FUNCTION: 'function'>
    """

    FUNCTION = "function"
    WEBHOOK = "webhook"
