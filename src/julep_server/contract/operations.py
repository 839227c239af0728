"""The contract's operations: routing, and validation of parameters and bodies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

import jsonschema_rs

from julep_server.contract.document import contract_document
from julep_server.contract.schemas import Schemas
from julep_server.contract.violations import violations
from julep_server.errors import Violation, method_not_allowed, nothing_here
from julep_server.json_text import JSON, JSONObject

_METHODS = ("get", "post", "put", "patch", "delete")
_INTEGER = re.compile(r"[+-]?[0-9]{1,1000}")
# OpenAPI reserves these headers for content negotiation and security: they are not parameters.
_RESERVED_HEADERS = frozenset({"accept", "content-type", "authorization"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A documented parameter of the path, the query or the header.

    Attributes:
        kind: The type of the value, or of the items if the value is a list.
        repeated: Whether the value is a list, whose items are sent as separate parameters.
    """

    name: str
    location: str
    required: bool
    kind: str
    repeated: bool
    default: JSON
    validator: jsonschema_rs.Draft202012Validator

    def parse(self, text: str) -> JSON:
        """Parse a text as the documented type; other text is returned as it is, to be refused."""
        if self.kind == "integer" and _INTEGER.fullmatch(text):
            return int(text)
        if self.kind == "boolean" and text in ("true", "false"):
            return text == "true"
        return text


@dataclass(frozen=True, slots=True)
class Body:
    """A documented request body."""

    required: bool
    schema: JSON
    validator: jsonschema_rs.Draft202012Validator


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the contract."""

    id: str
    method: str
    segments: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    body: Body | None

    def arguments(
        self, path: Mapping[str, str], query: Sequence[tuple[str, str]], headers: Mapping[str, str]
    ) -> tuple[JSONObject, list[Violation]]:
        """Parse the parameters, with the contract's defaults for those that are absent.

        Args:
            path: Path parameters by name.
            query: The query's pairs, decoded.
            headers: The request's headers, names in lower case.

        Returns:
            The values by name, and their violations.
        """
        values: JSONObject = {}
        found: list[Violation] = []
        for parameter in self.parameters:
            texts = _given(parameter, path, query, headers)
            if len(texts) > 1 and not parameter.repeated:
                found.append(Violation(parameter.name, "must be given once"))
            elif texts:
                items = [parameter.parse(text) for text in texts]
                value: JSON = items if parameter.repeated else items[0]
                found.extend(violations(parameter.validator, value, parameter.name))
                values[parameter.name] = value
            elif parameter.required:
                found.append(Violation(parameter.name, "is required"))
            else:
                values[parameter.name] = parameter.default
        return values, found


def _given(
    parameter: Parameter,
    path: Mapping[str, str],
    query: Sequence[tuple[str, str]],
    headers: Mapping[str, str],
) -> list[str]:
    if parameter.location == "path":
        return [path[parameter.name]]
    if parameter.location == "query":
        return [value for name, value in query if name == parameter.name]
    value = headers.get(parameter.name.lower())
    return [] if value is None else [value]


class Contract:
    """All operations, found by method and path.

    Args:
        document: The OpenAPI document.
    """

    def __init__(self, document: JSONObject) -> None:
        self.document = document
        info = document.get("info")
        self.version = str(info.get("version")) if isinstance(info, dict) else ""
        self.schemas = Schemas(document)
        self.operations: dict[str, Operation] = {}
        self._routes: dict[int, list[tuple[tuple[str, ...], dict[str, Operation]]]] = {}
        for path, item in _items(document.get("paths")):
            segments = tuple(path.strip("/").split("/"))
            methods: dict[str, Operation] = {}
            for method in _METHODS:
                described = item.get(method)
                if isinstance(described, dict):
                    operation = self._operation(method.upper(), segments, item, described)
                    self.operations[operation.id] = methods[operation.method] = operation
            if "GET" in methods:
                # RFC 9110, 9.3.2: the response of a GET, whose body the HTTP server leaves out.
                methods["HEAD"] = methods["GET"]
            self._routes.setdefault(len(segments), []).append((segments, methods))

    def match(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """Find the operation of a request.

        Args:
            method: The HTTP method, in upper case.
            path: The path below the API's root, percent-encoded.

        Returns:
            The operation, and the decoded path parameters by name.

        Raises:
            ApiError: 404 when no path matches, 405 when the path doesn't have the method.
        """
        parts = path.removeprefix("/").split("/")
        for segments, methods in self._routes.get(len(parts), ()):
            parameters = _match(segments, parts)
            if parameters is None:
                continue
            operation = methods.get(method)
            if operation is None:
                raise method_not_allowed(method, ", ".join(sorted(methods)))
            return operation, parameters
        raise nothing_here()

    def _operation(
        self, method: str, segments: tuple[str, ...], item: JSONObject, described: JSONObject
    ) -> Operation:
        parameters = [
            parameter
            for source in (item.get("parameters"), described.get("parameters"))
            for entry in (source if isinstance(source, list) else [])
            if (parameter := self._parameter(entry)) is not None
        ]
        return Operation(
            id=str(described["operationId"]),
            method=method,
            segments=segments,
            parameters=tuple(parameters),
            body=self._body(described.get("requestBody")),
        )

    def _parameter(self, entry: JSON) -> Parameter | None:
        described = self._resolve(entry)
        name, location = str(described["name"]), str(described["in"])
        if location == "header" and name.lower() in _RESERVED_HEADERS:
            return None
        schema = self._resolve(described["schema"])
        repeated = schema.get("type") == "array"
        item = self._resolve(schema.get("items")) if repeated else schema
        return Parameter(
            name=name,
            location=location,
            required=described.get("required") is True,
            kind=str(item.get("type", "string")),
            repeated=repeated,
            default=schema.get("default"),
            validator=self.schemas.validator(schema),
        )

    def _body(self, entry: JSON) -> Body | None:
        if entry is None:
            return None
        described = self._resolve(entry)
        content = self._resolve(described["content"])
        schema = self._resolve(content["application/json"])["schema"]
        return Body(described.get("required") is True, schema, self.schemas.validator(schema))

    def _resolve(self, entry: JSON) -> JSONObject:
        found: JSON = entry
        while isinstance(found, dict) and isinstance(reference := found.get("$ref"), str):
            found = self.document
            for step in reference.removeprefix("#/").split("/"):
                found = found.get(step) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else {}


def _items(value: JSON) -> list[tuple[str, JSONObject]]:
    pairs = value.items() if isinstance(value, dict) else ()
    return [(key, item) for key, item in pairs if isinstance(item, dict)]


def _match(segments: tuple[str, ...], parts: list[str]) -> dict[str, str] | None:
    parameters: dict[str, str] = {}
    for segment, part in zip(segments, parts, strict=True):
        if segment.startswith("{"):
            if not part:
                return None
            # Decoded after splitting, so that an encoded slash stays in its segment.
            parameters[segment[1:-1]] = unquote(part)
        elif segment != part:
            return None
    return parameters


@lru_cache(maxsize=1)
def load_contract() -> Contract:
    """Load the contract from the generated package, once per process."""
    return Contract(contract_document())
