"""The server as an ASGI application."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from julep_server import openai_passthrough
from julep_server.call import Handler
from julep_server.cancellations import Cancellations
from julep_server.contract.operations import load_contract
from julep_server.db.engine import Database
from julep_server.db.waiting import open_within
from julep_server.dispatch import Dispatcher
from julep_server.errors import ApiError, internal_error
from julep_server.health import Readiness
from julep_server.housekeeping import Housekeeping
from julep_server.http.browsers import Browsers
from julep_server.http.openai_error_format import openai_error_response
from julep_server.http.request_head import SERVED_METHODS
from julep_server.http.responses import (
    REQUEST_ID_HEADER,
    error_response,
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
from julep_server.monitoring.monitor import Monitor
from julep_server.monitoring.request_record import RequestRecord
from julep_server.operator_pages import OPERATOR_PATHS, OperatorPages
from julep_server.origins import ANY_ORIGIN, is_local_host
from julep_server.pages.files import page
from julep_server.prompt.template_process import TemplateLimits
from julep_server.prompt.templates import TemplateRenderer
from julep_server.relay import Relay
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
from julep_server.streaming.runs import Runs, server_stopping
from julep_server.tenancy.access import Access
from julep_server.version import VERSION

_log = logging.getLogger("julep_server")

# What a monitor or a load balancer reads, which have other names for this machine.
_HEALTH = frozenset({"/healthz", "/readyz"})

_REQUEST_ID = REQUEST_ID_HEADER.lower().encode()
_VERSION = b"julep-version", VERSION.encode()

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
        self.settings = settings
        # Before the server says that it serves: its validators take most of the time to start.
        self._contract = load_contract()
        self._provider = _provider(settings)
        self._database, self._access = open_within(settings.database_wait, self._open)
        self._browsers = Browsers(settings.cors_origin)
        self.runs = Runs()
        self._monitor = Monitor(metrics=settings.metrics)
        self._drain_until: float | None = None
        self._services: Services | None = None
        self._dispatcher: Dispatcher | None = None
        self._pages: OperatorPages | None = None

    def _open(self) -> tuple[Database, Access]:
        settings = self.settings
        database = Database(settings.database, prepared_statements=settings.prepared_statements)
        try:
            return database, self._open_access(database)
        except BaseException:
            database.close()
            raise

    def _open_access(self, database: Database) -> Access:
        """Read the keys, and check that a server without one can't be reached from outside."""
        settings, choice = self.settings, self.settings.model_choice
        allowed = dict[str, Sequence[str]]() if choice is None else choice.allowed
        access = Access(database, settings, allowed)
        if not access.requires_key:
            if not is_local_host(f"[{settings.host}]" if ":" in settings.host else settings.host):
                raise ValueError(
                    f"everyone who reaches {settings.host} could use a server without keys: create"
                    " one (julep keys create, --api-key, JULEP_SERVER_API_KEY), or serve on"
                    " 127.0.0.1"
                )
            if ANY_ORIGIN in settings.cors_origin:
                raise ValueError(
                    "every page could use a server without keys: --cors-origin * needs one"
                )
        return access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, or the server's lifespan."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    @property
    def model(self) -> str:
        """The name of the default model."""
        return self._provider.model

    def begin_drain(self, seconds: float) -> None:
        """Let completions that run go on for so long when the server stops."""
        self._drain_until = time.monotonic() + seconds

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        identifier = request_id(Headers(scope=scope).get("x-request-id"))
        record = RequestRecord(scope["method"], self._path(scope), identifier)

        async def counted() -> Message:
            message = await receive()
            record.bytes_in += len(message.get("body", b""))
            return message

        async def tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                added = self._browsers.headers(request) | self._access.headers(request)
                message["headers"] = [
                    *message["headers"],
                    *((name.lower().encode(), value.encode()) for name, value in added.items()),
                    (_REQUEST_ID, identifier.encode()),
                    _VERSION,
                ]
            else:
                record.bytes_out += len(message.get("body", b""))
            await send(message)

        request = Request(scope, counted)
        with self._monitor.request(record, request.headers, scope["scheme"]):
            try:
                response = await self._respond(request, record.path)
                await response(scope, counted, tagged)
            except ApiError as error:
                await _error_response(record.path, error)(scope, counted, tagged)
            except asyncio.CancelledError:
                # The server stops, and the time for what still runs is over.
                if record.status:
                    raise
                await _error_response(record.path, server_stopping())(scope, counted, tagged)
            except ClientDisconnect:
                _log.debug("request %s: the client has disconnected", identifier)
            except Exception:
                _log.exception("request %s failed", identifier)
                if record.status:
                    raise
                failure = internal_error(identifier)
                await _error_response(record.path, failure)(scope, counted, tagged)

    async def _respond(self, request: Request, path: str) -> ASGIApp:
        services, dispatcher, pages = self._services, self._dispatcher, self._pages
        if services is None or dispatcher is None or pages is None:
            raise ApiError(503, "starting", "the server is starting")
        if (preflight := self._browsers.preflight(request)) is not None:
            return preflight
        # Pages hold no data: a link from another site may lead to them.
        if (found := page(request, path)) is not None:
            return found
        if not self._access.requires_key and path not in _HEALTH:
            self._browsers.check(request)
        if path.startswith("/api/") and path not in OPERATOR_PATHS:
            return await dispatcher.dispatch(request, path.removeprefix("/api"))
        if path.startswith("/v1/"):
            rest = path.removeprefix("/v1/")
            return await openai_passthrough.forward(request, rest, services)
        if path == "*" and request.method == "OPTIONS":
            return Response(None, 204, {"Allow": SERVED_METHODS})
        return await pages.respond(request, path)

    def _path(self, scope: Scope) -> str:
        """Return the path; a proxy may, or may not, have removed the root path from it."""
        path, root = _raw_path(scope), self.settings.root_path
        return path.removeprefix(root) if path.startswith(f"{root}/") else path

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        provider = self._provider
        embedding_worker = EmbeddingWorker(self._database, open_embedder(self.settings))
        templates = _templates(self.settings)
        context = JobContext(
            self._database,
            provider,
            _reflection(provider),
            embedding_worker,
            templates,
            self._access.models_of,
        )
        worker = Worker(self._database, job_performer(context))
        relay = Relay(self._database, self.runs)
        services = Services(
            self.settings,
            self._database,
            provider,
            self.runs,
            worker,
            embedding_worker,
            relay,
            templates,
            self._access,
            self._monitor,
            IdempotencyClaims(self._database, relay),
            Cancellations(self._database, self.runs, relay),
        )
        self._services = services
        dispatcher = Dispatcher(self._contract, HANDLERS, services)
        await relay.start()
        self._dispatcher = dispatcher
        housekeeping = Housekeeping(self._database)
        housekeeping.start()
        self._pages = OperatorPages(services, Readiness(services))
        worker.start()
        embedding_worker.start()
        self._access.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        left = (self._drain_until or 0.0) - time.monotonic()
        await self.runs.aclose(left)
        await services.claims.aclose()
        await relay.stop()
        await worker.stop()
        await housekeeping.stop()
        await embedding_worker.stop()
        await self._access.stop()
        templates.close()
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


def _templates(settings: Settings) -> TemplateRenderer:
    limits = TemplateLimits(
        settings.template_seconds, settings.template_characters, settings.template_megabytes
    )
    return TemplateRenderer(limits)


def _reflection(provider: Provider) -> Reflection:
    # What a model of demo quality finds worth remembering is no better than a guess.
    if isinstance(provider, (OpenAIModel, ModelRouter)):
        return ModelReflection(provider)
    return OfflineReflection()


def _error_response(path: str, error: ApiError) -> ASGIApp:
    """Build the response of an error, in the format of the API that the path belongs to."""
    return openai_error_response(error) if path.startswith("/v1/") else error_response(error)


def _raw_path(scope: Scope) -> str:
    """Return the percent-encoded path: a decoded slash would split a segment in two."""
    raw = scope.get("raw_path")
    path: str = raw.decode("ascii", "replace") if isinstance(raw, bytes) else scope["path"]
    return path.partition("?")[0]
