"""The contract as a document: loading it, following its references, naming its operations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

METHODS = ("get", "put", "post", "patch", "delete", "head", "options", "trace")

Node = dict[str, Any]


def read_yaml(path: Path) -> Any:
    """Read a YAML (or JSON) file."""
    reader: Any = YAML(typ="safe")
    return reader.load(path.read_text(encoding="utf-8"))


class ContractError(Exception):
    """The contract cannot be read at all."""


class OperationSource(NamedTuple):
    """One operation of the document."""

    path: str
    method: str
    data: Node
    path_item: Node

    @property
    def name(self) -> str:
        """The operationId; without one, the method and path."""
        return str(self.data.get("operationId") or f"{self.method.upper()} {self.path}")


class Contract:
    """A loaded OpenAPI document."""

    def __init__(self, document: Node) -> None:
        self.document = document

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
        return cls(cast("Node", document))

    @property
    def schemas(self) -> dict[str, Node]:
        """The named schemas."""
        return cast("dict[str, Node]", self.document.get("components", {}).get("schemas", {}))

    def operations(self) -> Iterator[OperationSource]:
        """Yield all operations, in the document's order."""
        for path, item in self.document.get("paths", {}).items():
            for method, data in item.items():
                if method in METHODS:
                    yield OperationSource(path, method, data, item)

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
                    f"{reference}: expected a reference inside the document, not in a circle"
                )
            seen.add(reference)
            found: Any = self.document
            for part in reference[2:].split("/"):
                key = part.replace("~1", "/").replace("~0", "~")
                inner = cast("Node", found) if isinstance(found, dict) else {}
                if key not in inner:
                    raise ContractError(f"{reference}: the document has no such node")
                found = inner[key]
            node = cast("Node", found)
        return node

    def parameters(self, operation: OperationSource) -> list[Node]:
        """Return an operation's parameters, with those of its path that it does not replace."""
        own = [self.resolve(node) for node in operation.data.get("parameters", ())]
        names = {(node.get("name"), node.get("in")) for node in own}
        shared = [self.resolve(node) for node in operation.path_item.get("parameters", ())]
        return own + [node for node in shared if (node.get("name"), node.get("in")) not in names]


def schema_name(node: Node) -> str | None:
    """Return the name of the schema that a reference points to."""
    reference = str(node.get("$ref", ""))
    prefix = "#/components/schemas/"
    return reference.removeprefix(prefix) if reference.startswith(prefix) else None
