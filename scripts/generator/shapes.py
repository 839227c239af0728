"""What a schema means for Python: a tree of shapes, one for each schema.

openapi-python-client's own properties lose what the checks need (bounds, which union member is
which), and it drops schemas that it does not know. So shapes are built from the document itself.
Names of classes and attributes follow openapi-python-client's rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

import emit
from contract import Contract, ContractError, Node, Pointer, as_node, schema_name
from findings import Findings
from merging import Merger, Union
from names import ClassInfo, Names
from regexes import python_pattern
from shape import Shape, members_of

# By type and format; formats that are not here are those of a plain string or number.
FORMATS = {
    ("string", "uuid"): "uuid",
    ("string", "date-time"): "date_time",
    ("string", "date"): "date",
    ("string", "time"): "time",
    ("string", "duration"): "duration",
    ("string", "byte"): "byte",
}
# The bounds that a format of integers implies.
INTEGERS = {
    "int8": (-(2**7), 2**7 - 1), "int16": (-(2**15), 2**15 - 1), "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1), "uint8": (0, 2**8 - 1), "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1), "uint64": (0, 2**64 - 1), "uint": (0, None),
}  # fmt: skip
# Of several shapes that fit the same text, the one that allows less is tried first.
_TEXTS = (
    "date", "date_time", "time", "uuid", "uuid4", "duration", "enum", "byte", "file", "string",
)  # fmt: skip
_ORDER = ("str", "int", "float", "bool", "list", "dict")


class ShapeMaker:
    """Builds shapes from schemas, and records the schema of every class it meets.

    Args:
        contract: The contract.
        names: Returns the names of classes.
        findings: Records what cannot be read.
        uuid: The kind of texts of the format uuid.
    """

    def __init__(self, contract: Contract, names: Names, findings: Findings, uuid: str) -> None:
        self._contract = contract
        self._names = names
        self._findings = findings
        self._uuid = uuid
        self._merger = Merger(contract, findings)
        self._components: dict[str, Shape] = {}
        self._building: list[str] = []
        self._effective: dict[int, Node] = {}
        self.models: dict[str, Node] = {}
        self.enums: dict[str, Node] = {}
        self.infos: dict[str, ClassInfo] = {}
        self.places: dict[str, Pointer] = {}
        self.files: set[Pointer] = set()
        """Places of schemas whose binary properties are files: bodies of the type multipart."""
        self.listed: set[str] = set()
        """Classes of the items of pages, which a long page reads all at once."""

    def class_name(self, component: str) -> str:
        """Return the name of a named schema's class."""
        return self._names.of(("components", "schemas", component)).name

    def is_class(self, name: str) -> bool:
        """Check whether an identifier is a class's name, which scripts without case allow."""
        return self._names.is_class(name)

    def effective(self, node: Any) -> Node:
        """Return the normal form of a schema."""
        found = self._effective.get(id(node))
        if found is None:
            pointer = self._contract.pointer(node)
            own = f"#/{'/'.join(map(str, pointer))}"
            found = self._effective[id(node)] = self._merger.effective(node, (own,))
        return found

    def mark_files(self, node: Any, seen: set[Pointer]) -> None:
        """Note that the binary texts in a schema are files: the schema of a multipart body."""
        inner, pointer = self.effective(node), self._contract.pointer(node)
        if pointer in seen:
            return
        seen.add(pointer)
        if inner.get("format") == "binary":
            self.files.add(pointer)
            if "$ref" in as_node(node):
                self.mark_files(self._contract.resolve(as_node(node)), seen)
        for each in (*inner.get("properties", {}).values(), inner.get("items", True)):
            self.mark_files(each, seen)
        for union in inner.get("unions", ()):
            for each in union.members:
                self.mark_files(each, seen)

    def component(self, name: str) -> Shape:
        """Return the shape of a named schema."""
        found = self._components.get(name)
        if found is None:
            node: Any = self._contract.schemas[name]
            if name in self._building:
                text = "contains itself without an object between: read as any JSON"
                self._findings.note(node, "schema that contains itself", text)
                return Shape("any")
            self._building.append(name)
            found = self._components[name] = self.make(node)
            self._building.pop()
        return found

    def make(self, node: Any) -> Shape:
        """Build the shape of a schema."""
        if isinstance(node, dict):
            fields = cast("Node", node)
            if alone := self._reference(fields):
                nullable = fields.get("nullable") is True and "$ref" not in fields
                shape = self._referred(alone)
                nullable = (nullable or shape.nullable) and shape.kind != "any"
                return replace(shape, nullable=nullable)
        return self._shape(self.effective(node), self._contract.pointer(cast("object", node)))

    def _reference(self, node: Node) -> Node | None:
        """Return the reference that a schema consists of, beside notes."""
        parts = node.get("allOf")
        if "$ref" in node:
            beside = set(node) - NOTES_OF_A_REFERENCE
            return node if not (self._contract.is_31 and beside - {"$ref"}) else None
        if isinstance(parts, list) and len(cast("list[object]", parts)) == 1:
            part = cast("list[object]", parts)[0]
            if isinstance(part, dict) and not set(node) - NOTES_OF_A_REFERENCE - {"allOf"}:
                return self._reference(cast("Node", part))
        return None

    def _referred(self, node: Node) -> Shape:
        name = schema_name(node)
        if name is not None and name in self._contract.schemas:
            if not self._contract.is_31 and len(node) > 1:
                self._merger.effective(node)  # which notes what is ignored
            return self.component(name)
        try:
            return self.make(self._contract.resolve(node))
        except ContractError:
            self._merger.effective(node)  # which records the problem
            return Shape("any")

    def _shape(self, node: Node, pointer: Pointer) -> Shape:
        """Build the shape of a schema in its normal form."""
        nullable = bool(node.get("nullable"))
        if node.get("never") and "enum" not in node:
            return Shape("any")
        if node.get("null"):
            return Shape("null", nullable=True)
        unions: list[Union] = [one for one in node.get("unions", ()) if self._chooses(one)]
        if unions and len(unions) == 1 and (listed := self._listed_values(unions[0])):
            rest = {key: value for key, value in node.items() if key not in ("unions", "nullable")}
            return self._shape(self._merger.merged(rest, [listed], pointer), pointer)
        if unions:
            return self._unions(node, unions, pointer, nullable)
        kinds: tuple[str, ...] = node.get("types") or _implied(node)
        if "enum" in node:
            return self._values(node, kinds, pointer, nullable)
        if not kinds:
            return Shape("any", node)
        if len(kinds) > 1:
            shapes = [self._typed({**node, "types": (kind,)}, kind, pointer) for kind in kinds]
            return self._union(shapes, nullable)
        return replace(self._typed(node, "".join(kinds), pointer), nullable=nullable)

    def _typed(self, node: Node, kind: str, pointer: Pointer) -> Shape:
        if kind == "array":
            items: Any = node.get("items", True)
            if "items" not in node and not self._contract.is_31:
                self._findings.refuse(
                    pointer, "array without items", "type: array without items", "'items' beside it"
                )
            return Shape("list", node, items=(self.make(items),))
        if kind == "object":
            return self._object(node, pointer)
        form = str(node.get("format"))
        if kind == "integer" and form in INTEGERS:
            node = _bounded(node, *INTEGERS[form])
        if (kind, form) == ("string", "binary") and pointer in self.files:
            return Shape("file", node)
        if "patterns" in node:
            node = {**node, "patterns": self._patterns(node["patterns"], pointer)}
        found = FORMATS.get((kind, form), kind)
        return Shape(self._uuid if found == "uuid" else found, node)

    def _patterns(self, patterns: list[str], pointer: Pointer) -> list[str]:
        found: list[str] = []
        for pattern in patterns:
            translated = python_pattern(pattern)
            if translated is None:
                text = f"pattern: {pattern} is not checked: Python has no such expression"
                self._findings.note(pointer, "'pattern' is not checked", text)
            else:
                found.append(translated)
        return found

    def _object(self, node: Node, pointer: Pointer) -> Shape:
        properties = {
            name: schema
            for name, schema in node.get("properties", {}).items()
            if schema is not False
        }
        values: Any = node.get("additionalProperties")
        if not properties:
            if isinstance(values, dict) and values:
                item = self.make(cast("object", values))
                return Shape("object" if item.kind == "any" else "map", node, items=(item,))
            return Shape("object", node)
        info = self._names.of(pointer)
        if info.name not in self.models:
            self.infos[info.name] = info
            self.places[info.name] = pointer
            self.models[info.name] = {**node, "properties": properties}
            for name in node.get("required", ()):
                if name not in properties:
                    text = f"property '{name}' is required, but not described"
                    self._findings.note(pointer, "required, not described", text)
        return Shape("model", self.models[info.name], False, info.name, info.module_name)

    def _values(
        self, node: Node, kinds: tuple[str, ...], pointer: Pointer, nullable: bool
    ) -> Shape:
        values = node["enum"]
        found = {_type_of(value) for value in values}
        if found == {"string"}:
            info = self._names.of(pointer)
            self.infos[info.name] = info
            self.enums[info.name] = node
            return Shape("enum", node, nullable, info.name, info.module_name)
        # Numbers have no names: they are of their type, and only some values are sent.
        if kinds and not found <= {*kinds, "integer"}:
            text = f"enum: {values} are not of type: {', '.join(kinds)}"
            self._findings.note(pointer, "enum of another type", text)
        if found <= {"integer", "number"}:
            return Shape("number" if "number" in {*found, *kinds} else "integer", node, nullable)
        if found == {"boolean"}:
            return Shape("boolean", node, nullable)
        return Shape("any", node)

    def _chooses(self, union: Union) -> bool:
        """Whether the members of a union differ in more than what is required."""
        for member in union.members:
            inner = self.effective(member)
            if set(inner) - {"required", "description", "title", "bases", "not"}:
                return True
            if not set(inner):
                return True
        self._findings.note(
            union.members[0], f"'{union.key}' is not checked",
            f"'{union.key}' of what is required is not checked before a value is sent",
        )  # fmt: skip
        return False

    def _listed_values(self, union: Union) -> Node | None:
        """Return the schema of a union that lists values one by one, often each with its prose."""
        values: list[Any] = []
        kinds: set[str] = set()
        nullable = False
        for member in union.members:
            inner = self.effective(member)
            if inner.get("null"):
                nullable = True
                continue
            is_own = schema_name(as_node(member)) is None
            if not is_own or "enum" not in inner or set(inner) - _VALUES - NOTES_OF_A_REFERENCE:
                return None
            nullable = nullable or bool(inner.get("nullable"))
            kinds |= {_type_of(value) for value in inner["enum"]}
            values += [value for value in inner["enum"] if value not in values]
        if len(kinds) != 1:
            return None
        return {"types": tuple(kinds), "enum": values, **({"nullable": True} if nullable else {})}

    def _unions(self, node: Node, unions: list[Union], pointer: Pointer, nullable: bool) -> Shape:
        """Build the shape of a schema with a oneOf or anyOf."""
        chosen, others = unions[0], unions[1:]
        rest = {key: value for key, value in node.items() if key not in ("unions", "nullable")}
        if others:
            rest = {**rest, "unions": others}
            self._findings.note(
                pointer, "several oneOf or anyOf", "the first is read, then the others"
            )
        shapes: list[Shape] = []
        asserts = set(rest) - NOTES_OF_A_REFERENCE - {"bases", "discriminator"}
        own = self._contract.pointer(node) or pointer
        name = schema_name({"$ref": f"#/{'/'.join(map(str, own))}"})
        for index, member in enumerate(chosen.members):
            inner = self.effective(member)
            if inner.get("null") or name in inner.get("bases", ()):
                shapes.append(self.make(member))
                continue
            types = [set(one["types"]) for one in (rest, inner) if "types" in one]
            if len(types) > 1 and not types[0] & types[1]:
                text = (
                    f"type: {', '.join(map(str, rest['types']))} beside it is not that of a member"
                )
                self._findings.note(pointer, f"type beside {chosen.key}", text)
                shapes.append(self.make(member))
                continue
            agrees = len(types) != 1 or "types" in inner or inner.get("properties")
            required = set(rest.get("required", ())) <= set(inner.get("required", ()))
            if agrees and required and not asserts - {"types", "required"}:
                shapes.append(self.make(member))
                continue
            place = (*pointer, chosen.key, index)
            merged = self._merger.merged({}, [rest, inner], place)
            if not self._is_impossible(merged):
                shapes.append(self._shape(merged, place))
        if not shapes:
            self._findings.note(pointer, f"{chosen.key} of which nothing is possible")
            return replace(self._shape(rest, pointer), nullable=nullable)
        return self._union(shapes, nullable, chosen)

    def _is_impossible(self, node: Node) -> bool:
        """Whether a schema needs a property that can have no value."""
        properties: Node = node.get("properties", {})
        needed = [properties[name] for name in node.get("required", ()) if name in properties]
        return bool(node.get("never")) or any(
            one is False or self.effective(one).get("never") for one in needed
        )

    def _union(self, shapes: Iterable[Shape], nullable: bool, union: Union | None = None) -> Shape:
        """Build a union's shape: nested unions are merged, and null becomes a property of it."""
        flat: list[Shape] = []
        for shape in shapes:
            nullable = nullable or shape.nullable
            flat += [one.without_null() for one in members_of(shape) if one.kind != "null"]
        # Members that differ in their bounds alone are two: each allows what the other does not.
        unique = list({(one, emit.encoder(one)): one for one in reversed(flat)}.values())[::-1]
        if not unique:
            return Shape("null", nullable=True)
        if any(one.kind == "any" for one in unique):
            return Shape("any")
        groups = [
            self._group([one for one in unique if one.json_type == kind], union) for kind in _ORDER
        ]
        found = [one for one in groups if one is not None]
        if len(found) == 1:
            return replace(found[0], nullable=nullable)
        # In the order of the document, where an integer must come before a number.
        kinds = [one.json_type for one in unique]
        first: dict[str, float] = {kind: n for n, kind in reversed([*enumerate(kinds)])}
        if "int" in first and "float" in first:
            first["int"] = min(first["int"], first["float"] - 0.5)
        found.sort(key=lambda one: first[one.json_type])
        return Shape("union", nullable=nullable, items=tuple(found))

    def _group(self, shapes: list[Shape], union: Union | None) -> Shape | None:
        """Build the shape of a union's members of one JSON type."""
        if len(shapes) < 2:
            return shapes[0] if shapes else None
        kind = shapes[0].json_type
        if kind == "dict":
            return self._objects(shapes, union)
        if kind in ("int", "float", "bool"):
            free = [one for one in shapes if emit.encoder(one) == emit.encoder(Shape(one.kind))]
            shapes = free[:1] or shapes
        if kind == "str":
            shapes = sorted(shapes, key=lambda one: _TEXTS.index(one.kind))
            if shapes[-1].kind == "string":
                shapes = [one for one in shapes if one.kind not in ("byte", "file")]
            plain = [one for one in shapes if one.kind != "string" or _is_bounded(one.schema)]
            if len(plain) < len(shapes):
                shapes = [one for one in plain if one.kind != "string"] + [Shape("string")]
        return shapes[0] if len(shapes) == 1 else Shape("fit", items=tuple(shapes))

    def _objects(self, shapes: list[Shape], union: Union | None) -> Shape:
        models = tuple(one for one in shapes if one.kind == "model")
        if len(models) == len(shapes):
            tags = self._discriminated(models, union) or self._tagged(models)
            if tags is not None:
                return Shape("tagged", items=models, tag=tags[0], tags=tags[1])
        if not models and all(one.kind in ("object", "map") for one in shapes):
            return next((one for one in shapes if one.kind == "object"), Shape("object"))
        rest = sorted(
            (one for one in shapes if one.kind != "model"), key=lambda one: one.kind == "object"
        )
        return Shape("fit", items=(*models, *rest))

    def _discriminated(
        self, models: tuple[Shape, ...], union: Union | None
    ) -> tuple[str, tuple[tuple[str, int], ...]] | None:
        """Return the property of a discriminator and its values; None if it does not cover all."""
        given = union.discriminator if union else None
        if not isinstance(given, dict) or not isinstance(given.get("propertyName"), str):
            return None
        index = {one.class_name: n for n, one in enumerate(models)}
        tag, tags = given["propertyName"], dict[str, int]()
        for value, target in as_node(as_node(given).get("mapping")).items():
            reference = {"$ref": target if "/" in str(target) else f"#/components/schemas/{target}"}
            name = schema_name(reference)
            found = (
                self.component(name).class_name if name in self._contract.schemas and name else ""
            )
            if found in index:
                tags[str(value)] = index[found]
        names = {self.class_name(name): name for name in self._contract.schemas}
        for class_name, n in index.items():
            if n not in tags.values():
                values = self._constants(models[n]).get(tag) or [names.get(class_name, "")]
                tags.update({value: n for value in values if value and value not in tags})
        return (tag, tuple(tags.items())) if set(tags.values()) == set(index.values()) else None

    def _tagged(self, models: tuple[Shape, ...]) -> tuple[str, tuple[tuple[str, int], ...]] | None:
        """Find the property that distinguishes models: required, with other values in each."""
        found: dict[str, list[tuple[str, int]]] = {}
        for n, model in enumerate(models):
            required = set(model.schema.get("required", ()))
            for key, values in self._constants(model).items():
                if key in required:
                    found.setdefault(key, []).extend((value, n) for value in values)
        for key in sorted(found):
            values = [value for value, _ in found[key]]
            if {n for _, n in found[key]} == set(range(len(models))) and len(set(values)) == len(
                values
            ):
                return key, tuple(found[key])
        return None

    def _constants(self, model: Shape) -> dict[str, list[str]]:
        """Return the properties of a model that list their values, with these values."""
        found: dict[str, list[str]] = {}
        for key, schema in model.schema["properties"].items():
            values = self.effective(schema).get("enum")
            if values and all(isinstance(value, str) for value in values):
                found[key] = values
        return found


# What a schema may have beside its values without allowing less.
_VALUES = {"enum", "types", "nullable"}
NOTES_OF_A_REFERENCE = {
    "$ref", "description", "title", "example", "examples", "default", "nullable", "deprecated",
    "externalDocs", "xml", "readOnly", "writeOnly", "summary", "$comment",
}  # fmt: skip


def _implied(node: Node) -> tuple[str, ...]:
    """Return the type that a schema without one describes; none if it may be any."""
    if "properties" in node or isinstance(node.get("additionalProperties"), dict):
        return ("object",)
    return ("array",) if "items" in node else ()


def _type_of(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds = {"int": "integer", "float": "number", "list": "array", "dict": "object"}
    return kinds.get(type(value).__name__, "string")


def _bounded(node: Node, least: int, most: int | None) -> Node:
    found = {**node, "minimum": max(least, node.get("minimum", least))}
    if most is not None:
        found["maximum"] = min(most, node.get("maximum", most))
    return found


def _is_bounded(schema: Node) -> bool:
    return any(key in schema for key in ("minLength", "maxLength", "patterns"))
