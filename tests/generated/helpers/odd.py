"""Schemas of every kind of OpenAPI 3.1, with values that they allow, as one document."""

from __future__ import annotations

from typing import Final

_ID: Final = "4b9f6f0e-5b1e-4b7e-8b0a-3f9d1d6d0a01"
_TEXT: Final = {"type": "string"}
_CAT: Final = {
    "type": "object",
    "required": ["kind", "lives"],
    "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}},
}
_DOG: Final = {
    "type": "object",
    "required": ["kind"],
    "properties": {"kind": {"const": "dog"}, "tricks": {"type": "array", "items": _TEXT}},
}


def _object(**properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties}


def _nested(depth: int) -> dict[str, object]:
    inner = _nested(depth - 1) if depth else _TEXT
    return _object(a={"type": "array", "items": inner} if depth % 2 else inner)


def _chain(depth: int) -> dict[str, object]:
    inner = _chain(depth - 1) if depth else "x"
    return {"a": [inner] if depth % 2 else inner}


# A schema, and values that it allows, by the name of the document.
ODD: Final[dict[str, tuple[object, list[object]]]] = {
    "nullable text": ({"type": ["string", "null"]}, ["a", None]),
    "text or number": ({"type": ["string", "integer"]}, ["a", 5]),
    "array or null": ({"type": ["array", "null"], "items": _TEXT}, [["a"], [], None]),
    "constant text": ({"const": "one"}, ["one"]),
    "constant number": ({"const": 7}, [7]),
    "enum of numbers": ({"type": "integer", "enum": [1, 2, -3]}, [1, -3]),
    "enum of mixed values": ({"enum": ["a", 1, None, True]}, ["a", 1, None, True]),
    "enum with null": ({"type": ["string", "null"], "enum": ["a", "b", None]}, ["a", None]),
    "enum of odd names": ({"enum": ["", "class", "a b", "é", "1st", "A", "a"]}, ["", "class", "A"]),
    "any": ({}, [1, "a", None, [1], {"a": {"b": 1}}]),
    "true": (True, [1, {"a": []}]),
    "empty object": ({"type": "object"}, [{}, {"a": 1}]),
    "closed object": ({**_object(a=_TEXT), "additionalProperties": False}, [{}, {"a": "x"}]),
    "open object": ({**_object(a=_TEXT), "additionalProperties": True}, [{"a": "x", "b": [1]}]),
    "typed object": (
        {"type": "object", "additionalProperties": {"type": "integer"}},
        [{}, {"a": 1}],
    ),
    "object of objects": (
        {"type": "object", "additionalProperties": _object(x={"type": "number"})},
        [{"k": {"x": 1.5}}],
    ),
    "typed rest": (
        {**_object(a=_TEXT), "additionalProperties": {"type": "array", "items": _TEXT}},
        [{"a": "x", "b": ["y"]}],
    ),
    "keywords": (
        _object(**dict.fromkeys(("class", "from", "self", "None", "async", "def"), _TEXT)),
        [{"class": "a", "from": "b", "self": "c", "None": "d", "async": "e"}],
    ),
    "colliding names": (
        _object(**{"a-b": _TEXT, "a_b": _TEXT, "aB": _TEXT, "a b": _TEXT}),
        [{"a-b": "1", "a_b": "2", "aB": "3", "a b": "4"}],
    ),
    "names of methods": (
        _object(to_dict=_TEXT, from_dict=_TEXT, copy=_TEXT, items=_TEXT, keys=_TEXT),
        [{"to_dict": "a", "from_dict": "b", "copy": "c", "items": "d", "keys": "e"}],
    ),
    "names of other letters": (
        _object(**{"größe": _TEXT, "名前": _TEXT, "$id": _TEXT, "@type": _TEXT, "1st": _TEXT}),
        [{"größe": "a", "名前": "b", "$id": "c", "@type": "d", "1st": "e"}],
    ),
    "date and time": (
        _object(day={"type": "string", "format": "date"}, at={"type": "string", "format": "time"}),
        [{"day": "2026-01-02"}, {"at": "12:30:00"}],
    ),
    "date-time": ({"type": "string", "format": "date-time"}, ["2026-01-02T03:04:05+00:00"]),
    "uuid or null": ({"type": ["string", "null"], "format": "uuid"}, [_ID, None]),
    "other formats": (
        _object(
            **{
                f"f{n}": {"type": "string", "format": f}
                for n, f in enumerate(
                    ("email", "uri", "ipv4", "hostname", "duration", "regex", "odd")
                )
            }
        ),
        [{"f0": "a@b.c", "f4": "P1D", "f6": "?"}],
    ),
    "array of arrays": (
        {
            "type": "array",
            "items": {"type": "array", "items": {"oneOf": [_TEXT, {"type": "integer"}]}},
        },
        [[["a", 1], []], []],
    ),
    "array of arrays of objects": (
        {"type": "array", "items": {"type": "array", "items": {"oneOf": [_CAT, _DOG]}}},
        [[[{"kind": "cat", "lives": 9}], [{"kind": "dog", "tricks": ["sit"]}]]],
    ),
    "array of anything": ({"type": "array"}, [[1, "a", None]]),
    "tuple": ({"type": "array", "prefixItems": [_TEXT, {"type": "integer"}]}, [["a", 1]]),
    "discriminator with mapping": (
        {
            "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
            "discriminator": {
                "propertyName": "kind",
                "mapping": {"cat": "#/components/schemas/Cat", "dog": "Dog"},
            },
        },
        [{"kind": "cat", "lives": 9}, {"kind": "dog", "tricks": []}],
    ),
    "union by fit": (
        {"anyOf": [_object(a=_TEXT), _object(b={"type": "integer"}), {"type": "null"}]},
        [{"a": "x"}, {"b": 1}, None],
    ),
    "texts of two bounds": (
        {"oneOf": [{"type": "string", "maxLength": 3}, {"type": "string", "pattern": "^x"}]},
        ["abc", "xlonger"],
    ),
    "numbers of two bounds": (
        {"anyOf": [{"type": "integer", "maximum": 0}, {"type": "integer", "minimum": 10}]},
        [-1, 11],
    ),
    "lists of two sizes": (
        {
            "anyOf": [
                {"type": "array", "items": _TEXT, "maxItems": 1},
                {"type": "array", "items": _TEXT, "minItems": 3},
            ]
        },
        [["a"], ["a", "b", "c"]],
    ),
    "constants with prose": (
        {"oneOf": [{"const": "red", "description": "Warm."}, {"const": "blue"}, {"type": "null"}]},
        ["red", "blue", "new", None],
    ),
    "constant numbers": ({"oneOf": [{"const": 1}, {"const": 2}]}, [1, 2]),
    "null alone": ({"type": "null"}, [None]),
    "union of numbers": ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, [1, 1.5]),
    "allOf of references": (
        {"allOf": [{"$ref": "#/components/schemas/Cat"}, _object(name=_TEXT)]},
        [{"kind": "cat", "lives": 1, "name": "Tom"}],
    ),
    "allOf of bounds": (
        {"allOf": [{"type": "integer", "minimum": 1}, {"maximum": 5}]},
        [1, 5],
    ),
    "allOf with one reference and prose": (
        {"allOf": [{"$ref": "#/components/schemas/Cat"}], "description": "A cat."},
        [{"kind": "cat", "lives": 1}],
    ),
    "recursive": (
        {"$ref": "#/components/schemas/Tree"},
        [{"name": "a", "children": [{"name": "b", "children": []}]}],
    ),
    "recursive through a map": (
        {"$ref": "#/components/schemas/Folder"},
        [{"entries": {"a": {"entries": {}}}}],
    ),
    "definitions of its own": (
        {"$ref": "#/components/schemas/Defined"},
        [{"parts": [{"size": 1}]}],
    ),
    "bounds as numbers": (
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 10},
        [0.5, 9],
    ),
    "big numbers": ({"type": "integer", "format": "int64"}, [2**62, -(2**62)]),
    "pattern": ({"type": "string", "pattern": "^[a-z]+$"}, ["abc"]),
    "read only": (
        {"type": "object", "properties": {"id": {**_TEXT, "readOnly": True}, "name": _TEXT}},
        [{"name": "x"}],
    ),
    "default of another kind": ({"type": ["string", "null"], "default": None}, ["a", None]),
    "bytes": ({"type": "string", "format": "byte"}, ["AP8="]),
    "enum of many values": ({"enum": [f"value-{n}" for n in range(500)]}, ["value-0", "value-499"]),
    "deep nesting": (_nested(25), [_chain(25)]),
    "examples": ({"type": "string", "examples": ["a", "b"]}, ["a"]),
}


