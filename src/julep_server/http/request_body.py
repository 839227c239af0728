"""Reads and parses request bodies: bounded in size, and JSON only."""

from __future__ import annotations

from enum import Enum
from typing import Final

from starlette.requests import Request

from julep_server.errors import ApiError, Violation, bad_request, invalid_field
from julep_server.json_text import JSON, MalformedJSONError, TooManyValuesError, loads


class Missing(Enum):
    """The type of ``MISSING``: no body was sent, as opposed to a JSON null."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING

LARGE: Final = 64 * 1024
"""Bytes from which a body is parsed in a thread, so that other requests go on meanwhile."""

# A body that is too long is read to the end, up to this multiple of the limit: a client that is
# still sending when the connection is closed may never see the response.
_MAX_EXCESS: Final = 4


async def read_body(request: Request, limit: int) -> bytes:
    """Read the whole body.

    Args:
        request: The request.
        limit: The maximum number of bytes.

    Raises:
        ApiError: 413 when the body is longer, 415 when it is compressed.
    """
    headers = request.headers
    if "content-length" not in headers and "transfer-encoding" not in headers:
        # RFC 9112, 6.3: it has none.
        return b""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        message = f"the body must not be encoded; got content-encoding {encoding[:80]}"
        raise _unsupported(message)
    declared = headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > _MAX_EXCESS * limit:
        raise _too_large(limit)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= limit:
            parts.append(part)
        elif size > _MAX_EXCESS * limit:
            break
        else:
            parts.clear()
    if size > limit:
        raise _too_large(limit)
    return b"".join(parts)


def parse_json(content_type: str | None, data: bytes, max_values: int) -> JSON | Missing:
    """Parse a body as JSON; an empty one is MISSING.

    Raises:
        ApiError: 415 for another content type, 400 for malformed JSON, 422 for too many values.
    """
    if not data:
        return MISSING
    media_type = (content_type or "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise _unsupported(f"the body must be application/json, not {media_type[:80]}")
    try:
        return loads(data, max_values)
    except TooManyValuesError as error:
        raise invalid_field("", f"the body has too many values: {error}") from None
    except MalformedJSONError as error:
        message = f"the body is not JSON: {error}"
        raise bad_request("malformed_json", message, Violation("", str(error))) from None


def _unsupported(message: str) -> ApiError:
    return ApiError(415, "unsupported_media_type", message)


def _too_large(limit: int) -> ApiError:
    # The rest of the body may still arrive: the connection can't be reused.
    return ApiError(
        413,
        "payload_too_large",
        f"the body is longer than {limit} bytes",
        (),
        {"Connection": "close"},
    )
