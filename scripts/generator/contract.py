"""The contract as a document: loading it, following its references, and the places in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import unquote

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

METHODS = ("get", "put", "post", "patch", "delete", "head", "options", "trace")

Node = dict[str, Any]
Pointer = tuple[str | int, ...]


def read_yaml(path: Path) -> Any:
    """Read a YAML (or JSON) file."""
    text = path.read_text(encoding="utf-8")
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except ValueError:
            pass  # YAML in braces, or an error whose line the other reader names
    reader: Any = YAML(typ="safe", pure=True)
    return reader.load(text)


def as_node(value: object) -> Node:
    """Return a value of the document as an object; of another type, it has no keys."""
    return cast("Node", value) if isinstance(value, dict) else {}


class ContractError(Exception):
    """The contract cannot be read at all, or a reference in it leads nowhere."""


class OperationSource(NamedTuple):
    """One operation of the document."""

    path: str
    method: str
    data: Node
    path_item: Node
    pointer: Pointer

    @property
    def name(self) -> str:
        """The operationId; without one, the method and path."""
        return str(self.data.get("operationId") or f"{self.method.upper()} {self.path}")


class Contract:
    """A loaded OpenAPI document.

    Args:
        document: The document. References inside schemas to their own ``$defs`` and anchors are
            changed to references from the document's root.
        path: The file that it was read from, for line numbers.
    """

    def __init__(self, document: Node, path: Path | None = None) -> None:
        self.document = document
        self.path = path
        self._pointers: dict[int, Pointer] = {}
        self._made: list[object] = []
        self._lines: Any = None
        _absolute_references(document)
        self._walk(document, ())

    @classmethod
    def load(cls, path: Path) -> Contract:
        """Read a YAML (or JSON) file.

        Raises:
            ContractError: If the file cannot be read or holds no document.
        """
        try:
            document = read_yaml(path)
        except (OSError, UnicodeError, YAMLError) as error:
            raise ContractError(f"{path}: {error}") from error
        if not isinstance(document, dict):
            raise ContractError(f"{path}: expected an OpenAPI document, a mapping of names")
        return cls(cast("Node", document), path)

    @property
    def is_31(self) -> bool:
        """Whether the document is one of OpenAPI 3.1, whose schemas are JSON Schema."""
        return str(self.document.get("openapi")).startswith("3.1")

    @property
    def schemas(self) -> dict[str, Node]:
        """The named schemas."""
        return as_node(as_node(self.document.get("components")).get("schemas"))

    def operations(self) -> Iterator[OperationSource]:
        """Yield all operations, in the document's order."""
        for path, given in as_node(self.document.get("paths")).items():
            if str(path).startswith("x-"):
                continue
            try:
                item = self.resolve(as_node(given))
            except ContractError:
                continue  # the audit of the paths names it
            for method, data in item.items():
                if method in METHODS and isinstance(data, dict):
                    pointer: Pointer = ("paths", path, method)
                    yield OperationSource(path, method, cast("Node", data), item, pointer)

    def resolve(self, node: Node) -> Node:
        """Resolve a reference.

        Raises:
            ContractError: If it leads outside the document, to nothing, or in a circle.
        """
        seen: set[str] = set()
        while "$ref" in node:
            reference = str(node["$ref"])
            if not reference.startswith("#/") or reference in seen:
                raise ContractError(
                    f"{reference} leads {'in a circle' if reference in seen else 'elsewhere'}; "
                    "expected a reference inside the document"
                )
            seen.add(reference)
            node = cast("Node", self._at(reference))
        return node

    def _at(self, reference: str) -> Any:
        found: Any = self.document
        for part in reference[2:].split("/"):
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and key.isdecimal():
                found = dict(enumerate(cast("list[object]", found))).get(int(key))
            elif isinstance(found, dict):
                fields = cast("dict[object, object]", found)
                # The keys of responses may be numbers in YAML.
                found = fields.get(key, fields.get(int(key)) if key.isdecimal() else None)
            else:
                found = None
            if found is None:
                raise ContractError(
                    f"{reference}: the document has no such node; expected one of it"
                )
        if not isinstance(found, (dict, bool)):
            raise ContractError(f"{reference} is no object; expected a reference to one")
        return cast("Any", found)

    def parameters(self, operation: OperationSource) -> list[Node]:
        """Return an operation's parameters, with those of its path that it does not replace."""
        own = [self.resolve(node) for node in operation.data.get("parameters") or ()]
        names = {(node.get("name"), node.get("in")) for node in own}
        shared = [self.resolve(node) for node in operation.path_item.get("parameters") or ()]
        return own + [node for node in shared if (node.get("name"), node.get("in")) not in names]

    def pointer(self, node: object) -> Pointer:
        """Return where a node of the document is; nowhere for one that was made elsewhere."""
        return self._pointers.get(id(node), ())

    def place(self, node: Any, pointer: Pointer) -> Any:
        """Record the place of a node that was made from one of the document."""
        self._made.append(node)  # so that no other node gets its id
        self._pointers[id(node)] = pointer
        return node

    def line(self, pointer: Pointer) -> int | None:
        """Return the line of a place in the file; the nearest around it if it has none."""
        if self.path is None:
            return None
        if self._lines is None:
            reader: Any = YAML(typ="safe", pure=True)
            self._lines = reader.compose(self.path.read_text(encoding="utf-8"))
        node, line = self._lines, 0
        for step in pointer:
            found = _child(node, step)
            if found is None:
                break
            node, line = found
        return int(line) + 1

    def _walk(self, node: Any, pointer: Pointer) -> None:
        """Record the place of each object; one that an alias repeats is where it is first."""
        todo: list[tuple[Any, Pointer]] = [(node, pointer)]
        while todo:
            found, at = todo.pop()
            if not isinstance(found, (dict, list)) or id(cast("object", found)) in self._pointers:
                continue
            self._pointers[id(cast("object", found))] = at
            if isinstance(found, dict):
                inner = list(cast("dict[str | int, object]", found).items())
            else:
                inner = list[tuple[str | int, object]](enumerate(cast("list[object]", found)))
            todo += [(value, (*at, key)) for key, value in reversed(inner)]


