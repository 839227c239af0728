"""The two clients: `Client` blocks, `AsyncClient` is awaited."""

from julep._async_client import AsyncClient
from julep._client import Client

__all__ = ["AsyncClient", "Client"]
