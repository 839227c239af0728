"""Refuse, by name, everything in a contract that the templates cannot express.

openapi-python-client ignores or misreads what it does not support: a pattern, a parameter's style,
a second content type. So the document is checked first, against lists of what is supported;
anything that is on none of them fails the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contract import Contract, ContractError, Node, OperationSource
from deprecation import audit_sunsets
from schema_audit import audit_schema, kind_of

LOCATIONS = ("path", "query", "header")
STYLES = {"path": "simple", "query": "form", "header": "simple"}
METHODS = ("get", "put", "post", "patch", "delete")
SCALARS = ("string", "integer", "number", "boolean", "enum")
KEYS_OF_OPERATION = {
    "operationId", "tags", "summary", "description", "parameters", "requestBody", "responses",
    "security", "deprecated", "externalDocs",
}  # fmt: skip
KEYS_OF_PARAMETER = {
    "name", "in", "required", "description", "schema", "example", "examples", "style", "explode",
    "deprecated",
}  # fmt: skip
KEYS_OF_PATH = {"parameters", "summary", "description"}
KEYS_OF_DOCUMENT = {
    "openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs",
}  # fmt: skip


def audit(contract: Contract) -> list[str]:
    """Check a contract.

    Returns:
        One line for each unsupported item: its place, what it is, and what is supported.
    """
    found = [*_document(contract)]
    if found:
        return found
    found += audit_sunsets(contract.document)
    for name, schema in contract.schemas.items():
        found += audit_schema(contract, schema, f"schema {name}")
    seen: dict[str, str] = {}
    for operation in contract.operations():
        where = f"{operation.method.upper()} {operation.path}"
        if operation.name in seen:
            found.append(
                f"{where}: operationId {operation.name} is also used by {seen[operation.name]}; "
                "expected a unique one"
            )
        seen[operation.name] = where
        try:
            found += _operation(contract, operation)
        except ContractError as error:
            found.append(f"{operation.name}: {error}")
        except (AttributeError, KeyError, TypeError) as error:
            found.append(f"{operation.name}: not valid OpenAPI 3.0: {type(error).__name__} {error}")
    return list(dict.fromkeys(found))


def _unknown(node: Node, known: set[str], where: str, also: str = "") -> Iterator[str]:
    for key in node:
        if key not in known and not str(key).startswith("x-"):
            yield f"{where}: '{key}' is not supported{also}"


def _document(contract: Contract) -> Iterator[str]:
    document = contract.document
    version = str(document.get("openapi"))
    if not version.startswith("3.0."):
        yield f"openapi: {version} is not supported; expected 3.0.x"
    if not isinstance(document.get("paths"), dict):
        yield "paths: expected the operations"
        return
    yield from _unknown(document, KEYS_OF_DOCUMENT, "the document")
    for path, item in document["paths"].items():
        for key in item:
            if key not in METHODS and key not in KEYS_OF_PATH and not key.startswith("x-"):
                yield f"path {path}: '{key}' is not supported; expected one of {', '.join(METHODS)}"


def _operation(contract: Contract, operation: OperationSource) -> Iterator[str]:
    name, data = operation.name, operation.data
    yield from _unknown(data, KEYS_OF_OPERATION, name)
    if "operationId" not in data:
        yield f"{name}: expected an operationId, which names its module"
    if len(data.get("tags", ())) != 1:
        yield f"{name}: expected one tag, which names its package; got {len(data.get('tags', ()))}"
    names: list[str] = []
    for parameter in contract.parameters(operation):
        yield from _parameter(contract, parameter, f"{name}: parameter '{parameter.get('name')}'")
        if parameter.get("in") == "path":
            names.append(parameter["name"])
    in_path = [
        part[1:-1]
        for part in operation.path.split("/")
        if part.startswith("{") and part.endswith("}")
    ]
    rest = operation.path.replace("{", "/").replace("}", "/").count("/") - 2 * len(in_path)
    if sorted(in_path) != sorted(names) or rest != operation.path.count("/"):
        yield (
            f"{name}: expected a path parameter for each whole segment in braces of "
            f"{operation.path}; got {names}"
        )
    if "requestBody" in data:
        yield from _body(contract, contract.resolve(data["requestBody"]), name)
    yield from _responses(contract, data.get("responses", {}), name)


def _parameter(contract: Contract, node: Node, where: str) -> Iterator[str]:
    yield from _unknown(node, KEYS_OF_PARAMETER, where, " in a parameter; expected a schema alone")
    location = node.get("in")
    if location not in LOCATIONS:
        yield f"{where}: in: {location} is not supported; expected one of {', '.join(LOCATIONS)}"
        return
    style, explode = node.get("style", STYLES[location]), node.get("explode", location == "query")
    if style != STYLES[location] or explode != (location == "query"):
        yield (
            f"{where}: style: {style}, explode: {explode} is not supported; "
            f"expected the default, {STYLES[location]}"
        )
    if location == "path" and node.get("required") is not True:
        yield f"{where}: expected required: true, as it is in the path"
    if node.get("name") in ("body", "call", "stream"):
        yield f"{where}: the name is taken by the generated module; expected another"
    if "schema" not in node:
        yield f"{where}: expected a schema"
        return
    yield from audit_schema(contract, node["schema"], where)
    kind = kind_of(contract, node["schema"])
    if kind == "array" and location == "query":
        kind = kind_of(contract, contract.resolve(node["schema"])["items"])
    if kind not in SCALARS:
        yield (
            f"{where}: {kind} is not supported there; expected one of {', '.join(SCALARS)}, "
            "or in a query an array of one of them"
        )
    if contract.resolve(node["schema"]).get("nullable"):
        yield f"{where}: 'nullable' is not supported in a parameter, which has no text for null"


def _body(contract: Contract, body: Node, name: str) -> Iterator[str]:
    where = f"{name}: request body"
    for kind, media in body.get("content", {}).items():
        if kind != "application/json":
            yield f"{where}: content type {kind} is not supported; expected application/json"
            continue
        yield from _media(contract, media, where)
    if not body.get("content"):
        yield f"{where}: expected content of type application/json"


def _media(contract: Contract, media: Node, where: str) -> Iterator[str]:
    yield from _unknown(media, {"schema", "example", "examples"}, where)
    schema = media.get("schema")
    if schema is None:
        yield f"{where}: expected a schema"
        return
    yield from audit_schema(contract, schema, where)
    kind = kind_of(contract, schema)
    if kind != "object with properties":
        yield f"{where}: {kind} is not supported there; expected an object with properties"


def _responses(contract: Contract, responses: dict[Any, Node], name: str) -> Iterator[str]:
    successes = 0
    for status, reference in responses.items():
        code, response = str(status), contract.resolve(reference)
        where = f"{name}: response {code}"
        yield from _unknown(response, {"description", "headers", "content"}, where)
        success = code.isdecimal() and code.startswith("2")
        successes += success
        if not (
            success
            or code == "default"
            or (code[0] in "45" and code[1:].replace("X", "0").isdecimal())
        ):
            yield f"{where}: the status is not supported; expected 2nn, 4nn, 5nn or default"
        for kind, media in response.get("content", {}).items():
            if kind == "text/event-stream" and success:
                if "$ref" not in media.get("schema", {}):
                    yield f"{where}: expected a reference to a named schema for its events"
                yield from _media(contract, media, f"{where}, {kind}")
            elif kind == "application/json":
                yield from _media(contract, media, where)
            else:
                allowed = "application/json" + (" or text/event-stream" if success else "")
                yield f"{where}: content type {kind} is not supported; expected {allowed}"
    if not successes:
        yield f"{name}: expected a response for success (2nn)"
