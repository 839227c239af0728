"""Encoders: each checks a value that will be sent, and returns plain JSON.

An encoder takes any Python value, and returns JSON or raises `EncodeError`. The small functions
here are combined by the tables at the end of each model's module and at the beginning of each
operation's, so that a table reads like the contract.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from math import isfinite
from typing import TypeAlias, TypeVar, cast
from uuid import UUID

from .checks import (
    allowed_amount,
    allowed_range,
    alternatives,
    is_list,
    items_of,
    misspelt,
    one_of_texts,
    suggestion,
    text,
    wrong_type,
)
from .errors import EncodeError, shown
from .core_model import TAGS
from .free_form import json_object, json_value
from .model import Field, Model
from .types import JSON, UNSET, JSONObject

__all__ = [
    "Encoder",
    "boolean",
    "choice",
    "date_time",
    "declare",
    "integer",
    "json_object",
    "json_value",
    "list_of",
    "map_of",
    "nullable",
    "number",
    "one_of",
    "string",
    "tagged",
    "uuid4",
]

M = TypeVar("M", bound=Model)
Encoder: TypeAlias = Callable[[object], JSON]

_NAMES_OF_TYPES: Mapping[type, str] = {
    str: "a str",
    int: "an int",
    float: "a number",
    bool: "True or False",
    list: "a list",
    dict: "a dict",
}

_UUID4 = re.compile(
    "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
)


def string(min_length: int = 0, max_length: int | None = None) -> Encoder:
    """Build the encoder of a string with bounds of its length."""
    if min_length == 0 and max_length is None:
        return text

    def encode(value: object) -> str:
        checked = text(value)
        if len(checked) < min_length or (max_length is not None and len(checked) > max_length):
            allowed = allowed_amount(min_length, max_length, "character")
            raise EncodeError("", f"expected {allowed}; got {len(checked)}: {shown(checked)}")
        return checked

    return encode


def uuid4(value: object) -> str:
    """Encode a UUID v4, given as a `uuid.UUID` or as its usual text, in lower case."""
    if isinstance(value, UUID):
        value = str(value)
    elif not isinstance(value, str):
        raise wrong_type("a UUID v4, as a str or a uuid.UUID", value)
    if _UUID4.fullmatch(value) is None:
        raise EncodeError("", f"expected a UUID v4; got {shown(value)}", "id")
    return value.lower()


def date_time(value: object) -> str:
    """Encode a time: a datetime with a time zone, or its RFC 3339 text."""
    expected = "a datetime with a time zone, or its RFC 3339 text"
    if isinstance(value, datetime):
        when = value
    elif isinstance(value, str):
        try:
            when = datetime.fromisoformat(value)
        except ValueError:
            raise EncodeError("", f"expected {expected}; got {shown(value)}") from None
    else:
        raise wrong_type(expected, value)
    if when.tzinfo is None:
        raise EncodeError("", f"expected {expected}; got {shown(value)}, which has no time zone")
    return when.isoformat() if isinstance(value, datetime) else text(value)


def boolean(value: object) -> bool:
    """Encode True or False."""
    if type(value) is not bool:
        raise wrong_type("True or False", value)
    return value


def integer(minimum: int | None = None, maximum: int | None = None) -> Encoder:
    """Build the encoder of an int within inclusive bounds."""

    def encode(value: object) -> int:
        if type(value) is not int:
            if type(value) is bool or not isinstance(value, int):
                raise wrong_type("an int", value)
            value = int(value)
        if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
            raise EncodeError("", f"expected an int {allowed_range(minimum, maximum)}; got {shown(value)}")
        return value

    return encode


def number(
    minimum: float | None = None,
    maximum: float | None = None,
    *,
    above: float | None = None,
    below: float | None = None,
) -> Encoder:
    """Build the encoder of a finite number: minimum <= value <= maximum, above < value < below."""

    def encode(value: object) -> float:
        if type(value) is not float and type(value) is not int:
            if type(value) is bool or not isinstance(value, (float, int)):
                raise wrong_type("a number", value)
            value = float(value) if isinstance(value, float) else int(value)
        if (
            (isinstance(value, float) and not isfinite(value))
            or (minimum is not None and value < minimum)
            or (maximum is not None and value > maximum)
            or (above is not None and value <= above)
            or (below is not None and value >= below)
        ):
            allowed = f"a finite number {allowed_range(minimum, maximum, above, below)}".rstrip()
            raise EncodeError("", f"expected {allowed}; got {shown(value)}")
        return value

    return encode


def choice(*values: str) -> Encoder:
    """Build the encoder of an enum: one of these strings, or an enum's member with such a value."""
    known = {value: value for value in values}
    expected = one_of_texts(values)

    def encode(value: object) -> str:
        if not isinstance(value, str):
            raise wrong_type(expected, value)
        found = known.get(value)
        if found is None:
            problem = f"expected {expected}; got {shown(str.__str__(value))}"
            raise EncodeError("", problem + suggestion(value, known))
        return found

    return encode


