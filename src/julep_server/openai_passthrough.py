"""``/v1``: OpenAI's own API, served by the same model."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp

from julep_server.errors import invalid_field, method_not_allowed, nothing_here
from julep_server.http.authentication import Authenticator
from julep_server.http.request_body import parse_json, read_body
from julep_server.http.responses import json_response, model_headers
from julep_server.json_text import JSON, JSONObject
from julep_server.services import Services

_MODELS = "models"
PATHS = frozenset({"chat/completions", "completions"})


async def forward(
    request: Request, path: str, services: Services, authenticator: Authenticator
) -> ASGIApp:
    """Forward a request to the model, and return its response.

    Args:
        request: The request.
        path: Its path below ``/v1/``.
        services: The server's parts, the model's provider among them.
        authenticator: Determines the caller's tenant.

    Raises:
        ApiError: The path or the body is not one of OpenAI's, or the request to the model failed.
    """
    if path != _MODELS and path not in PATHS:
        raise nothing_here()
    method = "GET" if path == _MODELS else "POST"
    if request.method != method:
        raise method_not_allowed(request.method, method)
    tenant = authenticator.tenant(request.headers.get("authorization"))
    allowed = services.allowed_models.get(tenant)
    if path == _MODELS:
        names = services.provider.models
        return json_response(200, _listed([n for n in names if allowed is None or n in allowed]))
    data = await read_body(request, services.settings.max_body_bytes)
    body = parse_json(request.headers.get("content-type"), data)
    if not isinstance(body, dict):
        raise invalid_field("", "a JSON object is required")
    if allowed is not None:
        wanted = body.get("model")
        name = services.model_of(tenant, None if wanted is None else str(wanted))
        body = {**body, "model": name}
    forwarded = await services.provider.forward(path, body, allowed)
    headers = model_headers(forwarded.model)
    content = forwarded.content
    if content is None or isinstance(content, (dict, list, str, int, float)):
        return json_response(200, content, headers)
    return StreamingResponse(content, 200, headers, media_type=forwarded.media_type)


def _listed(names: Sequence[str]) -> JSONObject:
    """Return the list of the models, in OpenAI's format."""
    items: list[JSON] = [
        {"id": name, "object": "model", "created": 0, "owned_by": "julep"} for name in names
    ]
    return {"object": "list", "data": items}
