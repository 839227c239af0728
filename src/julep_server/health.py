"""``/readyz``: whether the server can do its work, with each part that it needs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection

import httpx
from sqlalchemy import Connection, select

from julep_server.errors import ApiError
from julep_server.json_text import JSON, JSONObject
from julep_server.models.endpoint_client import endpoint_client
from julep_server.models.endpoint_urls import endpoint_url
from julep_server.services import Services
from julep_server.settings import Settings

PARTS = ("database", "model", "embedder")

_TIMEOUT = 2.0
_REMEMBERED_FOR = 5.0
"""Seconds for which the state of a model's endpoint is remembered: balancers look often."""

_OK = "ok"
_NO_KEY = "its endpoint requires a key (status 401)"
_WRONG_KEY = "its endpoint does not accept the key (status 401)"
_IS_READY = frozenset({_OK, _NO_KEY, _WRONG_KEY})
"""A refused key takes no server out of a fleet: it may be allowed to chat, not to list models."""


class Readiness:
    """Checks the parts of a running server.

    Args:
        services: The server's parts.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = ""
        self._model_until = 0.0
        self._looking = asyncio.Lock()

    async def check(self, left_out: Collection[str] = ()) -> tuple[int, JSONObject]:
        """Return the status of the response and its body, in which each part has a state.

        Args:
            left_out: Parts that are not checked.
        """
        looks: dict[str, Callable[[], Awaitable[str]]] = {
            "database": self._database_state,
            "model": self._model_state,
            "embedder": self._embedder_state,
        }
        wanted = [name for name in PARTS if name not in left_out]
        states = await asyncio.gather(*(looks[name]() for name in wanted))
        parts: dict[str, JSON] = dict(zip(wanted, states, strict=True))
        ready = all(state in _IS_READY for state in states)
        body: JSONObject = {"status": "ready" if ready else "not ready", **parts}
        return 200 if ready else 503, body

    async def _database_state(self) -> str:
        try:
            async with asyncio.timeout(_TIMEOUT):
                await self._services.database.read(_look)
        except ApiError as error:
            return error.message
        except TimeoutError:
            return "it did not respond in time"
        return _OK

    async def _model_state(self) -> str:
        async with self._looking:
            if time.monotonic() >= self._model_until:
                endpoints = _endpoints(self._services.settings)
                found = await asyncio.gather(*(_endpoint_state(*one) for one in endpoints))
                # One that answers is enough, where there are several: agents choose among them.
                failures = [state for state in found if state != _OK]
                self._model = _OK if len(failures) < len(found) or not found else failures[0]
                self._model_until = time.monotonic() + _REMEMBERED_FOR
        return self._model

    async def _embedder_state(self) -> str:
        ready = self._services.embedding_worker.state().is_ready
        return _OK if ready else "it fails, and texts are recalled by words alone"


def _look(connection: Connection) -> None:
    connection.execute(select(1))


def _endpoints(settings: Settings) -> list[tuple[str, str | None]]:
    """Return the URL and the key of each model's endpoint; none of models in the process."""
    choice = settings.model_choice
    if choice is not None:
        return [(endpoint.url, endpoint.key) for endpoint in choice.endpoints.values()]
    return [] if settings.model_url is None else [(settings.model_url, settings.model_key)]


async def _endpoint_state(url: str, key: str | None) -> str:
    # Any response will do: not every endpoint lists its models.
    try:
        async with endpoint_client(url, key, _TIMEOUT) as client:
            response = await client.get(endpoint_url(url, "models"))
    except httpx.HTTPError:
        return "its endpoint can't be reached"
    if response.status_code == 401:
        return _NO_KEY if key is None else _WRONG_KEY
    return _OK if response.status_code < 500 else f"its endpoint reports {response.status_code}"
