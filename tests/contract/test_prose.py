"""Everything in the contract has a description, and every operation documents its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.helpers.normal_form import (
    CONTRACT,
    JSON,
    Object,
    load,
    mapping,
    operations,
    resolve,
    sequence,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEC = load(CONTRACT)
COMPONENTS = mapping(SPEC["components"])
TAGS = ["sessions", "agents", "users", "docs", "tools", "memories", "jobs"]
OPERATIONS = {name: (method, path, node) for name, method, path, node in operations(SPEC)}


def is_described(node: JSON) -> bool:
    return bool(text(resolve(SPEC, node).get("description", "")).strip())


def in_schema(schema: JSON, at: str) -> Iterator[tuple[str, JSON]]:
    """Yield every property of a schema, nested ones included."""
    for name, value in mapping(mapping(schema).get("properties", {})).items():
        yield f"{at}.{name}", value
        yield from in_schema(value, f"{at}.{name}")


def to_describe() -> Iterator[tuple[str, JSON]]:
    """Yield everything that has a name and needs a description."""
    for group in ("schemas", "parameters", "headers", "responses", "securitySchemes"):
        for name, node in mapping(COMPONENTS[group]).items():
            yield f"{group} {name}", node
    for name, schema in mapping(COMPONENTS["schemas"]).items():
        yield from in_schema(schema, name)
    for name, (_, _, operation) in OPERATIONS.items():
        yield name, operation
        for node in sequence(operation.get("parameters", [])):
            yield f"{name} {resolve(SPEC, node)['name']}", node
        for status, node in mapping(operation["responses"]).items():
            yield f"{name} {status}", node


def test_everything_is_described() -> None:
    found = list(to_describe())
    assert len(found) > 36 + 42
    assert [at for at, node in found if not is_described(node)] == []


def test_the_tags_are_described_and_in_order() -> None:
    tags = [mapping(tag) for tag in sequence(SPEC["tags"])]
    assert [tag["name"] for tag in tags] == TAGS
    assert all(is_described(tag) for tag in tags)
    used = [text(sequence(operation["tags"])[0]) for _, _, operation in OPERATIONS.values()]
    assert list(dict.fromkeys(used)) == TAGS, "operations stand in the order of the tags"
    assert used == sorted(used, key=TAGS.index)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_has_a_summary_and_one_tag(name: str) -> None:
    _, _, operation = OPERATIONS[name]
    assert text(operation["summary"]).strip()
    assert not text(operation["summary"]).endswith(".")
    assert len(sequence(operation["tags"])) == 1


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_documents_its_errors(name: str) -> None:
    method, path, operation = OPERATIONS[name]
    parameters = [resolve(SPEC, node) for node in sequence(operation.get("parameters", []))]
    has_body = "requestBody" in operation
    expected = {"401", "403", "429", "500", "default"}
    if has_body or parameters:
        expected.add("422")
    if has_body or any(p["name"] == "metadata_filter" for p in parameters):
        expected.add("400")
    if has_body:
        expected.add("413")
    if "{" in path:
        expected.add("404")
    if method == "POST":
        expected.add("409")
    missing = expected - mapping(operation["responses"]).keys()
    assert not missing, f"{name} lacks responses that operations of its kind have"


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_response_has_a_request_id(name: str) -> None:
    _, _, operation = OPERATIONS[name]
    for status, node in mapping(operation["responses"]).items():
        assert "X-Request-Id" in mapping(resolve(SPEC, node)["headers"]), status


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_required_body_is_marked(name: str) -> None:
    _, _, operation = OPERATIONS[name]
    if "requestBody" in operation:
        assert resolve(SPEC, operation["requestBody"])["required"] is True


def test_every_error_has_the_same_schema() -> None:
    shape: Object = {"$ref": "#/components/schemas/Error"}
    for name, node in mapping(COMPONENTS["responses"]).items():
        media = mapping(mapping(mapping(node)["content"])["application/json"])
        assert media["schema"] == shape, name
    responses = mapping(COMPONENTS["responses"])
    assert "Retry-After" in mapping(mapping(responses["TooManyRequests"])["headers"])
