"""The contract as a list of items with identities: what two contracts are compared by.

An item is an operation, parameter, body, response, header, media type, schema, property, or one of
a few more. Its key says what it is, whatever the order of the document; its facets are its details.
A component that is referenced is one item of its own, so that a change of it is found once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeAlias, cast

Node: TypeAlias = dict[str, Any]
Pointer: TypeAlias = tuple[str, ...]
Key: TypeAlias = tuple[str, ...]

METHODS = ("get", "put", "post", "patch", "delete", "head", "options", "trace")
PROSE = (
    "description",
    "summary",
    "title",
    "example",
    "examples",
    "externalDocs",
    "$comment",
    "xml",
)
REQUESTS, RESPONSES = "requests", "responses"
_COMPONENTS = {
    "parameters": "parameter",
    "requestBodies": "body",
    "responses": "response",
    "headers": "header",
}
_STRUCTURE = (
    "type",
    "const",
    "required",
    "properties",
    "items",
    "additionalProperties",
    "oneOf",
    "anyOf",
    "allOf",
)
_FALSE = ("deprecated", "readOnly", "writeOnly", "uniqueItems", "nullable", "required")
_ZERO = ("minLength", "minItems", "minProperties")


class Facet(NamedTuple):
    """One detail of an item, and where it stands."""

    value: Any
    pointer: Pointer


@dataclass(eq=False, slots=True)
class Item:
    """A part of the contract that has an identity.

    Attributes:
        kind: What it is, such as "property".
        name: Its name beside its parent, such as "user_id".
        label: Its whole name, such as "ListSessions: query parameter user_id".
        reference: The component that describes it, if it is a reference.
        node: Its part of the document.
        directions: Whether it occurs in requests, in responses, or in both.
    """

    kind: str
    key: Key
    name: str
    label: str
    pointer: Pointer
    node: Any
    reference: str = ""
    facets: dict[str, Facet] = field(default_factory=dict[str, Facet])
    directions: frozenset[str] = frozenset()

    def placed(self, key: Key) -> Item:
        """Return the item under another key."""
        return self if key == self.key else replace(self, key=key)

    @property
    def required(self) -> bool:
        """Whether it must be present."""
        return "required" in self.facets and self.facets["required"].value is True


class Contract:
    """The items of a document, and which operations use which component."""

    def __init__(self, document: Node) -> None:
        self.document = document
        self.items: dict[Key, Item] = {}
        self.uses: dict[str, dict[str, set[str]]] = {}
        self._find_uses()
        self._read()

    def resolve(self, node: Any) -> Node:
        """Follow a node's references; an empty node where they lead nowhere."""
        for _ in range(50):
            reference = reference_of(node)
            if not reference:
                return mapping(node)
            node = self.find(reference)
        return {}

    def find(self, reference: str) -> Any:
        """Return what a reference within the document points to."""
        found: Any = self.document if reference.startswith("#/") else None
        for part in reference[2:].split("/"):
            found = mapping(found).get(part.replace("~1", "/").replace("~0", "~"))
        return found

    def operations(self) -> Iterator[tuple[str, str, str, Node]]:
        """Yield each operation as id, path, method, node."""
        for path, item in mapping(self.document.get("paths")).items():
            for method, node in mapping(item).items():
                if method in METHODS and isinstance(node, dict):
                    operation = cast("Node", node)
                    yield operation_name(path, method, operation), path, method, operation

    def operations_of(self, reference: str, direction: str) -> list[str]:
        """Return the operations that use a component in one direction, in the contract's order."""
        users = self.uses.get(reference, {}).get(direction, set())
        return [name for name, _, _, _ in self.operations() if name in users]

    def _find_uses(self) -> None:
        for name, path, _, node in self.operations():
            shared = mapping(mapping(self.document["paths"])[path]).get("parameters", [])
            sent = [shared, node.get("parameters"), node.get("requestBody")]
            for direction, roots in ((REQUESTS, sent), (RESPONSES, [node.get("responses")])):
                for reference in self._reached(roots):
                    used = self.uses.setdefault(reference, {})
                    used.setdefault(direction, set()).add(name)

    def _reached(self, root: Any) -> set[str]:
        found: set[str] = set()
        todo: list[Any] = [root]
        while todo:
            node = todo.pop()
            if isinstance(node, list):
                todo += sequence(node)
            elif isinstance(node, dict):
                reference = reference_of(node)
                if reference and reference not in found:
                    found.add(reference)
                    todo.append(self.find(reference))
                fields = cast("Node", node)
                todo += [value for key, value in fields.items() if key not in PROSE]
        return found

    def _directions(self, reference: str) -> frozenset[str]:
        return frozenset(self.uses.get(reference, {}))

    def _read(self) -> None:
        document = self.document
        whole = self._add("contract", ("contract",), "", "the contract", (), document)
        self._facets(whole, document, ("paths", "components", "servers", "tags", "info"))
        info = mapping(document.get("info"))
        for key, value in info.items():
            whole.facets[f"info.{key}"] = Facet(value, ("info", key))
        for index, server in enumerate(sequence(document.get("servers"))):
            node, url = mapping(server), str(mapping(server).get("url"))
            item = self._add(
                "server", ("server", url), url, f"server {url}", ("servers", str(index)), node
            )
            self._facets(item, node, ("url",))
        for index, tag in enumerate(sequence(document.get("tags"))):
            node, name = mapping(tag), str(mapping(tag).get("name"))
            item = self._add("tag", ("tag", name), name, f"tag {name}", ("tags", str(index)), node)
            self._facets(item, node, ("name",))
        components = mapping(document.get("components"))
        for section, nodes in components.items():
            for name, node in mapping(nodes).items():
                self._component(section, name, node)
        for path, node in mapping(document.get("paths")).items():
            self._path(path, mapping(node))

    def _component(self, section: str, name: str, node: Any) -> None:
        pointer, key = ("components", section, name), ("components", section, name)
        directions = self._directions("#/" + "/".join(key))
        if section == "schemas":
            item = self._add("schema", key, name, name, pointer, node, directions)
            self._schema(item, node)
        elif section in _COMPONENTS:
            kind = _COMPONENTS[section]
            label = f"{_spoken(kind)} {name} (shared)"
            item = self._add(kind, key, name, label, pointer, node, directions)
            self._carrier(item, mapping(node))
        else:
            kind = "security scheme" if section == "securitySchemes" else "component"
            item = self._add(kind, key, name, f"{kind} {name}", pointer, node, directions)
            self._facets(item, mapping(node), ())

    def _path(self, path: str, node: Node) -> None:
        key, pointer = ("path", blank(path)), ("paths", path)
        item = self._add("path", key, path, path, pointer, node)
        self._facets(item, node, (*METHODS, "parameters"))
        for method in METHODS:
            if isinstance(node.get(method), dict):
                self._operation(path, method, node, (*pointer, method))

    def _operation(self, path: str, method: str, shared: Node, pointer: Pointer) -> None:
        node = mapping(shared[method])
        name = operation_name(path, method, node)
        item = self._add("operation", ("operation", name), name, name, pointer, node)
        self._facets(item, node, ("operationId", "parameters", "requestBody", "responses"))
        item.facets["path"] = Facet(blank(path), pointer[:-1])
        item.facets["method"] = Facet(method.upper(), pointer)
        places = [((*pointer, "parameters"), node), ((*pointer[:-1], "parameters"), shared)]
        for where, holder in places:
            for index, one in enumerate(sequence(holder.get("parameters"))):
                self._parameter(item, one, (*where, str(index)))
        if "requestBody" in node:
            label, body = f"{name}: request body", node["requestBody"]
            found = self._add(
                "body", (*item.key, "body"), "body", label, (*pointer, "requestBody"), body
            )
            found.directions = frozenset({REQUESTS})
            self._carrier(found, mapping(body))
        for status, response in mapping(node.get("responses")).items():
            where = (*pointer, "responses", str(status))
            label = f"{name}: response {status}"
            key = (*item.key, "response", str(status))
            found = self._add("response", key, str(status), label, where, response)
            found.directions = frozenset({RESPONSES})
            self._carrier(found, mapping(response))

    def _parameter(self, operation: Item, one: Any, pointer: Pointer) -> None:
        node = self.resolve(one)
        location, name = str(node.get("in")), str(node.get("name"))
        key = (*operation.key, "parameter", location, name)
        if key in self.items:
            return  # an operation's own parameter replaces its path's
        label = f"{operation.label}: {location} parameter {name}"
        item = self._add("parameter", key, name, label, pointer, one)
        item.directions = frozenset({REQUESTS})
        item.reference = reference_of(one)
        self._carrier(item, node, pointer if not item.reference else pointer_of(item.reference))

    def expand(self, item: Item) -> dict[Key, Item]:
        """Read the component that a header or response refers to, and return what is in it."""
        whole, self.items = self.items, {}
        self._carrier(item, self.resolve(item.node), pointer_of(item.reference))
        found, self.items = self.items, whole
        return found

    def _carrier(self, item: Item, node: Node, pointer: Pointer | None = None) -> None:
        """Read what carries a schema: a parameter, header, body, response or media type."""
        item.reference = item.reference or reference_of(node)
        if item.reference and pointer is None:
            if item.kind in ("header", "response"):
                return  # the component is an item by itself; expanded if the reference changes
            node, pointer = self.resolve(node), pointer_of(item.reference)
        where = item.pointer if pointer is None else pointer
        self._facets(item, node, ("schema", "content", "headers", "links"), where)
        if item.kind == "response" and node.get("links"):
            item.facets["links"] = Facet(node["links"], (*where, "links"))
        if "schema" in node:
            self._schema(item, node["schema"], (*where, "schema"))
        for name, header in mapping(node.get("headers")).items():
            key = (*item.key, "header", name.lower())
            label = f"{item.label}, header {name}"
            found = self._add(
                "header", key, name, label, (*where, "headers", name), header, item.directions
            )
            self._carrier(found, mapping(header))
        for name, media in mapping(node.get("content")).items():
            key, label = (*item.key, "media type", name), f"{item.label}, {name}"
            found = self._add(
                "media type", key, name, label, (*where, "content", name), media, item.directions
            )
            self._carrier(found, mapping(media))

    def _schema(self, item: Item, raw: Any, pointer: Pointer | None = None) -> None:
        """Read a schema's facets into an item, and its parts as items below."""
        where = item.pointer if pointer is None else pointer
        node = mapping(raw)
        name = referred(node)
        self._facets(item, node, _STRUCTURE, where)
        if name:
            item.facets["type"] = Facet(name, (*where, "$ref" if "$ref" in node else "allOf"))
        _type_facets(item, node, where, bool(name))
        if name:
            return
        required = [str(each) for each in sequence(node.get("required"))]
        properties = mapping(node.get("properties"))
        for index, each in enumerate(required):
            if each not in properties:
                item.facets[f"requires {each}"] = Facet(True, (*where, "required", str(index)))
        for each, child in properties.items():
            dot = (
                "."
                if item.kind in ("schema", "property", "items", "values", "part")
                else " property "
            )
            found = self._below(
                item,
                "property",
                each,
                f"{item.label}{dot}{each}",
                child,
                (*where, "properties", each),
            )
            if each in required:
                at = (*where, "required", str(required.index(each)))
                found.facets["required"] = Facet(True, at)
        if "items" in node:
            self._below(item, "items", "[]", f"{item.label}[]", node["items"], (*where, "items"))
        extra = node.get("additionalProperties", True)
        if extra is False:
            item.facets["closed"] = Facet(True, (*where, "additionalProperties"))
        elif isinstance(extra, dict) and extra:
            label = f"{item.label}{{}}"
            self._below(
                item, "values", "{}", label, cast("Node", extra), (*where, "additionalProperties")
            )
        for keyword in ("oneOf", "anyOf", "allOf"):
            self._parts(item, keyword, sequence(node.get(keyword)), (*where, keyword))

    def _parts(self, item: Item, keyword: str, parts: list[Any], pointer: Pointer) -> None:
        seen: dict[str, int] = {}
        for index, part in enumerate(parts):
            name = referred(part) or _sketch(mapping(part))
            seen[name] = seen.get(name, 0) + 1
            distinct = name if seen[name] == 1 else f"{name} {seen[name]}"
            label = (
                item.label
                if keyword == "allOf" and not referred(part)
                else f"{item.label} ({distinct})"
            )
            self._below(item, "part", distinct, label, part, (*pointer, str(index)), keyword)

    def _below(
        self,
        parent: Item,
        kind: str,
        name: str,
        label: str,
        node: Any,
        pointer: Pointer,
        way: str = "",
    ) -> Item:
        key = (*parent.key, way or kind, name)
        item = self._add(kind, key, name, label, pointer, node, parent.directions)
        self._schema(item, node)
        return item

    def _add(
        self,
        kind: str,
        key: Key,
        name: str,
        label: str,
        pointer: Pointer,
        node: Any,
        directions: frozenset[str] = frozenset(),
    ) -> Item:
        item = Item(kind, key, name, label, pointer, node, directions=directions)
        self.items[key] = item
        return item

    def _facets(
        self, item: Item, node: Node, structure: tuple[str, ...], pointer: Pointer | None = None
    ) -> None:
        where = item.pointer if pointer is None else pointer
        for key, value in node.items():
            # False and 0 are what is meant without these words.
            usual = (key in _FALSE and value is False) or (key in _ZERO and value == 0)
            if key not in structure and key != "$ref" and not usual:
                # What a parameter and its schema both have is two facets.
                name = f"schema {key}" if key in item.facets else key
                item.facets[name] = Facet(value, (*where, key))


