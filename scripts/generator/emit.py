"""Shapes as Python source: annotations, encoders, readers, and words for messages."""

from __future__ import annotations

from typing import Any, NamedTuple

from shape import JSON_TYPES, Shape

ANNOTATIONS = {
    "string": "str",
    "uuid": "str",
    "uuid4": "str",
    "date_time": "datetime.datetime",
    "date": "datetime.date",
    "time": "datetime.time",
    "duration": "str",
    "byte": "bytes",
    "file": "File",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "object": "JSONObject",
    "any": "JSON",
    "null": "None",
}
WORDS = {
    "string": "a string",
    "uuid": "a string",
    "uuid4": "a string",
    "enum": "a string",
    "date_time": "a date-time",
    "date": "a date",
    "time": "a time",
    "duration": "a duration",
    "byte": "base64",
    "file": "a file",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "map": "an object",
    "model": "an object",
    "tagged": "an object",
    "list": "a list",
    "any": "any JSON",
    "null": "null",
}
PLAIN_ENCODERS = {
    "uuid": "formats.uuid",
    "uuid4": "encoding.uuid4",
    "date_time": "encoding.date_time",
    "date": "formats.date",
    "time": "formats.time",
    "duration": "formats.duration",
    "byte": "formats.byte",
    "file": "bodies.file",
    "boolean": "encoding.boolean",
    "object": "encoding.json_object",
    "any": "encoding.json_value",
    "null": "unions.null",
}
PLAIN_READERS = {
    "string": "decoding.string",
    "uuid": "decoding.string",
    "uuid4": "decoding.string",
    "duration": "decoding.string",
    "date_time": "decoding.date_time",
    "date": "formats.read_date",
    "time": "formats.read_time",
    "byte": "formats.read_byte",
    "file": "bodies.read_file",
    "integer": "decoding.integer",
    "number": "decoding.number",
    "boolean": "decoding.boolean",
    "object": "decoding.json_object",
    "any": "decoding.anything",
    "null": "unions.read_null",
}
# What is taken for a type, beside it.
_GIVEN = {
    "uuid": "UUID | str",
    "uuid4": "UUID | str",
    "date_time": "datetime.datetime | str",
    "date": "datetime.date | str",
    "time": "datetime.time | str",
    "duration": "datetime.timedelta | str",
    "byte": "bytes | str",
    "file": "FileTypes",
}
DIRECT = ("string", "uuid", "uuid4", "duration", "integer", "number", "boolean", "object")


def type_test(kind: str, value: str) -> str:
    """Return the test of a JSON value's type; a bool is not an int, an int is a number."""
    name = JSON_TYPES.get(kind, kind)
    test = f"type({value}) is {name}"
    return f"{test} or type({value}) is int" if name == "float" else test


def annotation(shape: Shape) -> str:
    """Return the type of a model's attribute."""
    if shape.kind in ("enum", "model"):
        text = shape.class_name
    elif shape.kind == "list":
        text = f"list[{annotation(shape.item)}]"
    elif shape.kind == "map":
        text = f"dict[str, {annotation(shape.item)}]"
    elif shape.kind == "union":
        text = either(annotation(item) for item in shape.items)
    elif shape.kind in ("tagged", "fit"):
        # A kind that this client does not know yet is kept unchanged.
        kept = ["JSONObject"] if shape.json_type in ("dict", "") else []
        text = either([*(annotation(item) for item in shape.items), *kept])
    else:
        text = ANNOTATIONS[shape.kind]
    return f"{text} | None" if shape.nullable and text != "None" else text


def given(shape: Shape) -> str:
    """Return the type of a constructor's parameter, which is converted to the attribute's."""
    if shape.kind == "enum":
        text = f"{shape.class_name} | Literal[{', '.join(map(repr, shape.values))}]"
    elif shape.kind == "model":
        text = f"{shape.class_name} | Mapping[str, object]"
    elif shape.kind == "list":
        text = f"Sequence[{given(shape.item)}]"
    elif shape.kind == "map":
        text = f"Mapping[str, {given(shape.item)}]"
    elif shape.kind == "union" or (shape.kind == "fit" and shape.json_type != "dict"):
        text = either(given(item) for item in shape.items)
    elif shape.kind in ("tagged", "fit"):
        text = either(
            [*(annotation(item) for item in shape.items if item.class_name), "Mapping[str, object]"]
        )
    else:
        wider = {
            **_GIVEN,
            "duration": "str",
            "object": "Mapping[str, object]",
            "any": "object",
        }
        text = wider.get(shape.kind) or ANNOTATIONS[shape.kind]
    return f"{text} | None" if shape.nullable and text != "None" else text