def _child(node: Any, step: str | int) -> tuple[Any, int] | None:
    """Return a node of YAML inside another, and the line on which it begins."""
    inner: Any = node.value
    if node.id == "sequence":
        found = inner[step] if isinstance(step, int) and step < len(inner) else None
        return None if found is None else (found, found.start_mark.line)
    for key, value in inner if node.id == "mapping" else ():
        if key.value == str(step):
            return value, key.start_mark.line
    return None


def _absolute_references(document: Node) -> None:
    """Change references to ``$defs`` and anchors of a schema, so that they begin at the root."""
    for name, schema in as_node(as_node(document.get("components")).get("schemas")).items():
        root = f"#/components/schemas/{name}"
        own = "$defs" in as_node(schema) and "$defs" not in document
        nodes = list(_nodes(schema, root))
        anchors = {
            str(node[key]): at
            for node, at in nodes
            for key in ("$anchor", "$dynamicAnchor")
            if key in node
        }
        for node, _ in nodes:
            for key in ("$dynamicRef", "$recursiveRef"):
                # Nothing extends these schemas from elsewhere: it is this one that is meant.
                if node.get(key) == "#" or str(node.get(key))[1:] in anchors:
                    node["$ref"] = node.pop(key)
            reference = str(node.get("$ref", ""))
            if own and reference.startswith("#/$defs/"):
                node["$ref"] = root + reference[1:]
            elif reference.startswith("#"):
                node["$ref"] = anchors.get(reference[1:], root if reference == "#" else reference)


def _nodes(schema: Any, root: str) -> Iterator[tuple[Node, str]]:
    """Yield the objects in a schema, and the references to them."""
    places: list[tuple[Any, str]] = [(schema, root)]
    while places:
        node, at = places.pop()
        if isinstance(node, list):
            places += [(each, f"{at}/{n}") for n, each in enumerate(cast("list[object]", node))]
        elif isinstance(node, dict):
            yield cast("Node", node), at
            for step, each in cast("Node", node).items():
                escaped = str(step).replace("~", "~0").replace("/", "~1")
                places.append((each, f"{at}/{escaped}"))


def schema_name(node: Node) -> str | None:
    """Return the name of the schema that a reference points to."""
    reference = str(node.get("$ref", ""))
    prefix = "#/components/schemas/"
    name = unquote(reference.removeprefix(prefix)).replace("~1", "/").replace("~0", "~")
    return name if reference.startswith(prefix) and "/" not in reference[len(prefix) :] else None
