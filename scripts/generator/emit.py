"""Shapes as Python source: annotations, encoders, readers, and words for messages."""

from __future__ import annotations

from typing import NamedTuple

from shapes import JSON_TYPES, Shape

ANNOTATIONS = {
    "string": "str",
    "uuid4": "str",
    "date_time": "datetime.datetime",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "object": "JSONObject",
    "any": "JSON",
    "null": "None",
}
WORDS = {
    "string": "a string",
    "uuid4": "a string",
    "enum": "a string",
    "date_time": "a date-time",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "map": "an object",
    "model": "an object",
    "tagged": "an object",
    "list": "a list",
    "any": "any JSON",
}
PLAIN_ENCODERS = {
    "uuid4": "uuid4",
    "date_time": "date_time",
    "boolean": "boolean",
    "object": "json_object",
    "any": "json_value",
}
PLAIN_READERS = {
    "string": "string",
    "uuid4": "string",
    "date_time": "date_time",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "object": "json_object",
    "any": "anything",
}


def type_test(kind: str, value: str) -> str:
    """Return the test of a JSON value's type; a bool is not an int, an int is a number."""
    name = JSON_TYPES[kind]
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
        text = " | ".join(annotation(item) for item in shape.items)
    elif shape.kind == "tagged":
        # A kind that this client does not know yet is kept unchanged.
        text = " | ".join([*(item.class_name for item in shape.items), "JSONObject"])
    else:
        text = ANNOTATIONS[shape.kind]
    return f"{text} | None" if shape.nullable else text


def given(shape: Shape) -> str:
    """Return the type of a constructor's parameter, which is converted to the attribute's."""
    wider = {
        "uuid4": "UUID | str",
        "date_time": "datetime.datetime | str",
        "object": "Mapping[str, object]",
        "any": "object",
    }
    if shape.kind == "enum":
        text = f"{shape.class_name} | Literal[{', '.join(map(repr, shape.values))}]"
    elif shape.kind == "model":
        text = f"{shape.class_name} | Mapping[str, object]"
    elif shape.kind == "list":
        text = f"Sequence[{given(shape.item)}]"
    elif shape.kind == "map":
        text = f"Mapping[str, {given(shape.item)}]"
    elif shape.kind == "union":
        text = " | ".join(given(item) for item in shape.items)
    elif shape.kind == "tagged":
        text = " | ".join([*(item.class_name for item in shape.items), "Mapping[str, object]"])
    else:
        text = wider.get(shape.kind) or ANNOTATIONS[shape.kind]
    return f"{text} | None" if shape.nullable else text


def argument(shape: Shape) -> str:
    """Return the type of an operation's parameter; it accepts more than what is sent."""
    wider = {"uuid4": "UUID | str", "date_time": "datetime.datetime | str"}
    if shape.kind == "list":
        return f"list[{annotation(shape.item)}]"
    return (
        f"{shape.class_name} | str"
        if shape.kind == "enum"
        else wider.get(shape.kind, annotation(shape))
    )


def words(shape: Shape) -> str:
    """Describe the expected value, for a message."""
    if shape.kind == "union":
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
    return f"encoding.{name}({', '.join(given)})"


def encoder(shape: Shape) -> str:
    """Return the expression that builds a shape's encoder."""
    schema = shape.schema
    if shape.kind in PLAIN_ENCODERS:
        text = f"encoding.{PLAIN_ENCODERS[shape.kind]}"
    elif shape.kind == "string":
        text = _call(
            "string", min_length=schema.get("minLength"), max_length=schema.get("maxLength")
        )
    elif shape.kind in ("integer", "number"):
        text = _call(shape.kind, **bounds(schema))
    elif shape.kind == "enum":
        text = _call("choice", *map(repr, shape.values))
    elif shape.kind == "model":
        text = f"{shape.class_name}.encode"
    elif shape.kind == "list":
        limits = {"min_items": schema.get("minItems"), "max_items": schema.get("maxItems")}
        text = _call(
            "list_of", encoder(shape.item), **limits, unique=schema.get("uniqueItems") or None
        )
    elif shape.kind == "map":
        text = _call("map_of", encoder(shape.item))
    elif shape.kind == "tagged":
        pairs = zip(shape.tags, shape.items, strict=True)
        models = ", ".join(f"{tag!r}: {item.class_name}" for tag, item in pairs)
        text = _call("tagged", repr(shape.tag), f"{{{models}}}")
    else:
        members = ", ".join(f"{JSON_TYPES[item.kind]}: {encoder(item)}" for item in shape.items)
        text = _call("one_of", f"{{{members}}}")
    return f"encoding.nullable({text})" if shape.nullable else text


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
            text = f"decoding.{PLAIN_READERS[shape.kind]}"
        elif shape.kind == "enum":
            text = f"decoding.enum_of({shape.class_name})"
        elif shape.kind == "model":
            text = f"{shape.class_name}.from_dict"
        elif shape.kind in ("list", "map"):
            text = f"decoding.{shape.kind}_of({self.expression(shape.item, name + '_item')})"
        else:
            text = self._function(shape, name)
        return f"decoding.nullable({text})" if shape.nullable else text

    def _function(self, shape: Shape, name: str) -> str:
        """Collect the function that reads a union, after those that it needs itself."""
        if shape.kind == "tagged":
            pairs = zip(shape.tags, shape.items, strict=True)
            branches = [
                Branch(f"tag == {tag!r}", f"{item.class_name}.from_dict(value)")
                for tag, item in pairs
            ]
        else:
            branches = list[Branch]()
            for item in shape.items:
                inner = self.expression(item, f"{name}_{JSON_TYPES[item.kind]}")
                if item.kind in ("list", "map"):
                    # Made once: the function that reads the union runs for every value.
                    made = f"{name}_{JSON_TYPES[item.kind]}"
                    self.functions.append(ReaderFunction(made, annotation(item), inner, "", ()))
                    inner = made
                direct = item.kind in ("string", "uuid4", "integer", "number", "boolean", "object")
                branches.append(
                    Branch(type_test(item.kind, "value"), "value" if direct else f"{inner}(value)")
                )
        plain = annotation(shape).removesuffix(" | None") if shape.nullable else annotation(shape)
        self.functions.append(ReaderFunction(name, plain, words(shape), shape.tag, tuple(branches)))
        return name