def nullable(item: Encoder) -> Encoder:
    """Build the encoder of a value that may be None."""

    def encode(value: object) -> JSON:
        return None if value is None else item(value)

    return encode


def list_of(
    item: Encoder, min_items: int = 0, max_items: int | None = None, *, unique: bool = False
) -> Encoder:
    """Build the encoder of a list, or another sequence, with bounds of its length."""

    def encode(value: object) -> list[JSON]:
        if type(value) is not list and not is_list(value):  # the first costs less
            raise wrong_type("a list", value)
        given = cast("Collection[object]", value)
        out: list[JSON] = []
        try:
            for one in given:
                out.append(item(one))
        except EncodeError as error:
            raise error.under(f"[{len(out)}]") from None
        if len(out) < min_items or (max_items is not None and len(out) > max_items):
            allowed = allowed_amount(min_items, max_items, "item")
            raise EncodeError("", f"expected a list of {allowed}; got {len(out)}")
        if unique and len({json.dumps(one, sort_keys=True) for one in out}) < len(out):
            raise EncodeError("", "expected every item once; got some more than once")
        return out

    return encode


def map_of(item: Encoder) -> Encoder:
    """Build the encoder of an object with free keys and values of one type; None is left out."""

    def encode(value: object) -> JSONObject:
        out: JSONObject = {}
        for key, one in items_of(value):
            if one is UNSET or one is None:
                continue
            try:
                out[key] = item(one)
            except EncodeError as error:
                raise error.under(key) from None
        return out

    return encode


def one_of(by_type: Mapping[type, Encoder]) -> Encoder:
    """Build the encoder of a union whose members differ in their JSON type.

    Args:
        by_type: The encoder of each member, by its type: str, int, float, bool, list or dict.
    """
    encoders = tuple(by_type.values())
    expected = alternatives([_NAMES_OF_TYPES[kind] for kind in by_type])

    def encode(value: object) -> JSON:
        known = by_type.get(type(value))
        if known is not None:
            return known(value)
        for encode_one in encoders:
            try:
                return encode_one(value)
            except EncodeError as error:
                # A wrong type lets the next alternative try; any other error is final.
                if error.kind != "type" or error.path:
                    raise
        raise wrong_type(expected, value)

    return encode


def tagged(key: str, by_tag: Mapping[str, type[Model]]) -> Encoder:
    """Build the encoder of a union of models that one property distinguishes.

    Args:
        key: The JSON name of that property.
        by_tag: The model for each of its values.
    """
    models = dict.fromkeys(by_tag.values())
    expected = alternatives(["a dict", *(model.__name__ for model in models)])
    tags = choice(*by_tag)
    TAGS[frozenset(models)] = (key, by_tag)

    def encode(value: object) -> JSON:
        if isinstance(value, Model):
            for model in models:
                if isinstance(value, model):
                    return model.encode(value)
        if not isinstance(value, Mapping):
            raise wrong_type(expected, value)
        given = cast("Mapping[object, object]", value)
        if key not in given:
            raise EncodeError(key, f"expected {one_of_texts(by_tag)}; it is missing")
        try:
            tag = cast("str", tags(given[key]))
        except EncodeError as error:
            raise error.under(key) from None
        return by_tag[tag].encode(given)

    return encode


