"""Calls of operations that the contract does not describe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from julep._arguments.encode import encoded, under
from julep._settings.checks import checked_headers, checked_query
from julep.errors import ConfigurationError, InvalidArgumentError
from julep_api.client import Call
from julep_api.errors import EncodeError, shown
from julep_api.free_form import json_value
from julep_api.types import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from julep_api.types import JSON, Unset

T = TypeVar("T")
V = TypeVar("V")

_METHOD: Final = re.compile(r"[A-Z]{1,20}")
_PATH: Final = re.compile(r"/[!-\"$-~]*")


def untyped_call(
    method: str,
    path: str,
    query: Mapping[str, str] | None,
    body: JSON | Unset,
    headers: Mapping[str, str] | None,
) -> Call[JSON]:
    """Build the call of an operation that the contract does not describe.

    Raises:
        InvalidArgumentError: When an argument cannot be sent.
        ArgumentTypeError: When an argument has a wrong type.
    """
    encoded(_check_target, method, path)
    parameters = _checked("query", checked_query, query)
    extra_headers = tuple(_checked("headers", checked_headers, headers).items())
    return Call(
        operation="",
        method=method,
        path=path,
        answers={200: _identity},
        query=parameters,
        headers=extra_headers,
        body=body if body is UNSET else encoded(_encode_body, body),
    )


def _checked(name: str, check: Callable[[V], T], value: V) -> T:
    """Check an argument as the client's setting of this name is checked."""
    try:
        return check(value)
    except ConfigurationError as error:
        raise InvalidArgumentError(error.message, path=name) from None


def _check_target(method: object, path: object) -> None:
    for name, value, form, expected in (
        ("method", method, _METHOD, "a method in upper case, such as 'GET'"),
        ("path", path, _PATH, "a percent-encoded path that begins with '/'"),
    ):
        if not isinstance(value, str):
            raise EncodeError(name, f"expected a str; got {shown(value)}", "type")
        if not form.fullmatch(value):
            raise EncodeError(name, f"expected {expected}; got {shown(value)}")


def _identity(value: JSON) -> JSON:
    return value


_encode_body = under("body", json_value)
