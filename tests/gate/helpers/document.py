"""The contract as the gate reads it: operations, properties of bodies, and valid values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import chain
from typing import Any, Final, NamedTuple, TypeAlias

from julep_api.types import JSON
from julep_server.models.schema_instances import simplest_instance

Node: TypeAlias = dict[str, Any]

ID: Final = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"
METHODS: Final = ("get", "post", "put", "patch", "delete")

_FORMATS: Final = {"uuid": ID, "date-time": "2026-01-02T03:04:05.000006Z"}
_UNIONS: Final = ("oneOf", "anyOf")
# Headers that OpenAPI excludes from the parameters: the transport sets them.
_OF_THE_TRANSPORT: Final = frozenset({"accept", "content-type", "authorization"})


class Parameter(NamedTuple):
    """A parameter of the path, the query or the header."""

    location: str
    name: str
    schema: Node
    deprecated: bool
    sunset: str


class Operation(NamedTuple):
    """An operation of the contract, its references resolved but for those inside schemas."""

    id: str
    method: str
    path: str
    tag: str
    parameters: tuple[Parameter, ...]
    body: Node | None
    responses: Mapping[str, Node]
    security: Sequence[Node]
    deprecated: bool
    sunset: str

    @property
    def success(self) -> Mapping[str, Node]:
        """The documented successes by status."""
        return {code: node for code, node in self.responses.items() if code.startswith("2")}


class Document:
    """A contract.

    Args:
        root: The OpenAPI document.
    """

    def __init__(self, root: Node) -> None:
        self.root = root
        self.operations: dict[str, Operation] = {
            operation.id: operation for operation in self._operations()
        }

    @property
    def schemas(self) -> dict[str, Node]:
        """The named schemas."""
        found: dict[str, Node] = self.root["components"]["schemas"]
        return found

    def resolve(self, node: Node) -> Node:
        """Follow a reference, if the node is one."""
        while "$ref" in node:
            found: Any = self.root
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def parts(self, schema: Node) -> Iterator[Node]:
        """Yield a schema and those that it consists of or chooses from, references resolved."""
        schema = self.resolve(schema)
        yield schema
        for key in ("allOf", *_UNIONS):
            for part in schema.get(key, ()):
                yield from self.parts(part)

    def fields(self, schema: Node) -> dict[str, Node]:
        """Return the properties of an object, those of its parts included."""
        return {
            name: node
            for part in self.parts(schema)
            for name, node in part.get("properties", {}).items()
        }

    def required(self, schema: Node) -> set[str]:
        """Return the names of the properties that an object must have."""
        schema = self.resolve(schema)
        inherited = (self.required(part) for part in schema.get("allOf", ()))
        return set(schema.get("required", ())).union(*inherited)

    def properties(self, schema: Node, at: str = "") -> dict[str, Node]:
        """Return all properties by path, such as ``messages[].role``."""
        found: dict[str, Node] = {}
        for part in self.parts(schema):
            if isinstance(part.get("items"), dict):
                found |= self.properties(part["items"], f"{at}[]")
            for name, node in part.get("properties", {}).items():
                path = f"{at}.{name}" if at else name
                found[path] = node
                found |= self.properties(node, path)
        return found

    def enum(self, schema: Node) -> list[str]:
        """Return the texts that a value must be one of; an empty list if there is no such rule."""
        found = [value for part in self.parts(schema) for value in part.get("enum", ())]
        return [value for value in found if value is not None]

    def variants(self, schema: Node) -> list[Any]:
        """Return valid values that together have all properties, alternatives, and extremes."""
        schema = self.resolve(schema)
        for key in _UNIONS:
            if key in schema:
                kept = (part for part in schema[key] if self.resolve(part).get("enum") != [None])
                return list(chain.from_iterable(self.variants(part) for part in kept))
        if "enum" in schema:
            return [value for value in schema["enum"] if value is not None]
        if fields := self.fields(schema):
            return _zipped({name: self.variants(node) for name, node in fields.items()})
        if len(schema.get("allOf", ())) == 1:
            return self.variants(schema["allOf"][0])
        return self._plain(schema)

    def least(self, schema: Node) -> Any:
        """Return a valid value without any optional property."""
        required, fields = self.required(schema), self.fields(schema)
        if fields:
            return {name: self.least(fields[name]) for name in fields if name in required}
        resolved = self.resolve(schema)
        if resolved.get("type") == "array":
            return [self.least(resolved["items"])] * int(resolved.get("minItems", 0))
        return self.variants(schema)[0]

    def _plain(self, schema: Node) -> list[Any]:
        match schema.get("type"):
            case "string" if "pattern" in schema:
                return [simplest_instance(schema)]
            case "string":
                text = _FORMATS.get(schema.get("format", ""), "text")
                return [text[: schema.get("maxLength")].ljust(schema.get("minLength", 0), "x")]
            case "integer":
                most = [int(schema["maximum"])] if "maximum" in schema else []
                return [int(schema.get("minimum", 1)), *most]
            case "number":
                low, high = float(schema.get("minimum", 0.5)), schema.get("maximum")
                if high is None or schema.get("exclusiveMaximum"):
                    return [low]
                return [low, float(high)]
            case "boolean":
                return [True, False]
            case "array":
                count = max(1, int(schema.get("minItems", 1)))
                return [[item] * count for item in self.variants(schema["items"])]
            case _:
                values: Any = schema.get("additionalProperties")
                if values in (None, True, {}):
                    return [{"key": "value"}]
                return [{"7": value} for value in self.variants(values)]

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.root["paths"].items():
            for method in METHODS:
                if (data := item.get(method)) is None:
                    continue
                nodes = map(
                    self.resolve, [*item.get("parameters", ()), *data.get("parameters", ())]
                )
                body = self.resolve(data["requestBody"]) if "requestBody" in data else None
                yield Operation(
                    id=data["operationId"],
                    method=method.upper(),
                    path=path,
                    tag=data["tags"][0],
                    parameters=tuple(
                        Parameter(
                            node["in"],
                            node["name"],
                            node["schema"],
                            *deprecation_of(node, self.resolve(node["schema"])),
                        )
                        for node in nodes
                        if node["name"].lower() not in _OF_THE_TRANSPORT
                    ),
                    body=None if body is None else body["content"]["application/json"]["schema"],
                    responses={
                        str(code): self.resolve(node) for code, node in data["responses"].items()
                    },
                    security=data.get("security", self.root.get("security", [])),
                    deprecated=data.get("deprecated", False),
                    sunset=str(data.get("x-sunset", "")),
                )


def deprecation_of(*nodes: Node) -> tuple[bool, str]:
    """Return whether one of the nodes is deprecated, and the date from which it may be gone."""
    marked = [node for node in nodes if node.get("deprecated")]
    return bool(marked), str(marked[0].get("x-sunset", "")) if marked else ""


def _zipped(values: Mapping[str, list[Any]]) -> list[Node]:
    """Combine the values of properties: each occurs, and as few objects as possible are made."""
    count = max(map(len, values.values()))
    return [
        {name: one[number % len(one)] for name, one in values.items()} for number in range(count)
    ]


def paths_of(value: JSON, at: str = "") -> Iterator[str]:
    """Yield the paths of a JSON value's properties, in the form of `Document.properties`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            path = f"{at}.{name}" if at else name
            yield path
            yield from paths_of(inner, path)
    elif isinstance(value, list):
        for inner in value:
            yield from paths_of(inner, f"{at}[]")


def load() -> Document:
    """Read the contract of the generated package, which is that of openapi.yaml."""
    return Document(json.loads(files("julep_api").joinpath("openapi.json").read_text("utf-8")))