def declare(
    model: type[M],
    *fields: Field,
    open_keys: bool | Encoder = False,
    read_only: Collection[str] = (),
    write_only: Collection[str] = (),
) -> None:
    """Set a model's fields, and build its encoder from them.

    The call stands at the end of the model's module, since the encoders of fields name other models,
    which may name this one.

    Args:
        model: The model.
        *fields: Its fields, in the order of its attributes.
        open_keys: Whether the contract describes keys beside those, so that any key may be meant; the
            encoder of their values if it describes these too.
        read_only: The JSON names of fields that only responses have: they are not sent.
        write_only: Those of fields that only requests have, and need.
    """
    by_key = {item.json_name: item.encode for item in fields}
    required = frozenset(item.json_name for item in fields if item.required).union(write_only)
    rest = open_keys if callable(open_keys) else json_value
    sent = tuple(item for item in fields if item.json_name not in read_only)
    expected = f"a dict or {model.__name__}"
    encoder_of = by_key.get
    # In dicts of julep 0.3, keys could be spelled like its attributes: ``continue_``, ``schema_``.
    by_name = {f"{key}_": key for key in by_key}

    def encode(value: object) -> JSONObject:
        given: Mapping[str, object] = {}
        if isinstance(value, model):
            out = _encode_fields(value, sent, rest, {} if open_keys else by_key)
        elif type(value) is dict or isinstance(value, Mapping):  # the first costs less
            given = cast("Mapping[str, object]", value)
            out = {}
            key = ""
            try:
                for key, one in given.items():
                    # None is "not given", unless the contract has a null there.
                    if one is UNSET or (one is None and key not in required):
                        continue
                    encode_one = encoder_of(key)
                    if encode_one is not None:
                        out[key] = encode_one(one)
                    elif key in by_name:
                        out[by_name[key]] = by_key[by_name[key]](one)
                    else:
                        encode_one = rest if open_keys else _extra(key, by_key, given)
                        out[key] = encode_one(one)
            except EncodeError as error:
                is_text = isinstance(cast("object", key), str)
                raise (error.under(key) if is_text else error) from None
        elif isinstance(value, Model) and _resembles(value, by_key, required):
            return encode(value.to_dict())
        else:
            raise wrong_type(expected, value)
        for key in read_only:
            out.pop(key, None)
        if not required <= out.keys():
            missing = next(key for key in by_key if key in required and key not in out)
            raise _missing(missing, model.__name__, [key for key in given if key not in by_key])
        return out

    model.__properties__ = fields
    model.__encoder__ = encode


def _encode_fields(
    value: Model, fields: tuple[Field, ...], rest: Encoder, known: Mapping[str, object]
) -> JSONObject:
    """Encode the fields of a model that are set, and its additional properties.

    Args:
        value: The model.
        fields: Its fields.
        rest: The encoder of the additional properties.
        known: The keys of which an additional property may be a misspelling.
    """
    out: JSONObject = {}
    json_name = ""
    try:
        for json_name, name, encode, required in fields:
            one: object = getattr(value, name)
            if one is not UNSET and (one is not None or required):
                out[json_name] = encode(one)
    except EncodeError as error:
        raise error.under(json_name) from None
    if value.additional_properties:
        others = value.additional_properties
        for key in others:
            try:
                _extra(str(key), known, out)
            except EncodeError as error:
                raise error.under(str(key)) from None
        checked = json_object(others)
        for key, item in checked.items():
            out.setdefault(key, item if rest is json_value else rest(item))
    return out


def _extra(key: object, known: Mapping[str, object], given: Mapping[str, object]) -> Encoder:
    """Return the encoder of a key that a model does not have; refuse a misspelt one."""
    if not isinstance(key, str):
        raise EncodeError("", f"expected str keys; got {shown(key)}", "type")
    meant = misspelt(key, known)
    if meant is not None and (given.get(meant) is None or given[meant] is UNSET):
        problem = f"there is no such key (did you mean {meant!r}?); known are: {', '.join(known)}"
        raise EncodeError("", problem)
    text(key)
    return json_value


def _missing(key: str, model: str, unknown: Collection[str]) -> EncodeError:
    problem = f"expected a value, as {model} needs it; it is missing"
    if unknown:
        near = suggestion(key, unknown).replace("did you mean", "did you mean it by")
        problem += near or f", and not known are: {', '.join(map(repr, unknown))}"
    return EncodeError(key, problem)


def _resembles(value: Model, known: Mapping[str, object], required: frozenset[str]) -> bool:
    """Check whether a model of another class has the fields of this one: what was read is sent."""
    names = {item.json_name for item in value.__properties__}
    return required <= names and not names.isdisjoint(known)
