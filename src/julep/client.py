"""The two clients: `Client` is sync, `AsyncClient` is async."""

from typing import TYPE_CHECKING

from julep import _lazy
from julep._clients.async_client import AsyncClient
from julep._clients.sync_client import Client

if TYPE_CHECKING:
    from julep.api import client as _older

    AsyncJulepApi = _older.AsyncJulepApi
    JulepApi = _older.JulepApi
else:
    _, __getattr__, __dir__ = _lazy.lazy(
        __name__, {"julep.api.client": ("AsyncJulepApi", "JulepApi")}
    )

__all__ = ["AsyncClient", "Client"]


def get_base_url(url: str) -> str:
    """Return the scheme and the host of a URL; deprecated: use `urllib.parse.urlsplit`."""
    from urllib.parse import urlsplit

    from julep_api.deprecation import warn_deprecated

    warn_deprecated("julep.client.get_base_url()", "urllib.parse.urlsplit()")
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
