"""JSON Schemas of Python annotations, and the conversion of JSON to annotated types.

Schemas follow JSON Schema's draft 2020-12, which tool-calling models are trained on:
https://json-schema.org/draft/2020-12
"""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import enum
import functools
import inspect
import numbers
import re
import sys
import types
import typing
from collections import abc
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from julep._tools.annotations import substituted
from julep._tools.choices import enumeration, key_text, literal
from julep._tools.classes import fields_of
from julep._tools.constraints import annotated
from julep._tools.docstrings import class_docstring, described
from julep._tools.pydantic_types import adapter_of, validator
from julep._tools.scalars import DECIMAL_TEXT, INTEGER, NUMBER, SCALARS
from julep._tools.schema import (
    ANYTHING,
    Schema,
    array,
    built,
    fixed_array,
    mapping,
    mismatch,
    record,
    union,
)
from julep_api.types import Unset

if TYPE_CHECKING:
    from julep_api.types import JSON, JSONObject

_ARRAYS: Final[Mapping[object, Callable[[list[object]], object] | None]] = {
    list: None,
    abc.Sequence: None,
    abc.MutableSequence: None,
    abc.Iterable: None,
    abc.Collection: None,
    abc.Container: None,
    abc.Reversible: None,
    abc.Iterator: iter,
    collections.deque: collections.deque,
    tuple: tuple,
}
_SETS: Final[Mapping[object, Callable[[list[object]], object]]] = {
    set: set,
    frozenset: frozenset,
    abc.Set: set,
    abc.MutableSet: set,
}
_MAPPINGS: Final[Mapping[object, Callable[[dict[object, object]], object] | None]] = {
    dict: None,
    abc.Mapping: None,
    abc.MutableMapping: None,
    collections.OrderedDict: collections.OrderedDict,
    collections.Counter: collections.Counter,
    types.MappingProxyType: types.MappingProxyType,
}
_QUALIFIERS: Final = ("Required", "NotRequired", "ReadOnly", "Final")
# What a set without annotated items may hold: arrays and objects are not hashable.
_HASHABLE: Final = union([SCALARS[kind] for kind in (str, float, bool, None)])
_BYTES: Final = (bytes, bytearray)


def _from_iso(kind: Any, value: Any) -> object:
    return kind.fromisoformat(value.isoformat())


def _from_duration(kind: Any, value: Any) -> object:
    return kind(days=value.days, seconds=value.seconds, microseconds=value.microseconds)


def _from_number(kind: Any, value: object) -> object:
    # An abstract class of numbers has these as its instances.
    return value if isinstance(value, kind) else kind(value)


# What classes may be derived from, and how a value becomes one of theirs.
_BASES: Final[Mapping[type[Any], Callable[[Any, Any], object]]] = {
    **dict.fromkeys((str, int, float, bytes, Decimal, PurePath), lambda kind, value: kind(value)),
    UUID: lambda kind, value: kind(str(value)),
    **dict.fromkeys((dt.datetime, dt.date, dt.time), _from_iso),
    dt.timedelta: _from_duration,
    **dict.fromkeys((numbers.Integral, numbers.Real), _from_number),
}
_COLLECTIONS: Final = (list, tuple, set, frozenset, collections.deque, dict)


def schema_of(annotation: object) -> Schema:
    """Return the schema of an annotation.

    Raises:
        TypeError: When the annotation has no JSON form; the message names it.
    """
    walk = Walk()
    return walk.complete(walk.schema(annotation))


