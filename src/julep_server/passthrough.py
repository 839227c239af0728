"""``/v1``: OpenAI's own API, answered by the same model."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp

from julep_server.auth import Authenticator
from julep_server.call import Services
from julep_server.errors import ApiError, invalid_field
from julep_server.http.answers import MODEL, json_answer
from julep_server.http.reading import parse_json, read_body

PATHS = frozenset({"chat/completions", "completions"})


async def answer(
    request: Request, path: str, services: Services, authenticator: Authenticator
) -> ASGIApp:
    """Pass a request on to the model.

    Args:
        request: The request.
        path: Its path below ``/v1/``.
        services: Where the model is.
        authenticator: Says who is calling.

    Raises:
        ApiError: The request is not one for the model, or the model can't answer it.
    """
    if path not in PATHS:
        raise ApiError(404, "not_found", "there is nothing at this path")
    if request.method != "POST":
        message = f"{request.method} is not allowed here; allowed: POST"
        raise ApiError(405, "method_not_allowed", message, headers={"Allow": "POST"})
    authenticator.tenant(request.headers.get("authorization"))
    data = await read_body(request, services.settings.max_body_bytes)
    body = parse_json(request.headers.get("content-type"), data)
    if not isinstance(body, dict):
        raise invalid_field("", "a JSON object is required")
    forwarded = await services.provider.forward(path, body)
    headers = {MODEL: forwarded.model}
    content = forwarded.content
    if content is None or isinstance(content, (dict, list, str, int, float)):
        return json_answer(200, content, headers)
    return StreamingResponse(content, 200, headers, media_type=forwarded.media_type)
