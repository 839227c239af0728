"""The server as an ASGI application."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from julep_server import passthrough
from julep_server.auth import Authenticator
from julep_server.call import Handler, Services
from julep_server.chat.runs import Runs
from julep_server.contract.operations import load_contract
from julep_server.db.engine import Database
from julep_server.dispatch import Dispatcher
from julep_server.errors import ApiError
from julep_server.http.answers import REQUEST_ID, error_answer, json_answer, request_id
from julep_server.jobs.duties import duties
from julep_server.jobs.kinds import Means
from julep_server.jobs.worker import Worker
from julep_server.models.asked_reflection import AskedReflection
from julep_server.models.offline import OfflineModel
from julep_server.models.offline_reflection import OfflineReflection
from julep_server.models.openai import OpenAIModel
from julep_server.models.provider import Provider
from julep_server.models.reflection import Reflection
from julep_server.resources import (
    agents,
    chat,
    docs,
    jobs,
    memories,
    messages,
    sessions,
    tools,
    users,
)
from julep_server.search.embedder import open_embedder
from julep_server.search.embedding import Embedding
from julep_server.settings import Settings

_log = logging.getLogger("julep_server")

HANDLERS: Mapping[str, Handler] = {
    **agents.HANDLERS,
    **users.HANDLERS,
    **sessions.HANDLERS,
    **messages.HANDLERS,
    **docs.HANDLERS,
    **tools.HANDLERS,
    **memories.HANDLERS,
    **jobs.HANDLERS,
    **chat.HANDLERS,
}


class App:
    """Answers every request, and only ever in the API's shapes.

    Args:
        settings: The server's configuration. The database is opened, and migrated, at once.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database = Database(settings.database)
        self._authenticator = Authenticator(settings.api_keys)
        self.runs = Runs()
        self._services: Services | None = None
        self._dispatcher: Dispatcher | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection's request, or go through the server's lifespan."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(Request(scope, receive), receive, send)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    async def _http(self, request: Request, receive: Receive, send: Send) -> None:
        identifier = request_id(request.headers.get("x-request-id"))
        started = False

        async def tagged(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _log.info(
                    "%s %s %d (%s)",
                    request.method,
                    _raw_path(request.scope),
                    message["status"],
                    identifier,
                )
                name = REQUEST_ID.lower().encode()
                message["headers"] = [*message["headers"], (name, identifier.encode())]
            await send(message)

        try:
            answer = await self._answer(request)
            await answer(request.scope, receive, tagged)
        except ApiError as error:
            await error_answer(error)(request.scope, receive, tagged)
        except ClientDisconnect:
            _log.debug("request %s: the client is gone", identifier)
        except Exception:
            _log.exception("request %s failed", identifier)
            if started:
                raise
            failure = ApiError(
                500, "internal_error", f"something went wrong in the server (request {identifier})"
            )
            await error_answer(failure)(request.scope, receive, tagged)

    async def _answer(self, request: Request) -> ASGIApp:
        services, dispatcher = self._services, self._dispatcher
        if services is None or dispatcher is None:
            raise ApiError(503, "starting", "the server is starting")
        path = _raw_path(request.scope)
        if path.startswith("/api/"):
            return await dispatcher.answer(request, path.removeprefix("/api"))
        if path.startswith("/v1/"):
            rest = path.removeprefix("/v1/")
            return await passthrough.answer(request, rest, services, self._authenticator)
        if path == "/healthz" and request.method in ("GET", "HEAD"):
            return json_answer(200, {"status": "ok", "model": services.provider.model})
        raise ApiError(404, "not_found", "there is nothing at this path")

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        provider = _provider(self._settings)
        embedding = Embedding(self._database, open_embedder(self._settings))
        means = Means(self._database, _reflection(provider), embedding)
        worker = Worker(self._database, duties(means))
        services = Services(self._settings, self._database, provider, self.runs, worker, embedding)
        self._services = services
        self._dispatcher = Dispatcher(load_contract(), HANDLERS, services, self._authenticator)
        worker.start()
        embedding.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.runs.stopped()
        await worker.stop()
        await embedding.stop()
        await provider.close()
        self.close()
        await send({"type": "lifespan.shutdown.complete"})


def _provider(settings: Settings) -> Provider:
    if settings.model_url is None:
        return OfflineModel()
    return OpenAIModel(
        settings.model_url, settings.model_key, settings.model, settings.model_timeout
    )


def _reflection(provider: Provider) -> Reflection:
    if isinstance(provider, OfflineModel):
        return OfflineReflection()
    return AskedReflection(provider)


def _raw_path(scope: Scope) -> str:
    """The path as it was sent: decoded, an encoded slash would part a segment in two."""
    raw = scope.get("raw_path")
    path: str = raw.decode("ascii", "replace") if isinstance(raw, bytes) else scope["path"]
    return path.partition("?")[0]
