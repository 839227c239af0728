"""Random edits of the contract: each is found, once, with its direction and its level."""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.generator.changes.compare import compare
from scripts.generator.changes.items import Contract
from scripts.generator.changes.rules import LEVELS, RULES
from tests.generated.helpers.edits import Document
from tests.generated.helpers.running import ROOT

pytestmark = pytest.mark.once

# CHANGES_EXAMPLES=2000 for the long run: an example reads the contract twice.
EXAMPLES = int(os.environ.get("CHANGES_EXAMPLES", "25"))


class Random(NamedTuple):
    """One edit: the place that it changes, what it must be found as, and under which name."""

    place: str
    change: Callable[[Document], object]
    kind: str
    label: str


@cache
def document() -> Document:
    text = (ROOT / "openapi.yaml").read_text(encoding="utf-8")
    loaded: Document = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


@cache
def contract() -> Contract:
    return Contract(document())


def schemas(found: Document) -> Document:
    return dict(found["components"]["schemas"])


def operations(found: Document) -> dict[str, Any]:
    return {
        node["operationId"]: node for item in found["paths"].values() for node in item.values()
    }


OBJECTS = sorted(name for name, node in schemas(document()).items() if node.get("properties"))
PROPERTIES = [(name, one) for name in OBJECTS for one in schemas(document())[name]["properties"]]
OPERATIONS = sorted(operations(document()))
TEXTS = [
    (name, one)
    for name, one in PROPERTIES
    if (node := schemas(document())[name]["properties"][one]).get("type") == "string"
    and not {"enum", "format"} & node.keys()
]
ENUMS = [
    (name, one)
    for name, one in PROPERTIES
    if len(schemas(document())[name]["properties"][one].get("enum", ())) > 2
]


@st.composite
def of_schemas(draw: st.DrawFn) -> Random:
    """An edit of a schema that adds or removes a property."""
    name, one = draw(st.sampled_from(PROPERTIES))
    label = f"{name}.{one}"
    required = one in schemas(document())[name].get("required", ())

    def add(found: Document, *, needed: bool = False) -> None:
        node = schemas(found)[name]
        node["properties"]["fresh"] = {"type": "string", "description": "D.", "x-fresh": True}
        if needed:
            node.setdefault("required", []).append("fresh")

    def drop(found: Document) -> None:
        node = schemas(found)[name]
        del node["properties"][one]
        if required:
            node["required"].remove(one)

    def rename(found: Document) -> None:
        node = schemas(found)[name]
        node["properties"]["other"] = node["properties"].pop(one)
        if required:
            node["required"].remove(one)
            node["required"].append("other")

    def require(found: Document) -> None:
        node = schemas(found)[name]
        if required:
            node["required"].remove(one)
        else:
            node.setdefault("required", []).append(one)

    return draw(
        st.sampled_from(
            [
                Random(name, add, "optional property added", f"{name}.fresh"),
                Random(
                    name, lambda d: add(d, needed=True), "required property added", f"{name}.fresh"
                ),
                Random(name, drop, "property removed", label),
                Random(name, rename, "property renamed", f"{name}.other"),
                Random(name, require, "became optional" if required else "became required", label),
            ]
        )
    )


@st.composite
def of_facets(draw: st.DrawFn) -> Random:
    """An edit of one facet of a property."""
    name, one = draw(st.sampled_from(TEXTS))
    listed, value = draw(st.sampled_from(ENUMS))
    node = schemas(document())[name]["properties"][one]

    def set_to(key: str, value: object) -> Callable[[Document], object]:
        return lambda d: schemas(d)[name]["properties"][one].__setitem__(key, value)

    bounded, null = "minLength" in node, "nullable" in node
    enum = schemas(document())[listed]["properties"][value]["enum"]
    last = [each for each in enum if each is not None][-1]
    label = f"{name}.{one}"
    choices = [
        Random(name, set_to("type", "integer"), "type changed", label),
        Random(name, set_to("format", "uuid"), "format changed", label),
        Random(name, set_to("format", "hostname"), "format noted", label),
        Random(name, set_to("deprecated", True), "deprecated", label),
        Random(name, set_to("description", "Another."), "prose changed", label),
        Random(name, set_to("x-other", 1), "extension changed", label),
        Random(name, set_to("readOnly", True), "became read-only", label),
        Random(
            listed,
            lambda d: schemas(d)[listed]["properties"][value]["enum"].append("fresh"),
            "enum values added",
            f"{listed}.{value}",
        ),
        Random(
            listed,
            lambda d: schemas(d)[listed]["properties"][value]["enum"].remove(last),
            "enum values removed",
            f"{listed}.{value}",
        ),
    ]
    if not bounded:
        choices.append(Random(name, set_to("minLength", 3), "bound tightened", label))
    if not null:
        choices.append(Random(name, set_to("nullable", True), "null allowed", label))
    if "default" not in node:
        choices.append(Random(name, set_to("default", "a"), "default added", label))
    return draw(st.sampled_from(choices))


