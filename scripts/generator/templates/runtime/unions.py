"""Unions whose members do not differ in their JSON type: the one that fits is read and sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, TypeVar, cast

from .checks import wrong_type
from .decoding import Reader, mismatch, string
from .encoding import Encoder
from .errors import DecodeError, EncodeError
from .model import Model
from .types import JSON

__all__ = [
    "best_of",
    "first_of",
    "first_that_fits",
    "known",
    "model_of",
    "null",
    "read_null",
    "refusal",
    "unknown_keys",
]

E = TypeVar("E", bound=Enum)


def null(value: object) -> None:
    """Encode null."""
    if value is not None:
        raise wrong_type("None", value)


def read_null(value: JSON) -> None:
    """Read null."""
    if value is not None:
        raise mismatch("", "null", value)


def known(kind: type[E]) -> Reader[E]:
    """Build the reader of the documented values of an enum, where others are of another type."""
    members = {member.value: member for member in kind}

    def read(value: JSON) -> E:
        found = members.get(string(value))
        if found is None:
            raise mismatch("", "a documented value", value)
        return found

    return read


def first_of(*readers: Reader[Any]) -> Reader[Any]:
    """Build the reader of a union: the first member that reads a value without an error.

    A text that only an enum's undocumented value would be is that.
    """

    def read(value: JSON) -> Any:
        problem = mismatch("", "a value of the union", value)
        for reader in readers:
            try:
                return reader(value)
            except DecodeError as error:
                problem = error
        raise problem

    return read


def best_of(*readers: Reader[Any]) -> Reader[Any]:
    """Build the reader of a union of objects: the model that knows most of an object's keys.

    An object that no model reads is kept as it is: it may be of a kind that the contract does not
    describe yet.
    """

    def read(value: JSON) -> Any:
        if type(value) is not dict:
            raise mismatch("", "an object", value)
        best: Any = value
        unknown = len(value) + 1
        for reader in readers:
            try:
                found = reader(value)
            except DecodeError:
                continue
            count = len(found.additional_properties) if isinstance(found, Model) else len(value)
            if count < unknown:
                best, unknown = found, count
        return best

    return read


def first_that_fits(*encoders: Encoder) -> Encoder:
    """Build the encoder of a union: a model by its own, all else by the first that takes it.

    Of a mapping, it is the one that knows most of its keys.
    """

    def encode(value: object) -> JSON:
        problems: list[EncodeError] = []
        fitting: list[tuple[int, JSON]] = []
        for encoder in encoders:
            model = model_of(encoder)
            if model is not None and isinstance(value, model):
                return encoder(value)
            try:
                found = encoder(value)
            except EncodeError as error:
                problems.append(error)
                continue
            fitting.append((unknown_keys(model, value), found))
        if fitting:
            return min(fitting, key=lambda one: one[0])[1]
        raise refusal(problems, value)

    return encode


def unknown_keys(model: type[Model] | None, value: object) -> int:
    """Count the keys of a mapping that a model does not know; without a model, all."""
    known = {item.json_name for item in model.__properties__} if model else set[str]()
    return sum(key not in known for key in _mapping(value))


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def refusal(problems: Sequence[EncodeError], value: object) -> EncodeError:
    """Return the error of a value that no member takes, of the errors of all members."""
    if all(one.kind == "type" and not one.path for one in problems):
        words = [one.problem.partition("; got ")[0].removeprefix("expected ") for one in problems]
        return wrong_type(" or ".join(dict.fromkeys(words)), value)
    # The most probable member is the one that has the key whose value is wrong.
    return max(problems, key=lambda one: _nearness(one, _mapping(value)))


def model_of(encoder: Encoder) -> type[Model] | None:
    """Return the model whose encoder it is; None for another one."""
    owner: object = getattr(encoder, "__self__", None)
    return owner if isinstance(owner, type) and issubclass(owner, Model) else None


def _nearness(problem: EncodeError, given: Mapping[str, object]) -> tuple[bool, bool, int]:
    """Return how well a value fits the member whose problem it is: one of its type is nearer."""
    key = problem.path.partition(".")[0].partition("[")[0]
    is_of_type = problem.kind != "type" or bool(problem.path)
    return key in given, is_of_type, problem.path.count(".")
