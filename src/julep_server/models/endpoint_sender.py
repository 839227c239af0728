"""Sends requests to an endpoint."""

from __future__ import annotations

import httpx

from julep_server.errors import unavailable
from julep_server.json_text import JSONObject, dumps
from julep_server.models.endpoint_body import ACCEPT_ENCODING, body_pieces
from julep_server.models.endpoint_client import endpoint_client
from julep_server.models.endpoint_urls import endpoint_url, redirect_target
from julep_server.models.openai_errors import (
    MAX_ERROR_BYTES,
    not_understood,
    refusal,
    transport_error,
)

_AZURE = ".azure.com"
"""Its deployments take a key in a header of its own."""

# Others that mean success have no answer yet (202), none at all (204), or a part of one (206).
_WHOLE = frozenset({200, 201, 203})
_MAX_REDIRECTS = 5
# The others would turn the request into a GET.
_REDIRECTS = frozenset({307, 308})


class EndpointSender:
    """Sends requests to one endpoint.

    Args:
        url: The endpoint's base URL.
        key: Sent as a bearer token; None sends none.
        timeout: Seconds that the endpoint may be silent.
    """

    def __init__(self, url: str, key: str | None, timeout: float) -> None:
        self._url = url
        self._key = key
        self._client = endpoint_client(url, key, timeout)

    async def send(self, path: str, body: JSONObject) -> httpx.Response:
        """Send a request, following redirects on the same host.

        Returns:
            A successful response, whose body is not read yet; the caller must close it.

        Raises:
            ApiError: The endpoint can't be reached, or refused the request.
        """
        url, content = endpoint_url(self._url, path), dumps(body).encode("utf-8")
        for _ in range(_MAX_REDIRECTS):
            response = await self._post(url, content)
            if response.status_code in _WHOLE:
                return response
            try:
                if response.is_success:
                    raise not_understood(f"no whole answer (status {response.status_code})")
                target = _target(response)
                if target is None:
                    start = await _beginning(response)
                    model = str(body.get("model"))
                    raise refusal(response.status_code, response.headers, start, model, self._key)
            finally:
                await response.aclose()
            url = target
        raise unavailable("model_unavailable", "the model's endpoint redirects without end")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _post(self, url: str, content: bytes) -> httpx.Response:
        headers = {"Accept-Encoding": ACCEPT_ENCODING}
        if self._key and httpx.URL(url).host.endswith(_AZURE):
            headers["api-key"] = self._key
        try:
            request = self._client.build_request("POST", url, content=content, headers=headers)
            return await self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise transport_error(error) from error
        except httpx.InvalidURL as error:
            message = "the URL of the model's endpoint can't be used"
            raise unavailable("model_unavailable", message) from error


def _target(response: httpx.Response) -> str | None:
    """Return where a redirect leads; None for a response that is no redirect.

    Raises:
        ApiError: 503 for a redirect to another host.
    """
    location = response.headers.get("location")
    if response.status_code not in _REDIRECTS or not location:
        return None
    target = redirect_target(str(response.request.url), location)
    if target is None:
        raise unavailable("model_unavailable", "the model's endpoint redirects to another host")
    return target


async def _beginning(response: httpx.Response) -> bytes:
    """Return the beginning of an error's body."""
    content = b""
    try:
        async for piece in body_pieces(response):
            content += piece
            if len(content) >= MAX_ERROR_BYTES:
                break
    except httpx.HTTPError as error:
        raise transport_error(error) from error
    return content[:MAX_ERROR_BYTES]
