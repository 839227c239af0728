"""What a schema means for Python: a tree of shapes, one for each schema.

openapi-python-client's properties lose what the checks need (bounds, which union member is which),
so shapes are built from the document itself. Names of classes and attributes come from
openapi-python-client, so that its rules and errors for them apply.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from contract import Contract, Node, schema_name

SCALARS = {"string": "string", "integer": "integer", "number": "number", "boolean": "boolean"}
FORMATS = {("string", "uuid"): "uuid4", ("string", "date-time"): "date_time"}
JSON_TYPES = {
    "string": "str", "uuid4": "str", "date_time": "str", "enum": "str", "integer": "int",
    "number": "float", "boolean": "bool", "list": "list", "object": "dict", "map": "dict",
    "model": "dict", "tagged": "dict",
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """What one schema means.

    Attributes:
        kind: string, uuid4, date_time, integer, number, boolean, enum, model, list, map, object
            (free keys), any, union, tagged (models that one property distinguishes) or null.
        schema: The schema, for bounds and values.
        nullable: Whether null is documented.
        class_name: The class of an enum or a model.
        module: The module of that class.
        items: The shape of a list's or map's items, or those of a union's members.
        tag: For ``tagged``: the JSON name of the property that distinguishes the members.
        tags: For ``tagged``: its values, one for each of the items.
        alias: The component's name, when the schema has a name and is not a class.
    """

    kind: str
    schema: Node = field(default_factory=dict[str, Any], compare=False)
    nullable: bool = False
    class_name: str = ""
    module: str = ""
    items: tuple[Shape, ...] = ()
    tag: str = ""
    tags: tuple[str, ...] = ()

    @property
    def item(self) -> Shape:
        """The shape of a list's or a map's items."""
        return self.items[0]

    @property
    def values(self) -> list[str]:
        """An enum's values."""
        return [value for value in self.schema["enum"] if value is not None]

    @property
    def closed(self) -> bool:
        """Whether an enum has one value, which identifies the kind of object."""
        return self.kind == "enum" and len(self.values) == 1

    def without_null(self) -> Shape:
        """Return the same shape, not nullable."""
        return replace(self, nullable=False)

    def classes(self) -> set[tuple[str, str]]:
        """Return (module, class) of every class in the shape."""
        own = {(self.module, self.class_name)} if self.class_name else set[tuple[str, str]]()
        return own.union(*(item.classes() for item in self.items))


