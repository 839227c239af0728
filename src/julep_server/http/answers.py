"""Writes answers: JSON, errors, and the ids that every answer carries."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

from starlette.responses import Response

from julep_server.errors import ApiError
from julep_server.json_text import JSON, dumps

REQUEST_ID = "X-Request-Id"
MODEL = "X-Julep-Model"
REPLAYED = "Idempotent-Replayed"

_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def json_answer(status: int, body: JSON, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a JSON body."""
    return Response(
        dumps(body).encode("utf-8"), status, dict(headers or {}), media_type="application/json"
    )


def error_answer(error: ApiError) -> Response:
    """An answer in the error shape."""
    return json_answer(error.status, error.to_json(), error.headers)


def request_id(given: str | None) -> str:
    """The caller's id for the request where it is harmless to repeat, else a new one."""
    if given and _ACCEPTABLE_ID.fullmatch(given):
        return given
    return uuid.uuid4().hex
