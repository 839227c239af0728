"""From a method's arguments to a call of the contract's operation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, ParamSpec, TypeVar
from uuid import UUID

from julep.errors import InvalidArgumentError, InvalidIdError, JulepError
from julep_api.encoding import json_object, uuid4
from julep_api.errors import EncodeError

P = ParamSpec("P")
T = TypeVar("T")

NO_METADATA: Final[Mapping[str, object]] = MappingProxyType({})
"""The default where ``{}`` is meant: equal to it, and yet told from a ``{}`` that was given."""

REPRESENTATION: Final = "return=representation"
"""What asks a create or an update for the whole resource (RFC 7240, section 4.2)."""


def encoded(operation: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Make something of arguments that the contract's encoders check.

    Raises:
        InvalidIdError: When an id is not a UUID of version 4.
        InvalidArgumentError: When a value is out of bounds, or a key unknown or missing.
        ArgumentTypeError: When a value has a wrong type.
    """
    try:
        return operation(*args, **kwargs)
    except EncodeError as error:
        raise _refusal(error) from None


def checked_id(id: str | UUID) -> str:
    """Check an id that its method calls ``id``, so that an error says so."""
    return encoded(_encode_id, id)


def drop_none(**arguments: object) -> dict[str, object]:
    """Give the arguments that were given: not None, and not the default `NO_METADATA`."""
    return {
        name: argument
        for name, argument in arguments.items()
        if argument is not None and argument is not NO_METADATA
    }


def encode_filter(metadata_filter: Mapping[str, object]) -> str:
    """Write a metadata filter down as the query parameter that it becomes."""
    if not metadata_filter:
        return "{}"
    return json.dumps(encoded(_filter_json, metadata_filter), separators=(",", ":"))


def omit_empty_filter(metadata_filter: str) -> str | None:
    """Give a filter's text, or None for the one that matches everything: it need not be sent."""
    return None if metadata_filter == "{}" else metadata_filter


def _encode_id(id: str | UUID) -> str:
    try:
        return uuid4(id)
    except EncodeError as error:
        raise error.under("id") from None


def _filter_json(metadata_filter: Mapping[str, object]) -> object:
    try:
        return json_object(metadata_filter)
    except EncodeError as error:
        raise error.under("metadata_filter") from None


def _refusal(error: EncodeError) -> JulepError:
    """Say in this package's errors why an argument is refused."""
    if error.kind == "type":
        from julep.errors import ArgumentTypeError

        return ArgumentTypeError(str(error), path=error.path)
    kind = InvalidIdError if error.kind == "id" else InvalidArgumentError
    return kind(str(error), path=error.path)
