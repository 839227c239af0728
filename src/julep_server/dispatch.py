"""Dispatch of requests below ``/api``: routing, authentication, validation, idempotency."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp

from julep_server.call import Call, Handler
from julep_server.chat.chunks import kept_events
from julep_server.contract.operations import Body, Contract, Operation
from julep_server.contract.violations import metadata_violations, violations
from julep_server.errors import Violation, invalid, not_implemented
from julep_server.http.preferences import preferred_return
from julep_server.http.request_body import LARGE, MISSING, parse_json, read_body
from julep_server.http.responses import REPLAYED_HEADER, json_response
from julep_server.idempotency import IdempotencyClaim, fingerprint
from julep_server.json_text import JSON, JSONObject
from julep_server.monitoring.request_record import describe
from julep_server.resources.chat import is_streamed
from julep_server.services import Services
from julep_server.store.kept_responses import DuplicateRequestError, IdempotencyKey, KeptResponse
from julep_server.streaming.event_stream import finished_run, resume_position, stream_run
from julep_server.streaming.runs import Run

_log = logging.getLogger("julep_server")

# What a key for reading may do, though it is no GET.
_READING = frozenset({"RenderChat"})


class Dispatcher:
    """Dispatches requests to the handlers of the contract's operations.

    Args:
        contract: The operations.
        handlers: The operations' handlers, by operation id. An operation without one is not
            implemented: its response is a 501.
        services: The server's parts that handlers use.
    """

    def __init__(
        self,
        contract: Contract,
        handlers: Mapping[str, Handler],
        services: Services,
    ) -> None:
        if wrong := handlers.keys() - contract.operations.keys():
            raise ValueError(f"handlers of no operation of the contract: {sorted(wrong)}")
        for missing in sorted(contract.operations.keys() - handlers.keys()):
            _log.error("%s has no handler, and is not implemented", missing)
        self._contract = contract
        self._handlers = handlers
        self._services = services
        self._claims = services.claims

    async def dispatch(self, request: Request, path: str) -> ASGIApp:
        """Handle a request and return its response.

        Args:
            request: The request.
            path: Its path below the API's root, percent-encoded.

        Raises:
            ApiError: The request failed.
        """
        operation, parameters = self._contract.match(request.method, path)
        writes = operation.method != "GET" and operation.id not in _READING
        tenant = await self._services.access.admit(request, writes=writes)
        describe(tenant=tenant, operation=operation.id)
        handler = self._handlers.get(operation.id)
        if handler is None:
            raise not_implemented(operation.id)
        # Most requests have no query.
        has_query = request.scope.get("query_string")
        query = request.query_params.multi_items() if has_query else ()
        arguments, found = operation.arguments(parameters, query, request.headers)
        body = await self._body(request, operation, found)
        if found:
            raise invalid(found)
        header = request.headers.get("idempotency-key")
        claim: IdempotencyClaim | None = None
        if header is not None and operation.method == "POST":
            streamed = operation.id == "Chat" and is_streamed(body, request.headers.get("accept"))
            key = IdempotencyKey(tenant, f"{operation.method} {path.lower()}", header)
            session_id = str(parameters.get("session_id")).lower() if streamed else None
            chat = operation.id == "Chat"
            digest = fingerprint(body, streamed)
            first = await self._claims.claim(key, digest, session_id, exclusive=chat)
            if not isinstance(first, IdempotencyClaim):
                return await _replay(first, request.headers.get("last-event-id"))
            claim = first
        call = Call(
            services=self._services,
            tenant=tenant,
            arguments=arguments,
            body=body,
            headers=request.headers,
            preference=preferred_return(request.headers.getlist("prefer")),
            claim=claim,
        )
        try:
            return await handler(call)
        except DuplicateRequestError:
            kept = None if claim is None else await self._claims.kept(claim)
            if kept is None:
                raise
            return await _replay(kept, request.headers.get("last-event-id"))
        finally:
            if claim is not None:
                claim.handler_returned()

    async def _body(
        self, request: Request, operation: Operation, found: list[Violation]
    ) -> JSONObject:
        """Read and validate the body, and append its violations to those found so far."""
        data = await read_body(request, self._services.settings.max_body_bytes)
        described = operation.body
        if described is None:
            return {}
        content_type = request.headers.get("content-type")
        if len(data) < LARGE:
            value, wrong = self._parse(described, content_type, data)
        else:
            value, wrong = await asyncio.to_thread(self._parse, described, content_type, data)
        found.extend(wrong)
        return value

    def _parse(
        self, described: Body, content_type: str | None, data: bytes
    ) -> tuple[JSONObject, list[Violation]]:
        """Parse a body, and list its violations."""
        settings = self._services.settings
        parsed = parse_json(content_type, data, settings.max_body_values)
        if parsed is MISSING:
            return {}, [Violation("", "a JSON body is required")] if described.required else []
        value: JSON = self._contract.schemas.without_nulls(described.schema, parsed)
        found = violations(described.validator, value)
        body = value if isinstance(value, dict) else {}
        return body, found or metadata_violations(body, settings.max_metadata_keys)


async def _replay(first: KeptResponse | Run, last_event_id: str | None) -> ASGIApp:
    """Return the response to a repetition: the stored one, or the stream that is still running."""
    replayed = {REPLAYED_HEADER: "true"}
    if isinstance(first, Run):
        return await stream_run(first, resume_position(last_event_id, first.id), replayed)
    if isinstance(first.body, list):
        run = finished_run(kept_events(first.body), first.headers)
        return await stream_run(run, resume_position(last_event_id, run.id), replayed)
    return json_response(first.status, first.body, {**first.headers, **replayed})
