"""``/readyz``: whether the server can do its work, with each part that it needs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
from sqlalchemy import Connection, select

from julep_server.errors import ApiError
from julep_server.json_text import JSON, JSONObject
from julep_server.model_endpoints import ModelEndpoint
from julep_server.models.endpoint_body import ACCEPT_ENCODING, read_body
from julep_server.models.endpoint_client import endpoint_client
from julep_server.models.endpoint_urls import endpoint_url
from julep_server.models.model_list import MAX_LIST_BYTES, read_model_list
from julep_server.services import Services
from julep_server.settings import Settings

PARTS = ("database", "model", "embedder")

_TIMEOUT = 2.0
_REMEMBERED_FOR = 5.0
"""Seconds for which the state of a model's endpoint is remembered: balancers look often."""

_OK = "ok"
_NO_KEY = "its endpoint requires a key (status 401)"
_WRONG_KEY = "its endpoint does not accept the key (status 401)"
_NO_MODEL = "its endpoint does not list this model"
_IS_READY = frozenset({_OK, _NO_KEY, _WRONG_KEY, _NO_MODEL})
"""What takes no server out of a fleet: a key may be allowed to chat, not to list models, and an
endpoint may have names that it does not list."""

_AZURE = ".azure.com"
"""Lists what can be deployed: requests name deployments."""


class PartState(NamedTuple):
    """The state of a part.

    Attributes:
        text: ``ok``, or a sentence.
        note: What callers of the API may know besides: it may name models.
    """

    text: str
    note: str = ""


class Readiness:
    """Checks the parts of a running server.

    Args:
        services: The server's parts.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = PartState(_OK)
        self._model_until = 0.0
        self._looking = asyncio.Lock()

    async def check(
        self, left_out: Collection[str], may_see_notes: Callable[[], Awaitable[bool]]
    ) -> tuple[int, JSONObject]:
        """Return the status of the response and its body, in which each part has a state.

        Args:
            left_out: Parts that are not checked.
            may_see_notes: Checks whether the caller may know more than that.
        """
        looks: dict[str, Callable[[], Awaitable[PartState]]] = {
            "database": self._database_state,
            "model": self._model_state,
            "embedder": self._embedder_state,
        }
        wanted = [name for name in PARTS if name not in left_out]
        states = await asyncio.gather(*(looks[name]() for name in wanted))
        parts: dict[str, JSON] = {
            name: state.text for name, state in zip(wanted, states, strict=True)
        }
        ready = all(state.text in _IS_READY for state in states)
        body: JSONObject = {"status": "ready" if ready else "not ready", **parts}
        notes: dict[str, JSON] = {
            name: state.note for name, state in zip(wanted, states, strict=True) if state.note
        }
        if notes and await may_see_notes():
            body["notes"] = notes
        return 200 if ready else 503, body

    async def _database_state(self) -> PartState:
        try:
            async with asyncio.timeout(_TIMEOUT):
                await self._services.database.read(_look)
        except ApiError as error:
            return PartState(error.message)
        except TimeoutError:
            return PartState("it did not respond in time")
        return PartState(_OK)

    async def _model_state(self) -> PartState:
        async with self._looking:
            if time.monotonic() >= self._model_until:
                endpoints = _endpoints(self._services.settings)
                found = await asyncio.gather(*(_endpoint_state(one) for one in endpoints))
                self._model = _joined(endpoints, found)
                self._model_until = time.monotonic() + _REMEMBERED_FOR
        return self._model

    async def _embedder_state(self) -> PartState:
        ready = self._services.embedding_worker.state().is_ready
        return PartState(_OK if ready else "it fails, and texts are recalled by words alone")


def _look(connection: Connection) -> None:
    connection.execute(select(1))


def _endpoints(settings: Settings) -> list[ModelEndpoint]:
    """Return the models at endpoints, the default first; none of models in the process."""
    choice = settings.model_choice
    if choice is not None:
        endpoints = choice.endpoints.values()
        return sorted(endpoints, key=lambda endpoint: endpoint.name != choice.default)
    if settings.model_url is None or not isinstance(settings.model, str):
        return []
    return [ModelEndpoint(settings.model, settings.model_url, settings.model_key)]


def _joined(endpoints: list[ModelEndpoint], states: list[PartState]) -> PartState:
    """Return the state of all models together."""
    if len(states) < 2:
        return states[0] if states else PartState(_OK)
    # One that answers is enough, where there are several: agents choose among them.
    first = next((state for state in states if state.text == _OK), states[0])
    notes = [
        f"{endpoint.name}: {'; '.join(text for text in state if text not in {'', _OK})}"
        for endpoint, state in zip(endpoints, states, strict=True)
        if state != PartState(_OK)
    ]
    return PartState(first.text, " / ".join(notes))


async def _endpoint_state(endpoint: ModelEndpoint) -> PartState:
    url, key = endpoint.url, endpoint.key
    status, content = 0, b""
    try:
        async with asyncio.timeout(_TIMEOUT), endpoint_client(url, key, _TIMEOUT) as client:
            headers = {"Accept-Encoding": ACCEPT_ENCODING}
            async with client.stream("GET", endpoint_url(url, "models"), headers=headers) as found:
                status = found.status_code
                if found.is_success:
                    content = await read_body(found, MAX_LIST_BYTES)
    except (httpx.HTTPError, TimeoutError, ApiError):  # one of a body that is too long, too
        if not status:
            return PartState("its endpoint can't be reached")
    if status == 401:
        return PartState(_NO_KEY if key is None else _WRONG_KEY)
    if status >= 500:
        return PartState(f"its endpoint reports {status}")
    # Any other response will do: not every endpoint lists its models.
    models = None if _is_azure(url) else read_model_list(content)
    if models is not None and models.has(endpoint.model):
        return PartState(_OK)
    if models is not None and models.is_whole:
        return PartState(_NO_MODEL, models.hint(endpoint.model))
    reason = "" if 200 <= status < 300 else f" (status {status})"
    text = "the name could not be checked: its endpoint does not list all that it accepts"
    return PartState(_OK, f"{text}{reason}")


def _is_azure(url: str) -> bool:
    return (urlsplit(url).hostname or "").endswith(_AZURE)
