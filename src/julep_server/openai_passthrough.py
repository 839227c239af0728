"""``/v1``: OpenAI's own API, served by the same model, by agents and by the embedder."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from functools import partial
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp

from julep_server.errors import (
    ApiError,
    bad_request,
    invalid_field,
    method_not_allowed,
    nothing_here,
)
from julep_server.http.request_body import LARGE, parse_json, read_body
from julep_server.http.responses import REPLAYED_HEADER, json_response, model_headers
from julep_server.idempotency import IdempotencyClaim, fingerprint
from julep_server.json_text import JSON, JSONObject
from julep_server.monitoring.request_record import describe
from julep_server.openai_api.agent_chat import chat, follow
from julep_server.openai_api.agent_models import is_agent, list_models
from julep_server.openai_api.embeddings import embed
from julep_server.openai_api.metering import MeteredStream, tokens_of
from julep_server.openai_api.pinned_sessions import SESSION_HEADER, SessionName
from julep_server.openai_api.repetitions import (
    EVENT_STREAM,
    checked_key,
    keep_stream,
    keep_whole,
    pieces_of,
    replayed,
)
from julep_server.services import Services
from julep_server.store.kept_responses import DuplicateRequestError, IdempotencyKey, KeptResponse
from julep_server.streaming.event_stream import STREAM_HEADERS
from julep_server.streaming.runs import Run

_METHODS = {
    "chat/completions": "POST",
    "completions": "POST",
    "embeddings": "POST",
    "models": "GET, HEAD",
}


async def forward(request: Request, path: str, services: Services) -> ASGIApp:
    """Forward a request to the model or to an agent, and return its response.

    Args:
        request: The request.
        path: Its path below ``/v1/``.
        services: The server's parts, the model's provider among them.

    Raises:
        ApiError: The path or the body is not one of OpenAI's, or the request to the model failed.
    """
    # A model has a path of its own; its name may have slashes.
    kind, _, name = path.partition("/") if path.startswith("models/") else (path, "", "")
    if kind not in _METHODS:
        raise nothing_here()
    if request.method not in _METHODS[kind].split(", "):
        raise method_not_allowed(request.method, _METHODS[kind])
    tenant = await services.access.admit(request, writes=kind != "models")
    describe(tenant=tenant, operation=f"/v1/{kind}")
    if kind == "models":
        allowed = services.access.models_of(tenant)
        return await _models(services, tenant, allowed, unquote(name))
    data = await read_body(request, services.settings.max_body_bytes)
    parse = partial(parse_json, max_values=services.settings.max_body_values)
    content_type = request.headers.get("content-type")
    if len(data) < LARGE:
        body = parse(content_type, data)
    else:
        body = await asyncio.to_thread(parse, content_type, data)
    if not isinstance(body, dict):
        raise invalid_field("", "a JSON object is required")
    session = request.headers.get(SESSION_HEADER)
    key = request.headers.get("idempotency-key")
    if key is None:
        return await _respond(services, tenant, path, body, session, None)
    digest = fingerprint([body, session], streamed=body.get("stream") is True)
    scope = IdempotencyKey(tenant, f"POST /v1/{path}", checked_key(key))
    # A model is called once, whichever processes repetitions come to.
    exclusive = path != "embeddings"
    first = await services.claims.claim(scope, digest, None, exclusive=exclusive)
    if isinstance(first, KeptResponse):
        return replayed(first)
    if isinstance(first, Run):
        return await _followed(first, body, session)
    try:
        return await _respond(services, tenant, path, body, session, first)
    except DuplicateRequestError:
        if (kept := await services.claims.kept(first)) is None:
            raise
        return replayed(kept)
    finally:
        first.handler_returned()


async def _respond(
    services: Services,
    tenant: str,
    path: str,
    body: JSONObject,
    session: str | None,
    claim: IdempotencyClaim | None,
) -> ASGIApp:
    """Return the response to a request, which is stored if it has a key."""
    if path == "embeddings":
        embedded = await embed(services.embedding_worker.embedder, body)
        return await keep_whole(services, claim, embedded, {})
    if is_agent(body.get("model")):
        if path == "completions":
            raise bad_request("chat_only", "an agent answers at /v1/chat/completions")
        return await chat(services, tenant, body, session, claim)
    allowed = services.access.models_of(tenant)
    if allowed is not None:
        wanted = body.get("model")
        name = services.model_of(tenant, None if wanted is None else str(wanted))
        body = {**body, "model": name}
    with await services.access.begin_chat(tenant) as slot:
        forwarded = await services.provider.forward(path, body, allowed)
        headers = model_headers(forwarded.model)
        content = forwarded.content
        if content is None or isinstance(content, (dict, list, str, int, float)):
            services.access.record_tokens(tenant, tokens_of(content))
            return await keep_whole(services, claim, content, headers)
        headers |= STREAM_HEADERS
        if claim is not None:
            run = keep_stream(services, tenant, claim, slot, content, headers)
            kept = pieces_of(run)
            return StreamingResponse(kept, 200, headers, media_type=forwarded.media_type)
        record = partial(services.access.record_tokens, tenant)
        return MeteredStream(content, headers, forwarded.media_type, record, slot.hold())


async def _followed(run: Run, body: JSONObject, session: str | None) -> ASGIApp:
    """Return the response that follows the stream of the first request with a key."""
    headers = {REPLAYED_HEADER: "true"}
    if is_agent(body.get("model")):
        if SessionName(body.get("user"), session):
            headers[SESSION_HEADER] = run.session_id
        return await follow(run, body, headers)
    every = {**run.headers, **headers}
    return StreamingResponse(pieces_of(run), 200, every, media_type=EVENT_STREAM)


async def _models(
    services: Services, tenant: str, allowed: Collection[str] | None, name: str
) -> ASGIApp:
    """Return the models that a tenant may use and its agents, or the one of this name."""
    names = services.provider.models
    models = [one for one in names if allowed is None or one in allowed]
    found = await services.database.read(lambda connection: list_models(connection, tenant, models))
    if not name:
        return json_response(200, {"object": "list", "data": list[JSON](found)})
    for model in found:
        if name in (model["id"], model.get("julep_id")):
            return json_response(200, model)
    raise ApiError(404, "model_not_found", f"there is no model {name[:100]}")
