"""Conversion of what is given to a constructor, by the annotations of the model's attributes.

Readers of JSON are generated, since a response may have thousands of items. Models are made by hand
one at a time: a converter is built once for each attribute, when its class is first used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from datetime import date, datetime, time
from enum import Enum
from types import NoneType, UnionType
from typing import (
    Any,
    Final,
    NamedTuple,
    TypeAlias,
    TypeGuard,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID

from .checks import suggestion
from .core_model import TAGS, CoreModel
from .decoding import date_time
from .errors import DecodeError, ModelError, shown
from .types import JSON, UNSET, JSONObject, OpenEnum

__all__ = ["build", "converted"]

M = TypeVar("M", bound=CoreModel)
Convert: TypeAlias = Callable[[object], object]

_SCALARS = {
    bool: ("True or False", (bool,)),
    int: ("an int", (int,)),
    float: ("a number", (int, float)),
}


_FORMATTED: Final[tuple[object, ...]] = (date, time, bytes)


class _Mismatch(Exception):
    """A value is not of the converter's type, so that another member of a union may take it."""


class Converter(NamedTuple):
    """The converter of one annotation.

    Attributes:
        expected: What it takes, in words.
        convert: Converts a value; raises `_Mismatch` for another type, and `ModelError` for a value
            of the right type that is wrong.
        nullable: Whether None is a value.
    """

    expected: str
    convert: Convert
    nullable: bool = False

    def __call__(self, value: object) -> object:
        """Convert a value.

        Raises:
            ModelError: If the value is not what the annotation says.
        """
        try:
            return self.convert(value)
        except _Mismatch:
            raise ModelError("", f"expected {self.expected}; got {shown(value)}") from None


# By model: made when it is first constructed.
_HINTS: Final[dict[type[CoreModel], dict[str, object]]] = {}
_CONVERTERS: Final[dict[type[CoreModel], dict[str, Converter]]] = {}


def converted(
    model: type[CoreModel], given: Mapping[str, object], additional: Mapping[str, object]
) -> tuple[dict[str, object], JSONObject]:
    """Convert the arguments of a model's constructor.

    Args:
        model: The model.
        given: The arguments for its fields, by attribute name; None or UNSET for those not given.
        additional: Other keyword arguments. One that is the JSON name of a field is for that field,
            and with an underscore after it, too: so julep 0.3 spelled ``schema``.

    Returns:
        The values of the attributes, and the properties that the contract does not describe.

    Raises:
        ModelError: If a value is not what the contract describes.
    """
    kept = {key: value for key, value in additional.items() if value is not UNSET}
    values: dict[str, object] = {}
    converters = _converters(model)
    for item in model.__properties__:
        value = kept.pop(f"{item.json_name}_", given[item.name])
        value = kept.pop(item.json_name, value)
        converter = converters[item.name]
        try:
            if value is not None and value is not UNSET:
                values[item.name] = converter(value)
            elif item.required and not converter.nullable:
                raise ModelError("", f"expected {converter.expected}; got {value!r}")
            else:
                values[item.name] = None
        except ModelError as error:
            raise error.under(f"{model.__name__}.{item.name}") from None
    return values, cast("JSONObject", kept)


def build(model: type[M], value: object) -> M:
    """Return a model as it is, or make one of a mapping with JSON names or attributes' names.

    Raises:
        ModelError: If the value is neither, or not what the contract describes.
    """
    if isinstance(value, model):
        return value
    if not isinstance(value, Mapping):
        raise ModelError("", f"expected {model.__name__} or a dict; got {shown(value)}")
    given = {str(key): item for key, item in cast("Mapping[object, object]", value).items()}
    converters = _converters(model)
    for item in model.__properties__:
        if item.json_name in given:
            given[item.name] = given.pop(item.json_name)
        elif item.name not in given and item.required:
            given[item.name] = _only_value(model, item.name, converters[item.name])
    return model(**given)


def _only_value(model: type[CoreModel], name: str, converter: Converter) -> object:
    """Return the value of a required field that need not be given: null, or the only one it can have."""
    if converter.nullable:
        return None
    hint = _hints(model)[name]
    if isinstance(hint, type) and issubclass(hint, Enum) and len(hint) == 1:
        return next(iter(hint))
    problem = f"expected {converter.expected}; it is missing"
    raise ModelError(f"{model.__name__}.{name}", problem)


