"""Parses successful HTTP responses to values of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from julep._json.text import LONG, loads, loads_page
from julep_api.client import BodyReader
from julep_api.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from julep._http.messages import Response
    from julep_api.client import Call
    from julep_api.types import JSON

T = TypeVar("T")


def parse_response(call: Call[T], response: Response, hide: Callable[[str], str]) -> T:
    """Parse a 2xx response.

    Args:
        call: The call that it responds to.
        response: The response.
        hide: Replaces secrets in a text.

    Raises:
        InvalidResponseError: When it does not match the contract; the message names the field.
    """
    # Another 2xx than the documented one (a proxy's 200 for a 201) is read in the same way.
    read = call.answers.get(response.status) or next(iter(call.answers.values()))
    # An operation that the contract does not describe may have a response without a body.
    empty = response.status == 204 or not (response.body or call.operation)
    try:
        if cast("object", read.__class__) is BodyReader:
            kind = response.headers.get("content-type", "")
            return cast("BodyReader[T]", read).read(response.body, kind)
        if len(response.body) >= LONG and (page := _long_page(read, response.body)) is not None:
            return page
        return read(None if empty else parse_json(response.body))
    except DecodeError as error:
        problem = hide(f"the response does not match the contract: {error}")
    from julep._calls.error_responses import invalid_response  # only errors need it

    # Not raised within the handler: that error, and the frames that it refers to, have the body.
    raise invalid_response(problem, response, call.method, call.path)


def _long_page(read: Callable[[JSON], T], body: bytes) -> T | None:
    """Parse and read a long page in one go, if that is possible."""
    from julep_api.decoding import PageReader

    if not issubclass(type(read), PageReader):
        return None
    page: T | None = loads_page(cast("PageReader[Any]", read), body)
    return page


def parse_json(data: bytes | str) -> JSON:
    """Parse JSON that a server sent.

    Raises:
        DecodeError: When it is not JSON.
    """
    try:
        value = loads(data)
    except (ValueError, RecursionError) as error:
        from julep._calls.error_responses import excerpt, json_problem  # only errors need them

        problem = f"expected JSON, got {excerpt(data) or 'nothing'} ({json_problem(error)})"
        raise DecodeError("", problem) from None
    return value
