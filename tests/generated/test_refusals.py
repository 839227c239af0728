"""Unsupported contracts fail the run, by the name of the operation or schema."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.generated.helpers.running import Generate

pytestmark = pytest.mark.once

Node = dict[str, Any]

OBJECT: Node = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
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
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}
                    },
                },
                "responses": {
                    "200": {
                        "description": "Done.",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}
                        },
                    }
                },
            }
        }
    },
    "components": {"schemas": {"Thing": OBJECT, "Other": OBJECT}},
}


def operation(spec: Node) -> Node:
    found: Node = spec["paths"]["/things/{thing_id}"]["put"]
    return found


def parameter(**changes: Any) -> Callable[[Node], None]:
    return lambda spec: operation(spec)["parameters"][1].update(changes)


def field(schema: Node) -> Callable[[Node], None]:
    return lambda spec: spec["components"]["schemas"]["Thing"]["properties"].update(x=schema)


def changed(**changes: Any) -> Callable[[Node], None]:
    return lambda spec: operation(spec).update(changes)


def media(kind: str, where: str) -> Callable[[Node], None]:
    def change(spec: Node) -> None:
        target = (
            operation(spec)["requestBody"]
            if where == "body"
            else operation(spec)["responses"]["200"]
        )
        target["content"] = {kind: {"schema": {"$ref": "#/components/schemas/Thing"}}}

    return change


THING = {"$ref": "#/components/schemas/Thing"}
OTHER = {"$ref": "#/components/schemas/Other"}
X = "schema Thing, property 'x'"
Q = "PutThing: parameter 'q'"

LIST = {"type": "array", "items": {"type": "string"}}
MAP = {**OBJECT, "additionalProperties": {"type": "string"}}
CHOICE = {"oneOf": [THING], "discriminator": {"propertyName": "id"}}
OBJECTS = {"oneOf": [THING, OTHER, {**OBJECT, "title": "T"}]}
TEXTS = {"oneOf": [{"type": "string"}, {"type": "string", "format": "uuid"}]}
PATH = "/things/{thing_id}"
FORM = "multipart/form-data"
XML = "application/xml"

REFUSED: dict[str, tuple[Callable[[Node], None], str, str]] = {
    "cookie": (parameter(**{"in": "cookie"}), Q, "in: cookie"),
    "style": (parameter(style="pipeDelimited", schema=LIST), Q, "style"),
    "not exploded": (parameter(explode=False), Q, "explode"),
    "object as parameter": (parameter(schema=OBJECT), Q, "object"),
    "reserved characters": (parameter(allowReserved=True), Q, "allowReserved"),
    "parameter with content": (parameter(content={}), Q, "content"),
    "nullable parameter": (parameter(schema={"type": "string", "nullable": True}), Q, "nullable"),
    "name of the body": (parameter(name="body"), "PutThing: parameter 'body'", "taken"),
    "undeclared in the path": (
        lambda spec: operation(spec)["parameters"].pop(0), "PutThing", "path parameter",
    ),
    "form body": (media(FORM, "body"), "PutThing: request body", FORM),
    "XML response": (media(XML, "response"), "PutThing: response 200", XML),
    "callbacks": (changed(callbacks={}), "PutThing", "callbacks"),
    "two tags": (changed(tags=["a", "b"]), "PutThing", "one tag"),
    "no operationId": (
        lambda spec: operation(spec).pop("operationId"),
        f"PUT {PATH}", "operationId",
    ),
    "no success": (changed(responses={"404": {"description": "None."}}), "PutThing", "success"),
    "redirect": (changed(responses={"302": {}}), "PutThing: response 302", "status"),
    "links": (
        lambda spec: operation(spec)["responses"]["200"].update(links={}),
        "PutThing: response 200", "links",
    ),
    "trace": (lambda spec: spec["paths"][PATH].update(trace={}), f"path {PATH}", "trace"),
    "dangling": (field({"$ref": "#/components/schemas/Gone"}), X, "Gone"),
    "elsewhere": (field({"$ref": "other.yaml#/X"}), X, "other.yaml"),
    "beside a reference": (field({**OTHER, "nullable": True}), X, "nullable"),
    "pattern": (field({"type": "string", "pattern": "^a"}), X, "pattern"),
    "format": (field({"type": "string", "format": "byte"}), X, "byte"),
    "not": (field({"not": {"type": "string"}}), X, "'not'"),
    "wrong keyword": (field({"type": "string", "minItems": 1}), X, "minItems"),
    "multiple": (field({"type": "integer", "multipleOf": 2}), X, "multipleOf"),
    "numbers as enum": (field({"type": "string", "enum": [1, 2]}), X, "enum"),
    "nullable enum": (field({"type": "string", "enum": ["a"], "nullable": True}), X, "null"),
    "typed rest": (field(MAP), X, "additionalProperties"),
    "discriminator": (field(CHOICE), X, "discriminator"),
    "indistinct objects": (field(OBJECTS), X, "distinguishes"),
    "indistinct texts": (field(TEXTS), X, "type string"),
    "array of nothing": (field({"type": "array"}), X, "items"),
    "3.1 types": (field({"type": ["string", "null"]}), X, "type"),
    "3.1 bounds": (field({"type": "number", "exclusiveMinimum": 1}), X, "exclusiveMinimum"),
    "3.1 document": (lambda spec: spec.update(openapi="3.1.0"), "openapi", "3.1.0"),
    "webhooks": (lambda spec: spec.update(webhooks={}), "the document", "webhooks"),
    "required, not described": (
        lambda spec: spec["components"]["schemas"]["Thing"].update(required=["gone"]),
        "schema Thing", "gone",
    ),
}  # fmt: skip


def run(generate: Generate, folder: Path, spec: Node) -> tuple[int, str]:
    path = folder / "small.yaml"
    path.write_text(json.dumps(spec))
    done = generate("--spec", path, "--out", folder / "out" / "julep_api")
    return done.returncode, done.stderr


def test_the_small_contract_itself_is_generated(generate: Generate, tmp_path: Path) -> None:
    assert run(generate, tmp_path, SPEC) == (0, "")
    assert (tmp_path / "out" / "julep_api" / "api" / "things" / "put_thing.py").is_file()


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name(generate: Generate, tmp_path: Path, name: str) -> None:
    change, where, problem = REFUSED[name]
    spec = copy.deepcopy(SPEC)
    change(spec)
    code, message = run(generate, tmp_path, spec)
    assert code == 1
    lines = message.splitlines()[1:]
    assert any(line.startswith(where) and problem in line for line in lines), message
    assert "Traceback" not in message
    assert not (tmp_path / "out").exists()


def test_every_problem_is_named_in_one_run(generate: Generate, tmp_path: Path) -> None:
    spec = copy.deepcopy(SPEC)
    for name in ("cookie", "pattern", "callbacks"):
        REFUSED[name][0](spec)
    code, message = run(generate, tmp_path, spec)
    assert code == 1
    assert all(word in message for word in ("in: cookie", "'pattern'", "'callbacks'"))
