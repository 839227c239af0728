"""The two clients: `Client` is sync, `AsyncClient` is async."""

from julep._async_client import AsyncClient
from julep._client import Client

__all__ = ["AsyncClient", "Client"]
