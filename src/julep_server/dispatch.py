"""From a request below ``/api`` to its handler: route, caller, validity, repetition."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp

from julep_server.auth import Authenticator
from julep_server.call import Call, Handler, Services
from julep_server.chat.events import finished_run, follow, resume_position
from julep_server.chat.runs import Run
from julep_server.contract.operations import Contract, Operation
from julep_server.contract.violations import violations
from julep_server.errors import Violation, invalid
from julep_server.http.answers import REPLAYED, json_answer
from julep_server.http.preferences import preferred_return
from julep_server.http.reading import MISSING, parse_json, read_body
from julep_server.idempotency import Claim, Claims, fingerprint
from julep_server.json_text import JSON, JSONObject
from julep_server.resources.chat import is_streamed
from julep_server.store.answers import Answer, AnsweredElsewhereError, Slot


class Dispatcher:
    """Answers requests for the contract's operations.

    Args:
        contract: The operations.
        handlers: The handlers by operation id: one for each operation.
        services: What handlers work with.
        authenticator: Says who is calling.
    """

    def __init__(
        self,
        contract: Contract,
        handlers: Mapping[str, Handler],
        services: Services,
        authenticator: Authenticator,
    ) -> None:
        if wrong := handlers.keys() ^ contract.operations.keys():
            raise ValueError(f"handlers and the contract's operations differ: {sorted(wrong)}")
        self._contract = contract
        self._handlers = handlers
        self._services = services
        self._authenticator = authenticator
        self._claims = Claims(services.database)

    async def answer(self, request: Request, path: str) -> ASGIApp:
        """Answer a request.

        Args:
            request: The request.
            path: Its path below the API's root, still percent-encoded.

        Raises:
            ApiError: The request can't be answered with success.
        """
        operation, parameters = self._contract.match(request.method, path)
        tenant = self._authenticator.tenant(request.headers.get("authorization"))
        arguments, found = operation.arguments(
            parameters, request.query_params.multi_items(), request.headers
        )
        body = await self._body(request, operation, found)
        if found:
            raise invalid(found)
        key = request.headers.get("idempotency-key")
        claim: Claim | None = None
        if key is not None and operation.method == "POST":
            streamed = operation.id == "Chat" and is_streamed(body, request.headers.get("accept"))
            slot = Slot(tenant, f"{operation.method} {path.lower()}", key)
            first = await self._claims.claim(slot, fingerprint(body, streamed))
            if not isinstance(first, Claim):
                return await _repeated(first, request.headers.get("last-event-id"))
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
            return await self._handlers[operation.id](call)
        except AnsweredElsewhereError:
            kept = None if claim is None else await self._claims.kept(claim)
            if kept is None:
                raise
            return await _repeated(kept, request.headers.get("last-event-id"))
        finally:
            if claim is not None:
                claim.handled()

    async def _body(
        self, request: Request, operation: Operation, found: list[Violation]
    ) -> JSONObject:
        """Read and validate the body; violations are added to those found so far."""
        data = await read_body(request, self._services.settings.max_body_bytes)
        if operation.body is None:
            return {}
        parsed = parse_json(request.headers.get("content-type"), data)
        if parsed is MISSING:
            if operation.body.required:
                found.append(Violation("", "a JSON body is required"))
            return {}
        value: JSON = self._contract.schemas.without_nulls(operation.body.schema, parsed)
        found.extend(violations(operation.body.validator, value))
        return value if isinstance(value, dict) else {}


async def _repeated(first: Answer | Run, last_event_id: str | None) -> ASGIApp:
    """Answer a repetition: with the answer kept, or with the stream that still runs."""
    replayed = {REPLAYED: "true"}
    if isinstance(first, Run):
        return await follow(first, resume_position(last_event_id, first.id), replayed)
    if isinstance(first.body, list):
        run = finished_run(first.body, first.headers)
        return await follow(run, resume_position(last_event_id, run.id), replayed)
    return json_answer(first.status, first.body, {**first.headers, **replayed})
