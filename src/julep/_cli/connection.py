"""The client of a command: its settings are from options, the environment or a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from julep._client import Client


def connect(url: str | None, profile: str | None) -> Client:  # noqa: ARG001
    """Return a client.

    Args:
        url: The server's base URL, as an option.
        profile: The name of a profile, as an option.
    """
    from julep._client import Client

    return Client(base_url=url)
