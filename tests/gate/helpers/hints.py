"""Types of arguments against schemas: Literals, the keys of TypedDicts, and plain types."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.gate.helpers.document import Document, Node
from tests.gate.helpers.problems import Problem

_PLAIN: Final[Mapping[str, type]] = {"integer": int, "number": float, "boolean": bool}
_BY_FORMAT: Final[Mapping[str, str]] = {"uuid": "UUID", "date-time": "datetime"}


class Hints:
    """Compares types with schemas.

    Args:
        document: The contract.
    """

    def __init__(self, document: Document) -> None:
        self._document = document

    def compare(self, hint: Any, schema: Node, place: str) -> Iterator[Problem]:
        """Yield what a type lacks, or has too much, for the values of a schema.

        Args:
            hint: The type of an argument or of a dict's value.
            schema: What the contract has.
            place: The argument or key, such as ``typed sessions.create context_overflow``.
        """
        members = list(_members(hint))
        if object in members:
            return
        schemas = [
            part
            for part in self._document.parts(schema)
            if not part.keys() & {"oneOf", "anyOf", "allOf"} and part.get("enum") != [None]
        ]
        if "allOf" in self._document.resolve(schema):
            schemas = [self._document.resolve(schema)]
        yield from self._texts(members, schemas, place)
        for one in schemas:
            kind = one.get("type", "object" if self._document.fields(one) else "")
            if kind in _PLAIN and _PLAIN[kind] not in members:
                yield Problem(place, f"expected {_PLAIN[kind].__name__} in its type; got {hint}")
            elif kind == "array":
                yield from self._array(members, one, place)
            elif kind == "object" and (fields := self._document.fields(one)):
                yield from self._object(members, one, fields, place)
            elif kind == "object" and not any(_is(member, Mapping) for member in members):
                yield Problem(place, f"expected a Mapping in its type; got {hint}")

    def _texts(self, members: list[Any], schemas: list[Node], place: str) -> Iterator[Problem]:
        """Compare strings: those of an enum with Literals, others with str and its formats."""
        texts = [one for one in schemas if one.get("type") == "string"]
        values = {value for one in texts for value in one.get("enum", ()) if value is not None}
        literals = {
            value for one in members if _is(one, typing.Literal) for value in typing.get_args(one)
        }
        if literals != values and not (values and str in members and not literals):
            for value in sorted(values - literals):
                yield Problem(place, f"expected Literal {value!r}, a value of the contract's enum")
            for value in sorted(literals - values):
                yield Problem(place, f"Literal {value!r} is no value of an enum of the contract")
        for one in texts:
            if "enum" in one:
                continue
            if str not in members:
                yield Problem(place, f"expected str in its type; got {members}")
            wider = _BY_FORMAT.get(one.get("format", ""))
            names = {getattr(member, "__name__", "") for member in members}
            if wider is not None and wider not in names:
                yield Problem(place, f"expected {wider} in its type, by the contract's format")
        if not any(one.get("format") in _BY_FORMAT for one in texts) and texts:
            for member in members:
                if getattr(member, "__name__", "") in _BY_FORMAT.values():
                    yield Problem(place, f"{member.__name__} is no format of the contract's")

    def _array(self, members: list[Any], schema: Node, place: str) -> Iterator[Problem]:
        lists = [one for one in members if _is(one, typing.Sequence) and one is not str]
        if not lists:
            yield Problem(place, f"expected a Sequence in its type; got {members}")
            return
        inner: Any = typing.Never
        for one in lists:
            inner = inner | typing.get_args(one)[0]
        yield from self.compare(inner, schema["items"], f"{place}[]")

    def _object(
        self, members: list[Any], schema: Node, fields: Mapping[str, Node], place: str
    ) -> Iterator[Problem]:
        """Compare the TypedDict that is most like an object with its properties."""
        required = self._document.required(schema)
        dicts = {one: keys_of(one) for one in members if typing.is_typeddict(one)}
        if not dicts:
            yield Problem(place, f"expected a TypedDict in its type; got {members}")
            return

        def difference(kind: Any) -> tuple[int, int]:
            keys = dicts[kind]
            must = {name for name, (_, needed) in keys.items() if needed}
            return len(keys.keys() ^ fields.keys()), len(must ^ required)

        kind = min(dicts, key=difference)
        keys = dicts[kind]
        place = f"{place}:{kind.__name__}"
        for name in sorted(fields.keys() - keys.keys()):
            yield Problem(f"{place}.{name}", f"expected this key in {kind.__module__}")
        for name in sorted(keys.keys() - fields.keys()):
            yield Problem(f"{place}.{name}", f"no property of the contract; in {kind.__module__}")
        for name in keys.keys() & fields.keys():
            hint, needed = keys[name]
            if needed != (name in required):
                expected = "required" if name in required else "optional"
                yield Problem(f"{place}.{name}", f"expected an {expected} key")
            yield from self.compare(hint, fields[name], f"{place}.{name}")


def keys_of(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Return a TypedDict's keys, each with its type and whether it is required.

    The class's __required_keys__ is wrong where annotations are not evaluated.
    """
    found: dict[str, tuple[Any, bool]] = {}
    for name, hint in typing.get_type_hints(kind, include_extras=True).items():
        marked = typing.get_origin(hint)
        if marked in (typing.NotRequired, typing.Required):
            found[name] = typing.get_args(hint)[0], marked is typing.Required
        else:
            found[name] = hint, bool(kind.__total__)
    return found


def _members(hint: Any) -> Iterator[Any]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        for member in typing.get_args(hint):
            yield from _members(member)
    else:
        yield hint


def _is(hint: Any, kind: Any) -> bool:
    """Check whether a type is an instance of a generic one."""
    if kind is typing.Literal:
        return typing.get_origin(hint) is kind
    origin = typing.get_origin(hint)
    wanted = typing.get_origin(kind) or kind
    return isinstance(origin, type) and issubclass(origin, wanted)
