"""``/v1``: OpenAI's own API, served by the same model."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp

from julep_server.errors import invalid_field, method_not_allowed, nothing_here
from julep_server.http.authentication import Authenticator
from julep_server.http.request_body import parse_json, read_body
from julep_server.http.responses import json_response, model_headers
from julep_server.services import Services

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
    if path not in PATHS:
        raise nothing_here()
    if request.method != "POST":
        raise method_not_allowed(request.method, "POST")
    authenticator.tenant(request.headers.get("authorization"))
    data = await read_body(request, services.settings.max_body_bytes)
    body = parse_json(request.headers.get("content-type"), data)
    if not isinstance(body, dict):
        raise invalid_field("", "a JSON object is required")
    forwarded = await services.provider.forward(path, body)
    headers = model_headers(forwarded.model)
    content = forwarded.content
    if content is None or isinstance(content, (dict, list, str, int, float)):
        return json_response(200, content, headers)
    return StreamingResponse(content, 200, headers, media_type=forwarded.media_type)