@st.composite
def of_operations(draw: st.DrawFn) -> Random:
    """An edit of an operation."""
    name = draw(st.sampled_from(OPERATIONS))
    node = operations(document())[name]
    index = draw(st.integers(0, len(node.get("parameters", [])) - 1 if node.get("parameters") else 0))
    fresh = {"name": "fresh", "in": "query", "schema": {"type": "string", "x-fresh": 1}}

    def remove(found: Document) -> None:
        for path, item in list(found["paths"].items()):
            kept = {key: one for key, one in item.items() if one.get("operationId") != name}
            found["paths"][path] = kept

    def status(found: Document) -> None:
        operations(found)[name]["responses"]["418"] = {"description": "A teapot."}

    choices = [
        Random(
            name,
            lambda d: operations(d)[name].setdefault("parameters", []).append(fresh),
            "optional parameter added",
            f"{name}: query parameter fresh",
        ),
        Random(name, status, "error added", f"{name}: response 418"),
        Random(name, remove, "operation removed", name),
        Random(name, lambda d: operations(d)[name].update(operationId="Fresh"), "operation renamed", "Fresh"),
        Random(name, lambda d: operations(d)[name].update(deprecated=True), "deprecated", name),
        Random(name, lambda d: operations(d)[name].update(summary="Another"), "prose changed", name),
    ]
    if node.get("parameters"):
        one = contract().resolve(node["parameters"][index])
        label = f"{name}: {one['in']} parameter {one['name']}"
        gone = Random(name, lambda d: operations(d)[name]["parameters"].pop(index), "parameter removed", label)
        choices.append(gone)
    return draw(st.sampled_from(choices))


RANDOM = st.one_of(of_schemas(), of_facets(), of_operations())


@settings(max_examples=EXAMPLES)
@given(st.lists(RANDOM, min_size=1, max_size=4, unique_by=lambda one: one.place))
def test_random_edits_are_found_once_with_direction_and_level(edits: list[Random]) -> None:
    edited = copy.deepcopy(document())
    for one in edits:
        one.change(edited)
    found = compare(contract(), Contract(edited))
    assert sorted((change.kind, change.item.label) for change in found) == sorted(
        (one.kind, one.label) for one in edits
    )
    for change in found:
        gone = change.kind.endswith("removed") and not change.facet
        wanted = directions(document() if gone else edited, change.item.key)
        assert change.item.directions == wanted
        assert change.level == worst(change.kind, wanted)


def directions(found: Document, key: tuple[str, ...]) -> set[str]:
    """Return where a part of a contract occurs, by following references in its text."""
    if key[0] == "operation":
        kind = key[2] if len(key) > 2 else ""
        return {"response": {"answers"}, "parameter": {"requests"}, "body": {"requests"}}.get(kind, set())
    wanted = f'"#/components/schemas/{key[2]}"'
    roots = {
        "requests": [
            json.dumps([one.get("parameters"), one.get("requestBody")]) for one in operations(found).values()
        ],
        "answers": [json.dumps(one["responses"]) for one in operations(found).values()],
    }
    return {name for name, texts in roots.items() if wanted in closure(found, "".join(texts))}


def closure(found: Document, text: str) -> set[str]:
    seen: set[str] = set()
    todo = [text]
    while todo:
        for reference in set(re.findall(r'"#/components/[^"]+"', todo.pop())) - seen:
            seen.add(reference)
            _, section, name = reference.strip('"#/').split("/")
            todo.append(json.dumps(found["components"][section][name]))
    return seen


def worst(kind: str, wanted: set[str]) -> str:
    rule = RULES[kind]
    levels = {"requests": rule.request, "answers": rule.answer}
    applied = [levels[one] for one in wanted or levels]
    return next(level for level in LEVELS if level in applied)
