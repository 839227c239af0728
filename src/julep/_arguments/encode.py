"""Encoding a method's arguments for a call of the contract's operation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, ParamSpec, TypeVar
from uuid import UUID

from julep.errors import InvalidArgumentError, InvalidIdError, JulepError
from julep_api.encoding import json_object, uuid4
from julep_api.errors import EncodeError

P = ParamSpec("P")
A = TypeVar("A")
T = TypeVar("T")


class _NoMetadata(dict[str, object]):
    """An empty dict whose copies are itself: programs copy defaults, pydantic for one."""

    __slots__ = ()

    def __reduce__(self) -> str:
        return "NO_METADATA"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: Any) -> object:
        """Return pydantic's schema of a dict, by which it documents the default."""
        return handler.generate_schema(dict)


NO_METADATA: Final[Mapping[str, object]] = _NoMetadata()
"""The default of metadata: equal to ``{}``, but distinguishable from a ``{}`` that was passed."""

REPRESENTATION: Final = "return=representation"
"""The ``Prefer`` header by which a create or an update returns the resource (RFC 7240, 4.2)."""


def encoded(operation: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that encodes its arguments, with this package's errors.

    Args:
        operation: An encoder, or what builds a call of the contract by encoders.
        *args: Its arguments.
        **kwargs: Its keyword arguments.

    Returns:
        The function's result.

    Raises:
        InvalidIdError: When an id is not a UUID of version 4.
        InvalidArgumentError: When a value is out of bounds, or a key misspelt or missing.
        ArgumentTypeError: When a value has a wrong type.
    """
    try:
        return operation(*args, **kwargs)
    except EncodeError as error:
        raise _refusal(error) from None


def under(name: str, encode: Callable[[A], T]) -> Callable[[A], T]:
    """Return an encoder whose errors begin with the name of the argument that it encodes."""

    def encode_argument(argument: A) -> T:
        try:
            return encode(argument)
        except EncodeError as error:
            raise error.under(name) from None

    return encode_argument


def checked_id(id: str | UUID) -> str:
    """Return the text of an id; an error names the argument ``id``."""
    return encoded(_encode_id, id)


def drop_none(**arguments: object) -> dict[str, object]:
    """Return the arguments that are neither None nor the default `NO_METADATA`."""
    return {
        name: argument
        for name, argument in arguments.items()
        if argument is not None and argument is not NO_METADATA
    }


def encode_filter(metadata_filter: Mapping[str, object] | None) -> str:
    """Return the query parameter of a metadata filter: compact JSON."""
    if not metadata_filter:
        return "{}"
    return json.dumps(encoded(_encode_filter, metadata_filter), separators=(",", ":"))


def omit_empty_filter(metadata_filter: str) -> str | None:
    """Return a filter's query parameter, or None for the empty filter, which is not sent."""
    return None if metadata_filter == "{}" else metadata_filter


_encode_id: Final = under("id", uuid4)
_encode_filter: Final = under("metadata_filter", json_object)


def _refusal(error: EncodeError) -> JulepError:
    """Convert an encoder's error to one of this package."""
    from julep._arguments.mistakes import contract_advice

    message = str(error) + contract_advice(error)
    if error.kind == "type":
        from julep.errors import ArgumentTypeError

        return ArgumentTypeError(message, path=error.path)
    kind = InvalidIdError if error.kind == "id" else InvalidArgumentError
    return kind(message, path=error.path)
