"""Classes that julep 0.3's low-level clients were built on; new code uses `julep.Client`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from julep._lazy import resolvable
from julep_api.deprecation import warn_deprecated

if TYPE_CHECKING:
    from julep._http.transport_config import HttpClient

__all__ = ["AsyncClientWrapper", "BaseClientWrapper", "SyncClientWrapper"]


class BaseClientWrapper:
    """A key and a URL.

    Args:
        api_key: The value of the Authorization header.
        base_url: The URL of the API.

    Example:
        >>> from julep.api.core import BaseClientWrapper
        >>> BaseClientWrapper(api_key="Bearer …", base_url="http://localhost:8080/api")
        BaseClientWrapper(base_url='http://localhost:8080/api')
    """

    def __init__(self, *, api_key: str, base_url: str) -> None:
        depth = 3 if type(self) is BaseClientWrapper else 4
        what = f"julep.api.core.{type(self).__name__}"
        warn_deprecated(what, "julep.Client", stacklevel=depth)
        self.api_key = api_key
        self._base_url = base_url

    def get_headers(self) -> dict[str, str]:
        """Return the headers of every request.

        Returns:
            The ``Authorization`` header.

        Example:
            >>> from julep.api.core import BaseClientWrapper
            >>> BaseClientWrapper(api_key="Bearer x", base_url="http://localhost/api").get_headers()
            {'Authorization': 'Bearer x'}
        """
        return {"Authorization": self.api_key}

    def get_base_url(self) -> str:
        """Return the URL of the API.

        Returns:
            The URL that the wrapper was created with.

        Example:
            >>> from julep.api.core import BaseClientWrapper
            >>> BaseClientWrapper(api_key="Bearer x", base_url="http://localhost/api").get_base_url()
            'http://localhost/api'
        """
        return self._base_url

    # A key is a secret.
    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._base_url!r})"


class SyncClientWrapper(BaseClientWrapper):
    """A key, a URL and an ``httpx.Client``.

    Args:
        api_key: The value of the Authorization header.
        base_url: The URL of the API.
        httpx_client: The client to send requests with.

    Example:
        >>> import httpx
        >>> from julep.api.core import SyncClientWrapper
        >>> with httpx.Client() as client:
        ...     SyncClientWrapper(api_key="x", base_url="http://localhost/api", httpx_client=client)
        SyncClientWrapper(base_url='http://localhost/api')
    """

    def __init__(self, *, api_key: str, base_url: str, httpx_client: HttpClient) -> None:
        super().__init__(api_key=api_key, base_url=base_url)
        self.httpx_client = httpx_client


class AsyncClientWrapper(BaseClientWrapper):
    """A key, a URL and an ``httpx.AsyncClient``.

    Args:
        api_key: The value of the Authorization header.
        base_url: The URL of the API.
        httpx_client: The client to send requests with.

    Example:
        >>> import httpx
        >>> from julep.api.core import AsyncClientWrapper
        >>> async with httpx.AsyncClient() as http:
        ...     AsyncClientWrapper(api_key="x", base_url="http://localhost/api", httpx_client=http)
        AsyncClientWrapper(base_url='http://localhost/api')
    """

    def __init__(self, *, api_key: str, base_url: str, httpx_client: HttpClient) -> None:
        super().__init__(api_key=api_key, base_url=base_url)
        self.httpx_client = httpx_client


resolvable(__name__)
