"""JSON and error responses, and the headers that the server adds."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from starlette.responses import Response

from julep_server.errors import ApiError
from julep_server.json_text import JSON, dumps

REQUEST_ID_HEADER = "X-Request-Id"
MODEL_HEADER = "X-Julep-Model"
IGNORED_HEADER = "X-Julep-Ignored-Settings"
NEXT_OFFSET_HEADER = "X-Julep-Next-Offset"
REPLAYED_HEADER = "Idempotent-Replayed"

_MAX_MODEL_LENGTH = 200
_IN_HEADERS = " !\"#$%&'()*+,/:;<=>?@[\\]^`{|}"
_SAFE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def json_response(status: int, body: JSON, headers: Mapping[str, str] | None = None) -> Response:
    """Build a response with a JSON body."""
    return Response(
        dumps(body).encode("utf-8"), status, dict(headers or {}), media_type="application/json"
    )


def error_response(error: ApiError) -> Response:
    """Build a response in the API's error format."""
    return json_response(error.status, error.to_json(), error.headers)


def model_headers(model: str, ignored: Sequence[str] = ()) -> dict[str, str]:
    """Return the headers that name the model that answered, and the settings that it ignored.

    A name of any text makes a valid header: what headers can't hold is percent-encoded.
    """
    headers = {MODEL_HEADER: quote(model[:_MAX_MODEL_LENGTH], safe=_IN_HEADERS).strip()}
    if ignored:
        headers[IGNORED_HEADER] = ", ".join(ignored)
    return headers


def request_id(given: str | None) -> str:
    """Return the caller's request id if it is safe to repeat, else a new one."""
    if given and _SAFE_ID.fullmatch(given):
        return given
    return secrets.token_hex(16)