def _type_facets(item: Item, node: Node, where: Pointer, referenced: bool) -> None:
    """Normalise the ways in which 3.0 and 3.1 write types, null and constants."""
    kinds = node.get("type")
    if isinstance(kinds, list):
        names = [str(each) for each in cast("list[object]", kinds)]
        if "null" in names:
            item.facets["nullable"] = Facet(True, (*where, "type"))
        kinds = " or ".join(sorted(each for each in names if each != "null"))
    if kinds and not referenced:
        item.facets["type"] = Facet(kinds, (*where, "type"))
    if "const" in node:
        item.facets["enum"] = Facet([node["const"]], (*where, "const"))


def reference_of(node: Any) -> str:
    """Return a node's reference; an empty text without one."""
    found = mapping(node).get("$ref")
    return found if isinstance(found, str) else ""


def pointer_of(reference: str) -> Pointer:
    """Return where a reference within the document points to."""
    parts = reference.removeprefix("#/").split("/")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def referred(node: Any) -> str:
    """Return the name of the schema that a node stands for; allOf with one reference is one too."""
    fields = mapping(node)
    parts = sequence(fields.get("allOf"))
    if len(parts) == 1 and not {"type", "properties"} & fields.keys():
        fields = mapping(parts[0])
    reference = reference_of(fields)
    return pointer_of(reference)[-1] if reference else ""


