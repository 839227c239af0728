"""Calls of what the contract does not describe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from julep._checks import checked_headers, checked_query
from julep.errors import ConfigurationError, InvalidArgumentError
from julep_api.client import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from julep_api.types import JSON, Unset

_METHOD: Final = re.compile(r"[A-Z]{1,20}")
_PATH: Final = re.compile(r"/[!-~]*")


def any_call(
    method: str,
    path: str,
    query: Mapping[str, str] | None,
    body: JSON | Unset,
    headers: Mapping[str, str] | None,
) -> Call[JSON]:
    """Make the call of an operation that the contract does not describe.

    Raises:
        InvalidArgumentError: When something of it cannot stand in a request.
    """
    if not _METHOD.fullmatch(method):
        raise InvalidArgumentError(
            f"method: expected a method in upper case, such as 'GET'; got {method!r}", path="method"
        )
    if not _PATH.fullmatch(path) or "#" in path:
        raise InvalidArgumentError(
            f"path: expected one that begins with '/' and is percent-encoded; got {path!r}",
            path="path",
        )
    try:
        parameters = checked_query(query)
        further = tuple(checked_headers(headers).items())
    except ConfigurationError as error:
        raise InvalidArgumentError(error.message) from None
    return Call(
        operation="",
        method=method,
        path=path,
        answers={200: _as_it_is},
        query=parameters,
        headers=further,
        body=body,
    )


def _as_it_is(answer: JSON) -> JSON:
    return answer