def odd_document() -> dict[str, object]:
    """Return the document of all of them."""
    schemas: dict[str, object] = {
        "Cat": _CAT,
        "Dog": _DOG,
        "Defined": {
            "$defs": {"part": _object(size={"type": "integer"})},
            **_object(parts={"type": "array", "items": {"$ref": "#/$defs/part"}}),
        },
        "Tree": {
            "type": "object",
            "required": ["name", "children"],
            "properties": {
                "name": _TEXT,
                "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
            },
        },
        "Folder": _object(
            entries={
                "type": "object",
                "additionalProperties": {"$ref": "#/components/schemas/Folder"},
            }
        ),
    }
    paths: dict[str, object] = {}
    for number, (schema, _) in enumerate(ODD.values()):
        name = f"Odd{number}"
        schemas[name] = {"type": "object", "required": ["value"], "properties": {"value": schema}}
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
        paths[f"/odd/{number}"] = {
            "post": {
                "operationId": f"send{number}",
                "requestBody": {"content": content},
                "responses": {"200": {"description": "The same.", "content": content}},
            }
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Odd", "version": "1"},
        "servers": [{"url": "https://{host}/v1", "variables": {"host": {"default": "a.test"}}}],
        "paths": paths,
        "components": {"schemas": schemas},
    }