def argument(shape: Shape) -> str:
    """Return the type of an operation's parameter; it accepts more than what is sent."""
    if shape.kind == "list":
        return f"list[{annotation(shape.item)}]"
    if shape.kind in ("model", "map", "object", "tagged", "fit", "union"):
        return given(shape.without_null())
    return (
        f"{shape.class_name} | str"
        if shape.kind == "enum"
        else _GIVEN.get(shape.kind, annotation(shape.without_null()))
    )


def body_argument(shape: Shape) -> str:
    """Return the type of a request body."""
    text = given(shape.without_null()) if shape.kind != "any" else "object"
    return f"{text} | None" if shape.nullable else text


def either(texts: Any) -> str:
    """Join the alternatives of types, each once."""
    parts = [part for text in texts for part in _alternatives(text)]
    return " | ".join(dict.fromkeys(parts))


def _alternatives(text: str) -> list[str]:
    """Split a union at its bars, but not at those inside brackets."""
    parts, depth, start = list[str](), 0, 0
    for at, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if character == "|" and depth == 0 and text[at - 1] == " ":
            parts.append(text[start:at].strip())
            start = at + 1
    return [*parts, text[start:].strip()]


def words(shape: Shape) -> str:
    """Describe the expected value, for a message."""
    if shape.kind in ("union", "fit"):
        return " or ".join(dict.fromkeys(words(item) for item in shape.items))
    return repr(shape.values[0]) if shape.closed else WORDS[shape.kind]


def bounds(schema: dict[str, object]) -> dict[str, object]:
    """Return a number's bounds as the encoders' keywords; OpenAPI 3.0 marks exclusive ones."""
    found: dict[str, object] = {}
    for side, exclusive, name in (
        ("minimum", "exclusiveMinimum", "above"),
        ("maximum", "exclusiveMaximum", "below"),
    ):
        if side in schema:
            found[name if schema.get(exclusive) else side] = schema[side]
    return found


def _call(name: str, *arguments: str, **keywords: object) -> str:
    given = [
        *arguments,
        *(f"{key}={value!r}" for key, value in keywords.items() if value is not None),
    ]
    return f"{name if '.' in name else 'encoding.' + name}({', '.join(given)})"


def encoder(shape: Shape) -> str:
    """Return the expression that builds a shape's encoder."""
    text = _encoder(shape)
    if shape.kind != "enum" and isinstance(shape.schema.get("enum"), list):
        text = _call("formats.among", text, *map(repr, shape.values))
    return f"encoding.nullable({text})" if shape.nullable and shape.kind != "null" else text


def _encoder(shape: Shape) -> str:
    schema = shape.schema
    if shape.kind in PLAIN_ENCODERS:
        return PLAIN_ENCODERS[shape.kind]
    if shape.kind == "string":
        return _text(schema)
    if shape.kind in ("integer", "number"):
        return _number(shape)
    if shape.kind == "enum":
        return _call("choice", *map(repr, shape.values))
    if shape.kind == "model":
        return f"{shape.class_name}.encode"
    if shape.kind == "list":
        limits = {"min_items": schema.get("minItems"), "max_items": schema.get("maxItems")}
        return _call(
            "list_of", encoder(shape.item), **limits, unique=schema.get("uniqueItems") or None
        )
    if shape.kind == "map":
        return _call("map_of", encoder(shape.item))
    if shape.kind == "tagged":
        models = ", ".join(f"{tag!r}: {shape.items[n].class_name}" for tag, n in shape.tags)
        return _call("tagged", repr(shape.tag), f"{{{models}}}")
    if shape.kind == "fit":
        return _call("unions.first_that_fits", *(encoder(item) for item in shape.items))
    members = ", ".join(f"{item.json_type}: {encoder(item)}" for item in shape.items)
    return _call("one_of", f"{{{members}}}")


