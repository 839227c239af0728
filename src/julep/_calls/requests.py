"""Builds the HTTP request of a call."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from julep._http.messages import Request
from julep._http.urls import with_query
from julep._json.text import dumps
from julep.errors import InvalidArgumentError
from julep_api.client import EventCall
from julep_api.types import UNSET

if TYPE_CHECKING:
    from julep._settings.config import Config
    from julep_api.client import Call
    from julep_api.types import JSON

# Servers accept less, so a longer target is refused before it is sent.
_MAX_TARGET_CHARACTERS: Final = 65_536


def build_request(call: Call[Any] | EventCall[Any], config: Config) -> Request:
    """Build the HTTP request of a call.

    Raises:
        InvalidArgumentError: When the query is too long, or a text is not valid Unicode.
    """
    headers = dict(config.headers)
    stream = isinstance(call, EventCall)
    if stream:
        headers["accept"] = "text/event-stream"
    for name, value in call.headers:
        headers[name.lower()] = value
    content = None
    if call.body is not UNSET:
        headers["content-type"] = "application/json"
        content = _to_bytes(call.body)
    elif call.content is not None:
        headers["content-type"], content = call.content
    if call.method == "POST":
        from uuid import uuid4

        # One key for all attempts of a call: the server does the work once.
        headers.setdefault("idempotency-key", str(uuid4()))
    target = config.path + call.path
    if call.query or config.query:
        target = with_query(target, (*call.query, *config.query))
        if len(target) > _MAX_TARGET_CHARACTERS:
            raise InvalidArgumentError(
                f"{call.method} {call.path}: expected a URL of at most {_MAX_TARGET_CHARACTERS}"
                f" characters; the query makes it {len(target)}"
            )
    timeout = config.timeout
    deadline = None if timeout.total is None else monotonic() + timeout.total
    return Request(call.method, config.origin, target, headers, content, stream, timeout, deadline)


def _to_bytes(body: JSON) -> bytes:
    try:
        return dumps(body).encode()
    except UnicodeEncodeError as error:
        found = error.object[error.start : error.end]
        raise InvalidArgumentError(
            f"expected valid Unicode; a text has {found!r}, half of a surrogate pair"
        ) from None