def _hints(model: type[CoreModel]) -> dict[str, object]:
    found = _HINTS.get(model)
    if found is None:
        found = _HINTS[model] = get_type_hints(model)
    return found


def _converters(model: type[CoreModel]) -> dict[str, Converter]:
    found = _CONVERTERS.get(model)
    if found is None:
        hints = _hints(model)
        found = {item.name: _converter(hints[item.name]) for item in model.__properties__}
        _CONVERTERS[model] = found
    return found


def _converter(hint: object) -> Converter:
    """Build the converter of an annotation."""
    if hint == JSON:
        return Converter("any JSON", _same, nullable=True)
    if hint == JSONObject:
        return Converter("a dict", _free_form)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        members = [item for item in arguments if item is not NoneType]
        found = _converter(members[0]) if len(members) == 1 else _union(members)
        return found._replace(nullable=NoneType in arguments)
    if origin is list:
        return _list(_converter(arguments[0]))
    if origin is dict:
        return _map(_converter(arguments[1]))
    if hint is str:
        return Converter("a str", _text)
    if hint is datetime:
        return Converter("a datetime, or its RFC 3339 text", _time)
    if any(hint is kind for kind in _FORMATTED):
        return _formatted(cast("type", hint))
    if _is_model(hint):
        return _model(hint)
    if hasattr(hint, "__converted__"):
        return Converter("a file", cast("Any", hint).__converted__)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum(hint)
    return _scalar(cast("type", hint))


def _is_model(hint: object) -> TypeGuard[type[CoreModel]]:
    return isinstance(hint, type) and issubclass(hint, CoreModel)


def _same(value: object) -> object:
    return value


def _scalar(kind: type) -> Converter:
    expected, kinds = _SCALARS[kind]

    def convert(value: object) -> object:
        if not isinstance(value, kinds) or (isinstance(value, bool) and kind is not bool):
            raise _Mismatch
        return value

    return Converter(expected, convert)


