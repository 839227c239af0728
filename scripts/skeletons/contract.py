"""Operations of openapi.yaml, as far as skeletons need them."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

ROOT: Final = Path(__file__).parents[2]

_HINTS: Final = {"integer": "int", "number": "float", "boolean": "bool", "string": "str"}


class SkeletonError(Exception):
    """Nothing can be written; the text has the reason."""


class Argument(NamedTuple):
    """An argument of a method.

    Attributes:
        bad: The expression of its invalid values, in tests/sdk/helpers/calls.py.
    """

    name: str
    location: str
    hint: str
    required: bool
    doc: str
    bad: str

    @property
    def parameter(self) -> str:
        """The parameter with its type and default."""
        return f"{self.name}: {self.hint}" + ("" if self.required else " | None = None")


class Operation(NamedTuple):
    """An operation, and what its method needs."""

    id: str
    tag: str
    method: str
    path: str
    summary: str
    description: str
    arguments: tuple[Argument, ...]
    has_body: bool
    prefers: bool
    response: str
    item: str
    """The model of the items of a page; empty if the response is no page."""

    @property
    def module(self) -> str:
        """The generated module, such as ``get_user``."""
        return snake(self.id)


def snake(name: str) -> str:
    """Return a name in lower case with underscores."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


class Contract:
    """The contract of a checkout.

    Args:
        path: Its file.
    """

    def __init__(self, path: Path = ROOT / "openapi.yaml") -> None:
        self._root: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.operations = {one.id: one for one in self._operations()}

    def fields(self, schema: str) -> dict[str, Any]:
        """Return the properties of a named schema."""
        named = self._root["components"]["schemas"].get(schema, {})
        return {name: self._resolve(node) for name, node in named.get("properties", {}).items()}

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            found: Any = self._root
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def _operations(self) -> Iterator[Operation]:
        for path, item in self._root["paths"].items():
            for method, data in item.items():
                if method in ("get", "post", "put", "patch", "delete"):
                    yield self._operation(path, method, data)

    def _operation(self, path: str, method: str, data: dict[str, Any]) -> Operation:
        parameters = [self._resolve(one) for one in data.get("parameters", ())]
        arguments = [
            self._argument(one["name"], one["in"], one["schema"], one)
            for one in parameters
            if one["in"] in ("path", "query")
        ]
        body = self._resolve(data.get("requestBody", {}))
        if body:
            schema = self._resolve(body["content"]["application/json"]["schema"])
            required = schema.get("required", ())
            arguments += [
                self._argument(name, "body", node, {"required": name in required})
                for name, node in schema.get("properties", {}).items()
            ]
        responses = {code: node for code, node in data["responses"].items() if code[0] == "2"}
        media = self._resolve(next(iter(responses.values())))["content"]["application/json"]
        response = _name(media["schema"])
        paged = {"limit", "offset"} <= {one["name"] for one in parameters}
        return Operation(
            id=data["operationId"],
            tag=data["tags"][0],
            method=method.upper(),
            path=path,
            summary=data["summary"],
            description=data.get("description", ""),
            arguments=tuple(sorted(arguments, key=lambda one: not one.required)),
            has_body=bool(body),
            prefers=any(one["name"] == "Prefer" for one in parameters),
            response=response,
            item=_name(self.fields(response)["items"]["items"]) if paged else "",
        )

    def _argument(
        self, name: str, location: str, node: dict[str, Any], source: dict[str, Any]
    ) -> Argument:
        schema = self._resolve(node)
        text = source.get("description") or node.get("description") or schema.get("description")
        return Argument(
            name=f"{name}_" if keyword.iskeyword(name) else name,
            location=location,
            hint=self._hint(schema),
            required=bool(source.get("required")),
            doc=" ".join(str(text or "The value.").split()),
            bad=_bad(name, schema),
        )

    def _hint(self, schema: dict[str, Any]) -> str:
        match schema:
            case {"enum": values}:
                return f"Literal[{', '.join(map(repr, values))}]"
            case {"type": "string", "format": "uuid"}:
                return "str | UUID"
            case {"type": "array", "items": items}:
                return f"Sequence[{self._hint(self._resolve(items))}]"
            case {"type": kind} if kind in _HINTS:
                return _HINTS[kind]
            case _:
                return "Mapping[str, object]"


def _name(schema: dict[str, Any]) -> str:
    """Return the name of a schema that is referred to."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _bad(name: str, schema: dict[str, Any]) -> str:
    """Return the invalid values of an argument, by the functions of calls.py."""
    match schema:
        case {"enum": values}:
            return f"choices({', '.join(map(repr, values))})"
        case {"format": "uuid"}:
            return f'ids("{name}")'
        case {"type": "integer" | "number" as kind}:
            bounds = f"{schema.get('minimum')}, {schema.get('maximum')}"
            return f'{kind}s("{name}", {bounds})'
        case {"type": "boolean"}:
            return "flags()"
        case {"type": "string"}:
            return f'texts("{name}")'
        case {"type": "array"}:
            return f'[Bad(3, "type", "expected a list", "{name}")]'
        case _:
            return f'objects("{name}")'
