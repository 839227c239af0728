"""What an operator, a monitor or a client reads of a server without a key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from julep_server.contract.document import contract_document
from julep_server.contract.operations import load_contract
from julep_server.errors import ApiError, nothing_here
from julep_server.health import Readiness
from julep_server.http.responses import json_response
from julep_server.json_text import JSON, JSONObject
from julep_server.monitoring.request_record import describe
from julep_server.services import Services
from julep_server.version import VERSION

OPERATOR_PATHS = frozenset({"/api/server", "/healthz", "/readyz", "/metrics", "/openapi.json"})


class OperatorPages:
    """Responds to GET and HEAD at the paths that need no key.

    Args:
        services: The server's parts.
        readiness: Checks them.
    """

    def __init__(self, services: Services, readiness: Readiness) -> None:
        self._services = services
        self._readiness = readiness
        if (metrics := services.monitor.metrics) is not None:
            worker = services.embedding_worker
            outage = services.database.outage
            metrics.gauge(
                "julep_answers_running",
                "Answers of models that are being written.",
                lambda: services.runs.running,
                "livesum",
            )
            metrics.gauge(
                "julep_database_failing", "1 while the database fails.", lambda: outage.failing
            )
            metrics.gauge(
                "julep_embedder_failing",
                "1 while the embedder fails.",
                lambda: not worker.state().is_ready,
            )

    async def respond(self, request: Request, path: str) -> ASGIApp:
        """Return the response at a path.

        Args:
            request: The request.
            path: Its path below the root path.

        Raises:
            ApiError: 404 when there is nothing at the path.
        """
        if path not in OPERATOR_PATHS or request.method not in ("GET", "HEAD"):
            raise nothing_here()
        describe(operation=path)
        if path == "/readyz":
            return await self._ready(request)
        if path == "/metrics":
            return self._metrics()
        if path == "/openapi.json":
            return json_response(200, _document(self._services.settings.root_path))
        if path == "/healthz":
            body: JSONObject = {
                "status": "ok",
                "model": self._services.provider.model,
                "embedder": self._services.embedding_worker.state().embedder,
            }
            return json_response(200, body)
        contract = load_contract().version
        return json_response(200, {"name": "julep", "version": VERSION, "contract": contract})

    async def _ready(self, request: Request) -> ASGIApp:
        async def may_see_notes() -> bool:
            return await self._services.access.is_known(request)

        # Not whether the server stops: connections that wait are closed then, and none is accepted.
        left_out = request.query_params.getlist("exclude")
        status, body = await self._readiness.check(left_out, may_see_notes)
        return json_response(status, body, _UNCACHED)

    def _metrics(self) -> ASGIApp:
        metrics = self._services.monitor.metrics
        if metrics is None:
            raise ApiError(404, "not_found", "metrics are off: julep serve --metrics")
        from julep_server.monitoring.metrics import MEDIA_TYPE

        return Response(metrics.exposition(), 200, media_type=MEDIA_TYPE)


_UNCACHED: Mapping[str, str] = {"Cache-Control": "no-store"}


@cache
def _document(root_path: str) -> JSON:
    """Return the API's description, with this server as its only one."""
    return {**contract_document(), "servers": [{"url": f"{root_path}/api"}]}