class Walk:
    """A walk through annotations, which builds their schemas and collects shared definitions.

    A type that contains itself becomes a definition, in the ``$defs`` of the complete schema.
    """

    def __init__(self) -> None:
        self._definitions: JSONObject = {}
        self._open: dict[Hashable, str] = {}
        self._recursive: dict[Hashable, Schema | None] = {}
        self._variables: Mapping[object, object] = {}
        self._classes: list[object] = []
        self._aliases: list[Any] = []

    def complete(self, schema: Schema) -> Schema:
        """Return a schema of this walk with the definitions that it refers to."""
        document = schema.document
        if not self._definitions:
            return schema
        reference = document.get("$ref")
        if isinstance(reference, str):
            # Endpoints require a type at the root.
            target = self._definitions[reference.rpartition("/")[2]]
            document = {**(target if isinstance(target, dict) else {}), **document}
            del document["$ref"]
        return Schema({**document, "$defs": self._definitions}, schema.read)

    def schema(self, annotation: object) -> Schema:
        """Return the schema of an annotation; it may refer to definitions.

        Raises:
            TypeError: When the annotation has no JSON form; the message names it.
        """
        annotation = self._evaluated(self._substituted(annotation))
        if _is_any(annotation) or isinstance(annotation, typing.ForwardRef):
            # An alias that refers to itself by its name, and is no "type" statement's.
            return ANYTHING
        if isinstance(annotation, str):
            raise TypeError(f"{annotation!r} has no JSON Schema: use the type instead of its name")
        if getattr(annotation, "__unpacked__", False):  # *tuple[...], which looks like a tuple
            raise TypeError(f"{annotation!r} has no JSON Schema")
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is typing.Annotated:
            return self._annotated(annotation, arguments[0], arguments[1:])
        replaced = self._replaced(annotation, origin, arguments)
        if replaced is not None:
            return self.schema(replaced)
        if origin in (typing.Union, types.UnionType):
            # Any text in base64 would be bytes.
            left_out = (Unset, *(_BYTES if str in arguments else ()))
            return union([self.schema(each) for each in arguments if each not in left_out])
        if origin is typing.Literal:
            return literal(arguments)
        if isinstance(annotation, Hashable) and annotation in SCALARS:
            return SCALARS[annotation]
        kind: Any = origin or annotation
        if hasattr(kind, "__value__") and hasattr(kind, "__type_params__"):  # a "type" statement's
            return self._named(annotation, kind, arguments, lambda: self.schema(kind.__value__))
        return self._of_kind(annotation, kind, arguments)

    def record(
        self, hints: Mapping[str, object], required: abc.Set[str], make: Callable[..., object]
    ) -> Schema:
        """Return the schema of an object with these properties and no others.

        Args:
            hints: The annotation of each property.
            required: The names of the required properties.
            make: Builds the Python value from the properties' values, passed by name.

        Raises:
            TypeError: When a property has no JSON form; the message names it and its annotation.
        """
        schemas: dict[str, Schema] = {}
        for name, hint in hints.items():
            try:
                schemas[name] = self.schema(hint)
            except TypeError as error:
                raise TypeError(f"{name}: {error}") from None
        return record(schemas, required, make)

    def _replaced(self, annotation: object, origin: object, arguments: Sequence[object]) -> object:
        """Return what an alias, a NewType or ``Self`` stands for; None for other annotations."""
        if isinstance(annotation, typing.TypeVar):
            return self._bound(annotation)
        if annotation is typing.Self and self._classes:
            return self._classes[-1]
        if annotation is typing.LiteralString:
            return str
        if getattr(origin, "_name", None) in _QUALIFIERS:
            return arguments[0]
        if isinstance(annotation, dataclasses.InitVar):
            variable: Any = cast("Any", annotation)
            return cast("object", variable.type) or type(None)
        if hasattr(annotation, "__supertype__"):
            named: Any = cast("Any", annotation)  # a NewType
            return cast("object", named.__supertype__) or type(None)
        return None

    def _annotated(self, annotation: object, inner: object, metadata: Sequence[object]) -> Schema:
        adapter = adapter_of(annotation, metadata)
        if adapter is not None:
            return validator(adapter, self._definitions)
        return annotated(self.schema(inner), metadata)

    def _of_kind(self, annotation: object, kind: Any, arguments: Sequence[object]) -> Schema:
        """Return the schema of a collection or a class."""
        if not isinstance(kind, Hashable):
            raise TypeError(f"{annotation!r} has no JSON Schema")
        is_bare = annotation is tuple or annotation is typing.Tuple  # noqa: UP006  # another one
        if kind is tuple and not is_bare and Ellipsis not in arguments:
            return fixed_array([self.schema(each) for each in arguments if each != ()])
        if kind in _ARRAYS:
            return array(self._item(arguments), _ARRAYS[kind])
        if kind in _SETS:
            return self._set(arguments, _SETS[kind])
        if kind in _MAPPINGS or kind is collections.defaultdict:
            return self._mapping(kind, arguments)
        if kind in SCALARS:  # such as os.PathLike[str]
            return SCALARS[kind]
        if not isinstance(kind, type):
            raise TypeError(f"{annotation!r} has no JSON Schema")
        return self._of_class(annotation, cast("type[object]", kind), arguments)

    def _of_class(
        self, annotation: object, kind: type[object], arguments: Sequence[object]
    ) -> Schema:
        if issubclass(kind, enum.Enum):
            return enumeration(kind)
        adapter = adapter_of(annotation, (kind,))
        if adapter is not None:
            return validator(adapter, self._definitions)
        fields = fields_of(kind)
        if fields is not None:
            if inspect.isabstract(kind):
                raise TypeError(f"{kind.__qualname__} has no JSON Schema: it is abstract")

            def build() -> Schema:
                schema = self.record(*fields)
                document = described(schema.document, class_docstring(kind))
                return Schema(document, schema.read)

            return self._named(annotation, kind, arguments, build)
        for base, convert in _BASES.items():
            if issubclass(kind, base):
                return _converted(SCALARS[base], functools.partial(convert, kind))
        for each in (*vars(kind).get("__orig_bases__", ()), *kind.__mro__):
            # A class that is derived from dict[str, T] has the parameters of that.
            parameters: Sequence[object] = getattr(each, "__parameters__", ())
            variables: dict[object, object] = dict.fromkeys(parameters, Any)
            variables |= zip(parameters, arguments, strict=False)
            if issubclass(typing.get_origin(each) or each, _COLLECTIONS) and each is not kind:
                return _converted(self.schema(substituted(each, variables)), kind)
        raise TypeError(f"{kind.__qualname__} has no JSON Schema")

    def _item(self, arguments: Sequence[object], position: int = 0) -> Schema:
        return self.schema(arguments[position]) if len(arguments) > position else ANYTHING

    def _set(self, arguments: Sequence[object], make: Callable[[list[object]], object]) -> Schema:
        item = arguments[0] if arguments else Any
        kind = typing.get_origin(item) or item
        if isinstance(kind, type) and vars(kind).get("__hash__", 0) is None:
            raise TypeError(
                f"a set of {inspect.formatannotation(item)} has no JSON Schema: it is not hashable"
            )
        schema = _HASHABLE if _is_any(item) else self.schema(item)
        return array(schema, make, is_set=True)

    def _mapping(self, kind: object, arguments: Sequence[object]) -> Schema:
        item = SCALARS[int] if kind is collections.Counter else self._item(arguments, 1)
        make = _MAPPINGS.get(kind)
        if kind is collections.defaultdict:
            factory = typing.get_origin(arguments[1]) or arguments[1] if arguments else None
            # Only a class that is called without arguments builds a value for a missing key.
            known = factory in (*_ARRAYS, *_SETS, *_MAPPINGS, str, int, float, bool)
            make = _defaultdict(factory if known else None)
        return mapping(self._key(arguments[0]) if arguments else None, item, make)

    def _key(self, annotation: object) -> Schema | None:
        """Return the schema of a mapping's keys, which are texts in JSON; None for any text."""
        schema = self.schema(annotation)
        document = schema.document
        options, kind = document.get("enum"), document.get("type")
        if annotation is str or _is_any(annotation):
            return None
        if typing.get_origin(annotation) in (typing.Union, types.UnionType):
            members = typing.get_args(annotation)
            return union([self._key(each) or SCALARS[str] for each in members])
        if annotation is Decimal:
            return DECIMAL_TEXT
        if kind == "boolean":
            options = [False, True]
        if isinstance(options, list):
            by_text = {key_text(each): each for each in options}

            def read_option(value: JSON) -> object:
                return schema.read(by_text.get(str(value), value))

            return Schema({"enum": [*by_text]}, read_option)
        if kind == "string":
            return schema
        if kind in ("integer", "number"):
            name, pattern = str(kind), INTEGER if kind == "integer" else NUMBER
            return _number_key(schema, name, pattern)
        raise TypeError(
            f"a mapping whose keys are {inspect.formatannotation(annotation)} has no JSON Schema"
        )

    def _named(
        self,
        annotation: object,
        kind: object,
        arguments: Sequence[object],
        build: Callable[[], Schema],
    ) -> Schema:
        """Return the schema of a class or an alias, as a definition if it contains itself."""
        key = annotation if isinstance(annotation, Hashable) else id(annotation)
        if key in self._open:
            self._recursive.setdefault(key, None)

            def read(value: JSON) -> object:
                schema = self._recursive[key]
                if schema is None:
                    raise TypeError(f"{annotation!r} is not complete")
                return schema.read(value)

            return Schema({"$ref": f"#/$defs/{self._open[key]}"}, read)
        name = unique_name(
            str(getattr(kind, "__name__", "Value")), [*self._definitions, *self._open.values()]
        )
        parameters: Sequence[object] = getattr(kind, "__parameters__", ()) or getattr(
            kind, "__type_params__", ()
        )
        outer = self._variables
        self._open[key] = name
        scopes = self._classes if isinstance(kind, type) else self._aliases
        scopes.append(annotation if isinstance(kind, type) else kind)
        self._variables = {**outer, **dict(zip(parameters, arguments, strict=False))}
        try:
            schema = build()
        finally:
            self._variables = outer
            del self._open[key]
            scopes.pop()
        if key not in self._recursive:
            return schema
        self._definitions[name] = schema.document
        self._recursive[key] = schema
        return Schema({"$ref": f"#/$defs/{name}"}, schema.read)

    def _bound(self, variable: typing.TypeVar) -> object:
        """Return what a type variable stands for: its argument, or else what bounds it."""
        if variable in self._variables:
            return self._variables[variable]
        if variable.__constraints__:
            return typing.Union[variable.__constraints__]  # noqa: UP007  # of a tuple
        return variable.__bound__ or Any

    def _evaluated(self, annotation: object) -> object:
        """Evaluate a name within a "type" statement's alias, in the module of the alias."""
        name = getattr(annotation, "__forward_arg__", annotation)
        if not isinstance(name, str) or not self._aliases:
            return annotation
        alias = self._aliases[-1]
        module = sys.modules.get(alias.__module__)
        names = {**vars(module), alias.__name__: alias} if module else {alias.__name__: alias}
        return typing.get_type_hints(
            types.SimpleNamespace(__annotations__={"x": name}), names, include_extras=True
        )["x"]

    def _substituted(self, annotation: object) -> object:
        """Return an annotation with the arguments of its type variables."""
        variables: Sequence[object] = getattr(annotation, "__parameters__", ())
        if not variables or typing.get_origin(annotation) is None:
            return annotation
        found = tuple(
            self._bound(each) if isinstance(each, typing.TypeVar) else each for each in variables
        )
        alias: Any = annotation
        return alias[found]


def _is_any(annotation: object) -> bool:
    return annotation is Any or annotation is object


def unique_name(name: str, taken: Iterable[str]) -> str:
    """Return a name for a definition that is not taken yet."""
    names = {*taken}
    number = 1
    found = name
    while found in names:
        number += 1
        found = f"{name}{number}"
    return found


def _number_key(schema: Schema, name: str, pattern: str) -> Schema:
    """Return the schema of a number that is the key of an object, and so a text."""
    matches = re.compile(pattern).fullmatch

    def read(value: JSON) -> object:
        if isinstance(value, str) and matches(value):
            return schema.read(int(value) if name == "integer" else float(value))
        raise mismatch(f"{name} as a key", value)

    return Schema({"pattern": f"^({pattern})$"}, read)


def _converted(schema: Schema, kind: Callable[[object], object]) -> Schema:
    """Return the schema of a class that is derived from a type with one."""

    def read(value: JSON) -> object:
        return built(kind, schema.read(value))

    return Schema(schema.document, read)


def _defaultdict(factory: Any) -> Callable[[dict[object, object]], object]:
    def make(items: dict[object, object]) -> object:
        return collections.defaultdict(factory, items)

    return make
