"""What the generator refuses, notes and leaves out: by line, by name, with what would be right."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from tests.generated.helpers.running import ReadMany

pytestmark = pytest.mark.once

Node: TypeAlias = dict[str, Any]
Change: TypeAlias = Callable[[Node], object]

OBJECT: Node = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
THING = {"$ref": "#/components/schemas/Thing"}
OTHER = {"$ref": "#/components/schemas/Other"}
JSON_OF_THING = {"content": {"application/json": {"schema": THING}}, "description": "Done."}
SPEC: Node = {
    "openapi": "3.0.3",
    "info": {"title": "Small", "version": "1"},
    "paths": {
        "/things/{thing_id}": {
            "put": {
                "operationId": "PutThing",
                "tags": ["things"],
                "parameters": [
                    {
                        "name": "thing_id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                    },
                    {"name": "q", "in": "query", "schema": {"type": "string"}},
                ],
                "requestBody": {"content": {"application/json": {"schema": THING}}},
                "responses": {"200": JSON_OF_THING},
            }
        },
        "/count": {"get": {"operationId": "Count", "responses": {"204": {"description": "Done."}}}},
    },
    "components": {"schemas": {"Thing": OBJECT, "Other": OBJECT}},
}
PATH = "/things/{thing_id}"
X = "schema Thing, property 'x'"
Q = "PutThing, parameter 'q'"
TEXT = {"type": "string"}


def operation(spec: Node) -> Node:
    found: Node = spec["paths"][PATH]["put"]
    return found


def parameter(**changes: Any) -> Change:
    return lambda spec: operation(spec)["parameters"][1].update(changes)


def field(schema: object) -> Change:
    return lambda spec: spec["components"]["schemas"]["Thing"]["properties"].update(x=schema)


def changed(**changes: Any) -> Change:
    return lambda spec: operation(spec).update(changes)


def document(**changes: Any) -> Change:
    return lambda spec: spec.update(changes)


def is_31(change: Change) -> Change:
    return lambda spec: (spec.update(openapi="3.1.0"), change(spec))


def no_parameter(spec: Node) -> None:
    operation(spec)["parameters"].pop(0)


def circle(spec: Node) -> None:
    spec["components"]["schemas"]["Thing"] = {"allOf": [OTHER], "properties": {"a": {}}}
    spec["components"]["schemas"]["Other"] = {"allOf": [THING], "properties": {"b": {}}}


# By name: the change, the words of the place, words of the problem, and of what would be right.
REFUSED: dict[str, tuple[Change, str, str, str]] = {
    "location": (parameter(**{"in": "body"}), Q, "in: body", "one of path, query"),
    "style": (parameter(style="deepObject", **{"in": "header"}), Q, "style", "one of simple"),
    "no schema": (lambda spec: operation(spec)["parameters"][1].pop("schema"), Q, "schema", "one"),
    "undescribed": (no_parameter, "PutThing", "['thing_id']", "for each name in braces"),
    "twice": (
        lambda spec: spec["paths"]["/count"]["get"].update(operationId="PutThing"),
        "PutThing", "is also used by PUT /things/{thing_id}", "a unique one",
    ),
    "key of operation": (changed(sumary="x"), "PutThing", "'sumary'", "or x-sumary"),
    "key of path": (
        lambda spec: spec["paths"][PATH].update(query={}), f"path {PATH}", "'query'", "one of get",
    ),
    "key of document": (document(webhooks={}), "webhooks", "'webhooks'", "to leave it out"),
    "key of parameter": (parameter(type="string"), Q, "'type'", "a schema alone"),
    "no content": (changed(requestBody={}), "PutThing, request body", "content", "content type"),
    "dangling": (field({"$ref": "#/components/schemas/Gone"}), X, "no such node", "one of it"),
    "elsewhere": (field({"$ref": "other.yaml#/X"}), X, "leads elsewhere", "inside the document"),
    "circle": (circle, "schema ", "a part of itself", "another schema"),
    "unknown type": (field({"type": "text"}), X, "type: text", "one of string"),
    "types of 3.1": (field({"type": ["string", "null"]}), X, "type", "one of string"),
    "bounds of 3.1": (
        field({"type": "number", "exclusiveMinimum": 1}), X, "exclusiveMinimum", "true beside",
    ),
    "keyword of 3.1": (
        field({"type": "string", "contentEncoding": "base64"}), X,
        "'contentEncoding' is not supported: it is of OpenAPI 3.1", "or x-content-encoding",
    ),
    "no keyword": (field({"type": "string", "maxLenght": 1}), X, "'maxLenght'", "to leave it out"),
    "not a list": (field({"type": "string", "enum": "a"}), X, "'enum'", "a list"),
    "not a schema": (field("string"), "schema Thing", "str is no schema", "an object"),
    "array of nothing": (field({"type": "array"}), X, "array without items", "'items'"),
    "no common type": (
        field({"allOf": [TEXT, {"type": "integer"}]}), X, "no value has both", "types that agree",
    ),
    "form of a text": (
        changed(requestBody={"content": {"multipart/form-data": {"schema": TEXT}}}),
        "PutThing, request body", "multipart/form-data of string", "an object",
    ),
    "swagger": (document(swagger="2.0"), "swagger", "Swagger 2.0", "OpenAPI 3.0 or 3.1"),
    "version": (document(openapi="4.0.0"), "openapi", "4.0.0", "3.0.x or 3.1.x"),
    "no paths": (document(paths=None), "paths", "there are no paths", "the operations"),
}  # fmt: skip

NOTED: dict[str, tuple[Change, str, str]] = {
    "pattern": (field({"type": "string", "pattern": "[^]"}), X, "Python has no such expression"),
    "unchecked": (field({"type": "integer", "multipleOf": 2}), X, "'multipleOf' is not checked"),
    "without effect": (field({"type": "string", "minItems": 1}), X, "did you mean type: array?"),
    "beside a reference": (field({**OTHER, "nullable": True}), X, "OpenAPI 3.0 ignores it"),
    "null in a parameter": (parameter(schema={**TEXT, "nullable": True}), Q, "has no text"),
    "links": (
        changed(responses={"200": {**JSON_OF_THING, "links": {"a": {}}}}),
        "PutThing, response 200", "links are left out",
    ),
    "callbacks": (changed(callbacks={"a": {}}), "PutThing", "callbacks are left out"),
    "tags": (changed(tags=["things", "b"]), "PutThing", "the first of its tags"),
    "bodies": (
        changed(requestBody={"content": {"application/xml": {}, "application/json": {}}}),
        "PutThing, request body", "application/xml; content_type= selects another",
    ),
    "no success": (changed(responses={"302": {"description": "."}}), "PutThing", "as bytes"),
    "required": (
        lambda spec: spec["components"]["schemas"]["Thing"].update(required=["gone"]),
        "schema Thing", "'gone' is required, but not described",
    ),
    "collision": (
        lambda spec: spec["components"]["schemas"].update(ThingX=OBJECT, thing_x=OBJECT),
        "schema thing_x", "this one is ThingX2",
    ),
    "spelling": (
        lambda spec: spec["components"]["schemas"].update(ChatMlText=OBJECT, ChatMLAudio=OBJECT),
        "schema Chat", "ChatMLAudio and ChatMlText begin alike",
    ),
    "webhooks": (is_31(document(webhooks={"a": {}})), "webhooks", "webhooks are left out"),
    "later keyword": (is_31(field({"not": {}, "if": {}})), X, "'if' is not checked"),
}  # fmt: skip

PARTIAL: Change = lambda spec: (  # noqa: E731  # like those above
    spec["components"]["schemas"].update(
        Broken={"type": "object", "properties": {"x": {"type": "text"}}},
        Around={"type": "object", "properties": {"b": {"$ref": "#/components/schemas/Broken"}}},
    ),
    operation(spec)["requestBody"]["content"]["application/json"].update(
        schema={"$ref": "#/components/schemas/Around"}
    ),
)


@pytest.fixture(scope="module")
def runs(read_many: ReadMany) -> dict[str, Any]:
    """What the generator did with each of the contracts, by the name of the change."""
    contracts: dict[str, Any] = {"unchanged": [SPEC, []]}
    changes: list[tuple[str, Change]] = [(f"refused {name}", REFUSED[name][0]) for name in REFUSED]
    changes += [(f"noted {name}", NOTED[name][0]) for name in NOTED]
    changes += [("partial", PARTIAL), ("not partial", PARTIAL)]
    for name, change in changes:
        spec = copy.deepcopy(SPEC)
        change(spec)
        contracts[name] = [spec, ["--partial"] if name == "partial" else []]
    several = copy.deepcopy(SPEC)
    for name in ("location", "unknown type", "key of operation", "dangling"):
        REFUSED[name][0](several)
    several["components"]["schemas"].update(Other={"type": "text"}, More={"type": "text"})
    contracts["several"] = [several, []]
    return read_many(json.loads(json.dumps(contracts)))


def test_the_small_contract_itself_is_generated(runs: dict[str, Any]) -> None:
    run = runs["unchanged"]
    assert (run["code"], run["err"]) == (0, "")
    assert "note" not in run["out"]
    assert "small_api.api.things.put_thing" in run["table"]
    assert "small_api.api.default.count" in run["table"]


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name(runs: dict[str, Any], name: str) -> None:
    _, where, problem, expected = REFUSED[name]
    run = runs[f"refused {name}"]
    assert (run["code"], run["table"]) == (1, "")
    line, *_ = [one for one in run["err"].splitlines() if f" refused: {where}" in one]
    assert problem in line.partition("; expected ")[0]
    assert expected in line.partition("; expected ")[2]
    assert "Traceback" not in run["err"]


@pytest.mark.parametrize("name", NOTED)
def test_noted_by_name(runs: dict[str, Any], name: str) -> None:
    _, where, text = NOTED[name]
    run = runs[f"noted {name}"]
    assert (run["code"], run["err"]) == (0, "")
    assert any(where in line and text in line for line in run["out"].splitlines()), run["out"]


def test_the_line_is_that_of_the_place(runs: dict[str, Any]) -> None:
    spec = copy.deepcopy(SPEC)
    REFUSED["unknown type"][0](spec)
    lines = json.dumps(json.loads(json.dumps(spec)), indent=1).splitlines()
    line = next(n for n, text in enumerate(lines, 1) if '"x": {' in text)
    assert f"small.json:{line} refused: {X}: type: text" in runs["refused unknown type"]["err"]


def test_every_problem_of_every_stage_is_named_in_one_run(runs: dict[str, Any]) -> None:
    message = runs["several"]["err"]
    assert message.startswith("small.json cannot be generated: 5 problems in 4 groups\n")
    assert "groups: type (2), " in message
    for text in ("in: body", "type: text", "'sumary'", "#/components/schemas/Gone"):
        assert text in message


def test_partial_leaves_out_what_has_a_problem_and_what_needs_it(runs: dict[str, Any]) -> None:
    run = runs["partial"]
    assert run["code"] == 0
    assert "small_api.api.default.count" in run["table"]
    assert "put_thing" not in run["table"]
    assert "refused: schema Broken, property 'x': type: text is not supported" in run["err"]
    assert run["err"].splitlines()[-2:] == [
        "left out: 1 operation",
        "  PutThing: type: text is not supported",
    ]
    assert runs["not partial"]["code"] == 1
    assert "--partial leaves out" in runs["not partial"]["err"]