def _text(value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    if not isinstance(value, str):
        raise _Mismatch
    return value if type(value) is str else str.__str__(value)


def _time(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise _Mismatch
    try:
        return date_time(value)
    except DecodeError:
        problem = f"expected a datetime, or its RFC 3339 text; got {shown(value)}"
        raise ModelError("", problem) from None


def _formatted(kind: type) -> Converter:
    """Build the converter of a type that texts of a format are read as."""
    from base64 import b64decode

    readers: dict[type, tuple[str, Callable[[str], object]]] = {
        date: ("a date, or its RFC 3339 text", date.fromisoformat),
        time: ("a time, or its RFC 3339 text", time.fromisoformat),
        bytes: ("bytes, or their base64 text", lambda text: b64decode(text, validate=True)),
    }
    expected, read = readers[kind]

    def convert(value: object) -> object:
        if isinstance(value, kind):
            return value
        if not isinstance(value, str):
            raise _Mismatch
        try:
            return read(value)
        except ValueError:
            raise ModelError("", f"expected {expected}; got {shown(value)}") from None

    return Converter(expected, convert)


def _free_form(value: object) -> object:
    if type(value) is dict:
        return cast("object", value)
    if isinstance(value, CoreModel):
        return value.to_dict()
    if not isinstance(value, Mapping):
        raise _Mismatch
    return dict(cast("Mapping[object, object]", value))


def _enum(kind: type[Enum]) -> Converter:
    known = {str(member.value): member for member in kind}
    expected = f"{'one of ' if len(known) > 1 else ''}{', '.join(map(repr, known))}"

    def convert(value: object) -> object:
        if isinstance(value, kind):
            return value
        if not isinstance(value, str):
            raise _Mismatch
        text = str.__str__(value)
        if text not in known:
            problem = f"expected {expected}; got {shown(text)}{suggestion(text, known)}"
            raise ModelError("", problem)
        return known[text]

    return Converter(expected, convert)


def _model(kind: type[CoreModel]) -> Converter:
    def convert(value: object) -> object:
        if not isinstance(value, (kind, Mapping)):
            raise _Mismatch
        try:
            return build(kind, cast("object", value))
        except ModelError as error:
            # Inside another model, the path of the attributes says where.
            own = error.path.removeprefix(kind.__name__).removeprefix(".")
            raise ModelError(own, error.problem) from None

    return Converter(f"{kind.__name__} or a dict", convert)


def _list(item: Converter) -> Converter:
    def convert(value: object) -> object:
        if isinstance(value, (str, bytes)) or not isinstance(value, (Sequence, Set)):
            raise _Mismatch
        done: list[object] = []
        try:
            for one in cast("Sequence[object]", value):
                done.append(None if one is None and item.nullable else item(one))
        except ModelError as error:
            raise error.under(f"[{len(done)}]") from None
        return done

    return Converter("a list", convert)


def _map(item: Converter) -> Converter:
    def convert(value: object) -> object:
        if not isinstance(value, Mapping):
            raise _Mismatch
        done: dict[str, object] = {}
        for key, one in cast("Mapping[object, object]", value).items():
            try:
                done[str(key)] = None if one is None and item.nullable else item(one)
            except ModelError as error:
                raise error.under(str(key)) from None
        return done

    return Converter("a dict", convert)


def _union(members: list[object]) -> Converter:
    """Build the converter of a union: the first member that takes the value converts it.

    If none does, the error is that of the first one that takes the value's type.
    """
    models = [one for one in members if _is_model(one)]
    if len(models) > 1:
        others = [one for one in members if not _is_model(one) and one != JSONObject]
        rest = [_converter(one) for one in others]
        by_tag = _by_tag(models)
        among_models = _fitting(models) if by_tag is None else _tagged(models, *by_tag)
        alternatives = [*rest, among_models]
    else:
        alternatives = [_converter(one) for one in members]

    def convert(value: object) -> object:
        problem: ModelError | None = None
        for alternative in alternatives:
            try:
                return alternative.convert(value)
            except _Mismatch:
                continue
            except ModelError as error:
                problem = problem or error
        raise problem or _Mismatch

    return Converter(" or ".join(one.expected for one in alternatives), convert)


def _by_tag(
    models: list[type[CoreModel]],
) -> tuple[str, Mapping[str, type[CoreModel]]] | None:
    """Return the property that distinguishes models, and the model for each of its values."""
    if known := TAGS.get(frozenset(models)):
        return known
    found = [(key, value, model) for model in models for key, value in _tags(model)]
    keys = {key for key, _, _ in found}
    if len(keys) != 1 or len({value for _, value, _ in found}) != len(models):
        return None
    return keys.pop(), {value: model for _, value, model in found}


def _tagged(
    models: list[type[CoreModel]], key: str, by_tag: Mapping[str, type[CoreModel]]
) -> Converter:
    """Build the converter of a union of models that the value of one property distinguishes."""
    expected = f"{', '.join(model.__name__ for model in models)} or a dict"

    def convert(value: object) -> object:
        if isinstance(value, tuple(models)):
            return value
        if not isinstance(value, Mapping):
            raise _Mismatch
        given = cast("Mapping[str, object]", value)
        got = given.get(key)
        model = by_tag.get(str(got)) if isinstance(got, str) else None
        if model is not None:
            return _model(model).convert(given)
        known = dict.fromkeys(by_tag)
        hint = suggestion(got, known) if isinstance(got, str) else ""
        problem = f"expected one of {', '.join(map(repr, known))}; got {shown(got)}{hint}"
        raise ModelError(key, problem)

    return Converter(expected, convert)


def _fitting(models: list[type[CoreModel]]) -> Converter:
    """Build the converter of a union of models of which the one that knows most keys is made."""
    expected = f"{', '.join(model.__name__ for model in models)} or a dict"

    def convert(value: object) -> object:
        if isinstance(value, tuple(models)):
            return value
        if not isinstance(value, Mapping):
            raise _Mismatch
        given = cast("Mapping[str, object]", value)
        made: list[CoreModel] = []
        for model in models:
            try:
                made.append(build(model, given))
            except ModelError:
                continue
        if not made:
            return _free_form(given)  # it may be of another kind, and is checked when it is sent
        return min(made, key=lambda one: len(one.additional_properties))

    return Converter(expected, convert)


def _tags(model: type[CoreModel]) -> Iterator[tuple[str, str]]:
    """Yield the properties that can have one value only, with that value."""
    for item in model.__properties__:
        hint = _hints(model)[item.name]
        if isinstance(hint, type) and issubclass(hint, Enum) and not issubclass(hint, OpenEnum):
            yield item.json_name, next(iter(hint)).value