def operation_name(path: str, method: str, node: Node) -> str:
    """Return the operationId; without one, the method and path."""
    return str(node.get("operationId") or f"{method.upper()} {path}")


def blank(path: str) -> str:
    """Return a path without the names of its parameters."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def signature(node: Any) -> str:
    """Return a node as text, without prose: equal for what has the same meaning."""
    return json.dumps(_without_prose(node), sort_keys=True, default=str)


def _without_prose(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_prose(each) for each in sequence(node)]
    if not isinstance(node, dict):
        return node
    fields = cast("Node", node)
    kept = {
        key: _without_prose(value)
        for key, value in fields.items()
        # A property may have one of these names; its value is a schema then.
        if key not in PROSE
        or (isinstance(value, dict) and key in ("title", "description", "summary"))
    }
    if isinstance(kept.get("required"), list):
        kept["required"] = sorted(kept["required"], key=str)
    return kept


def mapping(node: Any) -> Node:
    """Return a node that is a mapping; an empty one for anything else."""
    return cast("Node", node) if isinstance(node, dict) else {}


def sequence(node: Any) -> list[Any]:
    """Return a node that is a list; an empty one for anything else."""
    return cast("list[object]", node) if isinstance(node, list) else []


def described(node: Any) -> str:
    """Describe a schema, or what carries one, in a few words."""
    fields = mapping(node)
    schema = fields.get("schema", fields)
    name = referred(schema)
    inner = mapping(schema)
    kind = name or str(inner.get("type", ""))
    if inner.get("type") == "array":
        kind = f"array of {described(inner.get('items')) or 'anything'}"
    parts = [kind, str(inner.get("format", ""))]
    return ", ".join(part for part in parts if part)


def _sketch(node: Node) -> str:
    return str(node.get("title") or node.get("type") or "inline")


def _spoken(kind: str) -> str:
    return "request body" if kind == "body" else kind
