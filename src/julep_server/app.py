"""The server as an ASGI application."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from julep_server import openai_passthrough
from julep_server.call import Handler
from julep_server.cancellations import Cancellations
from julep_server.contract.operations import load_contract
from julep_server.db.engine import Database
from julep_server.dispatch import Dispatcher
from julep_server.errors import ApiError, internal_error, nothing_here
from julep_server.http.authentication import Authenticator, tenant_of
from julep_server.http.openai_error_format import openai_error_response
from julep_server.http.responses import (
    REQUEST_ID_HEADER,
    error_response,
    json_response,
    request_id,
)
from julep_server.idempotency import IdempotencyClaims
from julep_server.jobs.context import JobContext
from julep_server.jobs.handlers import job_performer
from julep_server.jobs.worker import Worker
from julep_server.models.local import LocalModel
from julep_server.models.model_reflection import ModelReflection
from julep_server.models.offline import OfflineModel
from julep_server.models.offline_reflection import OfflineReflection
from julep_server.models.openai import OpenAIModel
from julep_server.models.provider import Provider
from julep_server.models.reflection import Reflection
from julep_server.models.router import ModelRouter
from julep_server.models.script_files import read_script
from julep_server.models.scripted import ScriptedModel
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
from julep_server.search.embedding_worker import EmbeddingWorker
from julep_server.services import Services
from julep_server.settings import LOCAL_MODEL, Settings
from julep_server.streaming.runs import Runs
from julep_server.version import VERSION

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
    """Responds to every request, errors included, in the API's formats.

    Args:
        settings: The server's configuration. The database is opened and migrated at once.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._provider = _provider(settings)
        self._database = Database(settings.database)
        self._authenticator = Authenticator(settings.api_keys)
        self.runs = Runs()
        self._services: Services | None = None
        self._dispatcher: Dispatcher | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, or the server's lifespan."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(Request(scope, receive), receive, send)

    @property
    def model(self) -> str:
        """The name of the default model."""
        return self._provider.model

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
                name = REQUEST_ID_HEADER.lower().encode()
                message["headers"] = [
                    *message["headers"],
                    (name, identifier.encode()),
                    (b"julep-version", VERSION.encode()),
                ]
            await send(message)

        try:
            response = await self._respond(request)
            await response(request.scope, receive, tagged)
        except ApiError as error:
            await _error_response(request.scope, error)(request.scope, receive, tagged)
        except ClientDisconnect:
            _log.debug("request %s: the client has disconnected", identifier)
        except Exception:
            _log.exception("request %s failed", identifier)
            if started:
                raise
            failure = internal_error(identifier)
            await _error_response(request.scope, failure)(request.scope, receive, tagged)

    async def _respond(self, request: Request) -> ASGIApp:
        services, dispatcher = self._services, self._dispatcher
        if services is None or dispatcher is None:
            raise ApiError(503, "starting", "the server is starting")
        path = _raw_path(request.scope)
        if path == "/api/server" and request.method in ("GET", "HEAD"):
            return json_response(
                200, {"name": "julep", "version": VERSION, "contract": load_contract().version}
            )
        if path.startswith("/api/"):
            return await dispatcher.dispatch(request, path.removeprefix("/api"))
        if path.startswith("/v1/"):
            rest = path.removeprefix("/v1/")
            return await openai_passthrough.forward(request, rest, services, self._authenticator)
        if path == "/healthz" and request.method in ("GET", "HEAD"):
            return json_response(200, {"status": "ok", "model": services.provider.model})
        raise nothing_here()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        provider = self._provider
        embedding_worker = EmbeddingWorker(self._database, open_embedder(self._settings))
        choice = self._settings.model_choice
        by_key = dict[str, Sequence[str]]() if choice is None else choice.allowed
        allowed = {tenant_of(key): names for key, names in by_key.items()}
        context = JobContext(
            self._database, provider, _reflection(provider), embedding_worker, allowed
        )
        worker = Worker(self._database, job_performer(context))
        services = Services(
            self._settings,
            self._database,
            provider,
            self.runs,
            worker,
            embedding_worker,
            IdempotencyClaims(self._database),
            Cancellations(self._database, self.runs),
            allowed,
        )
        self._services = services
        self._dispatcher = Dispatcher(load_contract(), HANDLERS, services, self._authenticator)
        worker.start()
        embedding_worker.start()
        services.cancellations.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.runs.aclose()
        await services.cancellations.stop()
        await worker.stop()
        await embedding_worker.stop()
        await provider.close()
        self.close()
        await send({"type": "lifespan.shutdown.complete"})


def _provider(settings: Settings) -> Provider:
    if settings.model_script is not None:
        return read_script(settings.model_script)
    if isinstance(settings.model, ScriptedModel):
        return settings.model
    if (choice := settings.model_choice) is not None:
        return ModelRouter(choice, settings.model_timeout)
    if settings.model_url is None or not isinstance(settings.model, str):
        return LocalModel() if settings.model == LOCAL_MODEL else OfflineModel()
    return OpenAIModel(
        settings.model_url, settings.model_key, settings.model, settings.model_timeout
    )


def _reflection(provider: Provider) -> Reflection:
    # What a model of demo quality finds worth remembering is no better than a guess.
    if isinstance(provider, (OpenAIModel, ModelRouter)):
        return ModelReflection(provider)
    return OfflineReflection()


def _error_response(scope: Scope, error: ApiError) -> ASGIApp:
    """Build the response of an error, in the format of the API that the path belongs to."""
    of_openai = _raw_path(scope).startswith("/v1/")
    return openai_error_response(error) if of_openai else error_response(error)


def _raw_path(scope: Scope) -> str:
    """Return the percent-encoded path: a decoded slash would split a segment in two."""
    raw = scope.get("raw_path")
    path: str = raw.decode("ascii", "replace") if isinstance(raw, bytes) else scope["path"]
    return path.partition("?")[0]
