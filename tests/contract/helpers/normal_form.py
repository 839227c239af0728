"""The normal form in which the facts and the contract are compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
Object: TypeAlias = "dict[str, JSON]"

HERE: Final = Path(__file__).parents[1]
CONTRACT: Final = HERE.parents[1] / "openapi.yaml"
METHODS: Final = ("get", "post", "put", "patch", "delete")

# Texts for people, which are not compared.
PROSE: Final = {"description", "summary", "example", "examples"}
OPERATION_KEYS: Final = {"operationId", "tags", "parameters", "requestBody", "responses"} | PROSE
DEPRECATION: Final = {"deprecated", "x-sunset"}


def load(path: Path) -> Object:
    """Read a YAML file whose top level is a mapping."""
    return mapping(cast("JSON", yaml.safe_load(path.read_text(encoding="utf-8"))))


def mapping(value: JSON) -> Object:
    """Narrow a value to a mapping."""
    assert isinstance(value, dict), f"expected a mapping, got {value!r}"
    return value


def sequence(value: JSON) -> list[JSON]:
    """Narrow a value to a list."""
    assert isinstance(value, list), f"expected a list, got {value!r}"
    return value


def text(value: JSON) -> str:
    """Narrow a value to a string."""
    assert isinstance(value, str), f"expected a string, got {value!r}"
    return value


def resolve(contract: Object, node: JSON) -> Object:
    """Resolve a reference inside the contract, if the node is one."""
    found = mapping(node)
    while "$ref" in found:
        target: JSON = contract
        for step in text(found["$ref"]).removeprefix("#/").split("/"):
            target = mapping(target)[step]
        found = mapping(target)
    return found


def operations(contract: Object) -> Iterator[tuple[str, str, str, Object]]:
    """Yield every operation of the contract as (id, method, path, operation)."""
    for path, item in mapping(contract["paths"]).items():
        for method, node in mapping(item).items():
            assert method in METHODS, f"{path}: {method} is not compared with the facts"
            operation = mapping(node)
            yield text(operation["operationId"]), method.upper(), path, operation


def schema_form(schema: JSON) -> Object:
    """Return the normal form of a schema: without prose and order of names."""
    form: Object = {}
    for key, value in mapping(schema).items():
        if key in PROSE:
            continue
        if key == "properties":
            form[key] = {name: schema_form(property_) for name, property_ in mapping(value).items()}
        elif key == "items" or (key == "additionalProperties" and isinstance(value, dict)):
            form[key] = schema_form(value)
        elif key in {"oneOf", "allOf", "anyOf"}:
            form[key] = [schema_form(branch) for branch in sequence(value)]
        elif key in {"required", "enum"}:
            form[key] = sorted(sequence(value), key=repr)
        else:
            form[key] = value
    return form


def parameter_form(parameter: Object) -> Object:
    """Return the normal form of a parameter; its name and location are its address."""
    kept = {key: value for key, value in parameter.items() if key not in PROSE | {"name", "in"}}
    return {**kept, "schema": schema_form(parameter["schema"])}


def parameter_forms(contract: Object, parameters: JSON) -> Object:
    """Return an operation's parameters as a mapping from "<location> <name>"."""
    resolved = [resolve(contract, parameter) for parameter in sequence(parameters)]
    forms: Object = {f"{p['in']} {p['name']}": parameter_form(p) for p in resolved}
    assert len(forms) == len(resolved), "a parameter is given twice"
    return forms


def facts_form(facts: Object) -> Object:
    """Return the normal form of the facts."""
    forms: Object = {}
    for node in sequence(facts["operations"]):
        operation = mapping(node)
        success = mapping(operation["success"])
        form: Object = {
            "method": operation["method"],
            "path": operation["path"],
            "parameters": parameter_forms({}, operation.get("parameters", [])),
            "success": {"status": success["status"], "schema": schema_form(success["schema"])},
        }
        if "body" in operation:
            form["body"] = schema_form(operation["body"])
        forms[text(operation["operationId"])] = form
    return {"security": facts["security"], "operations": forms, "schemas": schema_forms(facts)}


def contract_form(contract: Object, facts: Object) -> Object:
    """Return the normal form of the contract."""
    published = mapping(facts["schemas"])
    forms: Object = {}
    for name, method, path, operation in operations(contract):
        unknown = operation.keys() - OPERATION_KEYS - DEPRECATION
        assert not unknown, f"{name}: {sorted(unknown)} is not compared with the facts"
        assert name not in forms, f"{name}: the operationId is used twice"
        form: Object = {
            **{key: operation[key] for key in DEPRECATION & operation.keys()},
            "method": method,
            "path": path,
            "parameters": parameter_forms(contract, operation.get("parameters", [])),
            **responses_form(contract, mapping(operation["responses"]), published),
        }
        if "requestBody" in operation:
            body = resolve(contract, operation["requestBody"])
            form["body"] = json_schema(body)
            form["body required"] = body.get("required", False)
        forms[name] = form
    components = mapping(contract["components"])
    return {
        "security": security_form(contract),
        "operations": forms,
        "schemas": schema_forms(components),
    }


def responses_form(contract: Object, responses: Object, published: Object) -> Object:
    """Split an operation's responses into its one success and its errors."""
    successes = [status for status in responses if status.startswith("2")]
    assert len(successes) == 1, f"expected one success, got {successes}"
    response = resolve(contract, responses[successes[0]])
    schema = json_schema(response)
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name and name not in published:
        schema = schema_form(resolve(contract, schema))
    headers: Object = {
        header: schema_form(resolve(contract, node)["schema"])
        for header, node in mapping(response.get("headers", {})).items()
    }
    success: Object = {"status": int(successes[0]), "schema": schema, "headers": headers}
    content = mapping(response["content"])
    assert content.keys() <= {"application/json", "text/event-stream"}, (
        f"unknown in {list(content)}"
    )
    if "text/event-stream" in content:
        success["events"] = schema_form(mapping(content["text/event-stream"])["schema"])
    errors: Object = {
        status: json_schema(resolve(contract, node))
        for status, node in responses.items()
        if status != successes[0]
    }
    return {"success": success, "errors": errors}


def json_schema(carrier: Object) -> Object:
    """Return the schema of the JSON in a request or response."""
    media = mapping(mapping(carrier["content"])["application/json"])
    return schema_form(media["schema"])


def schema_forms(parent: Object) -> Object:
    """Return the normal form of all named schemas."""
    return {name: schema_form(schema) for name, schema in mapping(parent["schemas"]).items()}


def security_form(contract: Object) -> Object:
    """Return how the contract authenticates requests, in the format of the facts."""
    schemes = mapping(mapping(contract["components"])["securitySchemes"])
    names = [next(iter(mapping(choice))) for choice in sequence(contract["security"])]
    assert sorted(names) == sorted(schemes), "a security scheme is not used"
    http, key = (mapping(schemes[name]) for name in names)
    return {
        "type": f"{http['type']} {http['scheme']} or {key['type']} in {key['in']} {key['name']}",
        "header": key["name"],
        "value": f"{text(http['scheme']).capitalize()} <api key>",
    }
