"""What a server reports of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from julep_api.client import Call
from julep_api.errors import DecodeError

if TYPE_CHECKING:
    from julep_api.types import JSON


class ServerInfo(NamedTuple):
    """What a server reports of itself.

    Attributes:
        name: The name of the program.
        version: Its version.
        contract: The version of the API's contract that it implements.

    Example:
        >>> client.server().name
        'julep'
    """

    name: str
    version: str
    contract: str


def server_info_call() -> Call[ServerInfo]:
    """Build the call of an endpoint beside the contract's."""
    return Call(operation="", method="GET", path="/server", answers={200: _read})


def _read(body: JSON) -> ServerInfo:
    fields = body if isinstance(body, dict) else {}
    found: list[str] = []
    for name in ServerInfo._fields:
        value = fields.get(name)
        if not isinstance(value, str):
            raise DecodeError(name, "expected a string")
        found.append(value)
    return ServerInfo(*found)