def _text(schema: dict[str, Any]) -> str:
    text = _call("string", min_length=schema.get("minLength"), max_length=schema.get("maxLength"))
    for pattern in schema.get("patterns", ()):
        text = _call("formats.matching", repr(pattern), text)
    return text


def _number(shape: Shape) -> str:
    limits = bounds(shape.schema)
    if shape.kind == "integer":
        # Between integers, an exclusive bound is the next inclusive one.
        if "above" in limits:
            limits["minimum"] = _next(limits.pop("above"), 1)
        if "below" in limits:
            limits["maximum"] = _next(limits.pop("below"), -1)
    return _call(shape.kind, **limits)


def _next(bound: Any, step: int) -> int:
    """Return the nearest integer beyond an exclusive bound."""
    whole = int(bound)
    inside = whole > bound if step > 0 else whole < bound
    return whole if inside else whole + step


class Branch(NamedTuple):
    """One member of a union, in the function that reads it."""

    test: str
    result: str


class ReaderFunction(NamedTuple):
    """A function that a module needs to read one union."""

    name: str
    annotation: str
    expected: str
    tag: str
    branches: tuple[Branch, ...]


class Readers:
    """Builds the expressions of readers, and collects the functions that they need."""

    def __init__(self) -> None:
        self.functions: list[ReaderFunction] = []

    def expression(self, shape: Shape, name: str) -> str:
        """Return the expression of a shape's reader.

        Args:
            shape: What is read.
            name: The name of a function for it, such as ``_read_content``.
        """
        if shape.kind in PLAIN_READERS:
            text = PLAIN_READERS[shape.kind]
        elif shape.kind == "enum":
            text = f"decoding.enum_of({shape.class_name})"
        elif shape.kind == "model":
            text = f"{shape.class_name}.from_dict"
        elif shape.kind in ("list", "map"):
            text = f"decoding.{shape.kind}_of({self.expression(shape.item, name + '_item')})"
        elif shape.kind == "fit":
            text = self._fit(shape, name)
        else:
            text = self._function(shape, name)
        return f"decoding.nullable({text})" if shape.nullable and shape.kind != "null" else text

    def _fit(self, shape: Shape, name: str) -> str:
        """Return the reader of members of one JSON type, of which the one that fits is read."""
        inner = [self._known(item, f"{name}_{n}") for n, item in enumerate(shape.items)]
        function = "best_of" if shape.json_type == "dict" else "first_of"
        plain = annotation(shape.without_null())
        reader = f"unions.{function}({', '.join(inner)})"
        self.functions.append(ReaderFunction(name, plain, reader, "", ()))
        return name

    def _known(self, shape: Shape, name: str) -> str:
        """Return a reader that takes the documented values of an enum only."""
        if shape.kind == "enum" and not shape.closed:
            return f"unions.known({shape.class_name})"
        if shape.kind == "duration":
            return "formats.read_duration"
        return (
            "formats.read_uuid" if shape.kind in ("uuid", "uuid4") else self.expression(shape, name)
        )

    def _function(self, shape: Shape, name: str) -> str:
        """Collect the function that reads a union, after those that it needs itself."""
        if shape.kind == "tagged":
            branches = [
                Branch(f"tag == {tag!r}", f"{shape.items[n].class_name}.from_dict(value)")
                for tag, n in shape.tags
            ]
        else:
            branches = list[Branch]()
            for item in shape.items:
                made = f"{name}_{item.json_type}"
                inner = self.expression(item, made)
                if item.kind in ("list", "map"):
                    # Made once: the function that reads the union runs for every value.
                    self.functions.append(ReaderFunction(made, annotation(item), inner, "", ()))
                    inner = made
                result = "value" if item.kind in DIRECT else f"{inner}(value)"
                branches.append(Branch(type_test(item.json_type, "value"), result))
        plain = annotation(shape.without_null())
        self.functions.append(ReaderFunction(name, plain, words(shape), shape.tag, tuple(branches)))
        return name