def object_parts(contract: Contract, schema: Node) -> tuple[dict[str, Node], set[str]]:
    """Return an object's properties and the names of the required ones, those of allOf included."""
    properties = dict(schema.get("properties", {}))
    required = set(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        inherited, inherited_required = object_parts(contract, contract.resolve(part))
        properties = {**inherited, **properties}
        required |= inherited_required
    return properties, required


def is_null(schema: Node) -> bool:
    """Whether a schema allows null only: an enum, since OpenAPI 3.0 has no null type."""
    return bool(schema.get("enum")) and all(value is None for value in schema["enum"])


def leaves(prop: Any) -> list[Any]:
    """Return the properties of openapi-python-client that a property consists of."""
    if hasattr(prop, "inner_properties"):
        return [leaf for inner in prop.inner_properties for leaf in leaves(inner)]
    if hasattr(prop, "inner_property"):
        return leaves(prop.inner_property)
    return [prop]


class ShapeMaker:
    """Builds shapes from schemas, and records the schema of every class it meets."""

    def __init__(self, contract: Contract, class_of: Any) -> None:
        """Take the contract, and a function from a component's name to its class."""
        self._contract = contract
        self._class_of = class_of
        self.schemas: dict[str, Node] = {}

    def class_name(self, component: str) -> str:
        """Return the name of a named schema's class."""
        return str(self._class_of(component).name)

    def make(self, schema: Node, prop: Any) -> Shape:
        """Build the shape of a schema.

        Args:
            schema: A schema of the document.
            prop: Its property in openapi-python-client: the source of class names.
        """
        name = schema_name(schema)
        node = self._contract.resolve(schema)
        members = node.get("oneOf") or node.get("anyOf") or ()
        parts = node.get("allOf", ())
        nullable = bool(node.get("nullable"))
        if len(parts) == 1 and not node.get("properties"):
            shape = self.make(parts[0], prop)
            return replace(shape, nullable=nullable or shape.nullable)
        if members:
            return self._union(members, prop, nullable)
        if is_null(node):
            return Shape("null", nullable=True)
        if node.get("enum"):
            return self._enum(name, node, prop, nullable)
        if node.get("type") == "array":
            return Shape("list", node, nullable, items=(self.make(node["items"], prop),))
        if object_parts(self._contract, node)[0]:
            return self._model(name, node, prop, nullable)
        if node.get("type") == "object":
            values = node.get("additionalProperties")
            if isinstance(values, dict) and values:
                item = self.make(node["additionalProperties"], self._values(prop))
                return Shape("map", node, nullable, items=(item,))
            return Shape("object", node, nullable)
        kind = str(node.get("type", "any"))
        kind = FORMATS.get((kind, str(node.get("format"))), kind)
        return Shape(kind, node, nullable=nullable and kind != "any")

    def _values(self, prop: Any) -> Any:
        """Return the property of a map's values."""
        found = [leaf for leaf in leaves(prop) if getattr(leaf, "additional_properties", None)]
        return found[0].additional_properties if found else prop

    def _union(self, members: list[Node], prop: Any, nullable: bool) -> Shape:
        """Build a union's shape: nested unions are merged, and null becomes a property of it."""
        flat: list[Shape] = []
        for member in members:
            shape = self.make(member, prop)
            nullable = nullable or shape.nullable
            inner = shape.items if shape.kind in ("union", "tagged") else (shape,)
            flat += [replace(one, nullable=False) for one in inner if one.kind != "null"]
        unique = list(dict.fromkeys(flat))
        models = tuple(shape for shape in unique if shape.kind == "model")
        if len(models) > 1:
            tagged = self._tagged(models)
            unique = [shape for shape in unique if shape.kind != "model"] + [tagged]
        if len(unique) == 1:
            return replace(unique[0], nullable=nullable)
        return Shape("union", nullable=nullable, items=tuple(unique))

    def _tagged(self, models: tuple[Shape, ...]) -> Shape:
        """Find the property that distinguishes models: required in all, with one value in each."""
        found: dict[str, list[str]] = {}
        for model in models:
            properties, required = object_parts(self._contract, model.schema)
            for key in required & properties.keys():
                values = self._contract.resolve(properties[key]).get("enum", ())
                if len(values) == 1:
                    found.setdefault(key, []).append(values[0])
        for key in sorted(found):
            if len(set(found[key])) == len(models):
                return Shape("tagged", items=models, tag=key, tags=tuple(found[key]))
        names = ", ".join(model.class_name for model in models)
        raise LookupError(f"nothing distinguishes {names}")

    def _enum(self, name: str | None, node: Node, prop: Any, nullable: bool) -> Shape:
        values = [value for value in node["enum"] if value is not None]
        info = self._class_of(name) if name else None
        for leaf in leaves(prop):
            if info is None and sorted(getattr(leaf, "values", {}).values()) == sorted(values):
                info = leaf.class_info
        if info is None:
            raise LookupError(f"openapi-python-client has no enum of {values}")
        self.schemas[info.name] = node
        return Shape("enum", node, nullable or None in node["enum"], info.name, info.module_name)

    def _model(self, name: str | None, node: Node, prop: Any, nullable: bool) -> Shape:
        keys = set(object_parts(self._contract, node)[0])
        info = self._class_of(name) if name else None
        for leaf in leaves(prop) if info is None else ():
            inner: list[Any] = [
                *(getattr(leaf, "required_properties", None) or ()),
                *(getattr(leaf, "optional_properties", None) or ()),
            ]
            names = {one.name.get_untrusted_value() for one in inner}
            if names == keys:
                info = leaf.class_info
        if info is None:
            raise LookupError(f"openapi-python-client has no class with {sorted(keys)}")
        self.schemas.setdefault(info.name, node)
        return Shape("model", node, nullable, info.name, info.module_name)
