"""Random edits of the contract: each is found, once, with its direction and its level."""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, cast

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.generator.changes.checkout import Checkout
from scripts.generator.changes.compare import compare
from scripts.generator.changes.follow import follow
from scripts.generator.changes.items import Contract
from scripts.generator.changes.rules import LEVELS, RULES
from tests.generated.helpers.edit import (
    Change,
    Document,
    add,
    both,
    drop,
    operation,
    operations,
    put,
    rename,
    take,
)
from tests.generated.helpers.running import ROOT

pytestmark = pytest.mark.once

# CHANGES_EXAMPLES=2000 for the long run: an example reads the contract twice.
EXAMPLES = int(os.environ.get("CHANGES_EXAMPLES", "15"))


class Random(NamedTuple):
    """One edit: the place that it changes, what it must be found as, and under which name."""

    place: str
    change: Change
    kind: str
    label: str


@cache
def document() -> Document:
    text = (ROOT / "openapi.yaml").read_text(encoding="utf-8")
    loaded: Document = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


@cache
def checkout() -> Checkout:
    return Checkout(ROOT)


@cache
def contract() -> Contract:
    return Contract(document())


def schemas(found: Document) -> Document:
    return cast("Document", found["components"]["schemas"])


OBJECTS = sorted(name for name, node in schemas(document()).items() if node.get("properties"))
PROPERTIES = [(name, one) for name in OBJECTS for one in schemas(document())[name]["properties"]]
OPERATIONS = sorted(node["operationId"] for node in operations(document()))
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
    """An edit of a schema: a property more or less, renamed, required or optional."""
    name, one = draw(st.sampled_from(PROPERTIES))
    label = f"{name}.{one}"
    required = one in schemas(document())[name].get("required", ())
    fresh = {"type": "string", "description": "D.", "x-fresh": True}
    adds = put(name, "properties", "fresh", value=fresh)
    drops = drop(name, "properties", one)
    requires = requiring(name, one)
    choices = [
        Random(name, adds, "optional property added", f"{name}.fresh"),
        Random(
            name,
            both(adds, requiring(name, "fresh")),
            "required property added",
            f"{name}.fresh",
        ),
        Random(name, both(requires, drops) if required else drops, "property removed", label),
        Random(
            name, rename(name, "properties", one, to="other"), "property renamed", f"{name}.other"
        ),
        Random(name, requires, "became optional" if required else "became required", label),
    ]
    return draw(st.sampled_from(choices))


def requiring(name: str, one: str) -> Change:
    """Make a property required, or optional if it is required."""

    def change(found: Document) -> None:
        required: list[str] = schemas(found)[name].setdefault("required", [])
        if one in required:
            required.remove(one)
        else:
            required.append(one)

    return change


@st.composite
def of_facets(draw: st.DrawFn) -> Random:
    """An edit of one facet of a property."""
    name, one = draw(st.sampled_from(TEXTS))
    listed, value = draw(st.sampled_from(ENUMS))
    node = schemas(document())[name]["properties"][one]
    enum = schemas(document())[listed]["properties"][value]["enum"]
    last = [each for each in enum if each is not None][-1]
    at_enum = (listed, "properties", value, "enum")
    facets = [
        ("type", "integer", "type changed"),
        ("format", "uuid", "format changed"),
        ("format", "hostname", "format noted"),
        ("deprecated", True, "deprecated"),
        ("description", "Another.", "prose changed"),
        ("x-other", 1, "extension changed"),
        ("readOnly", True, "became read-only"),
        ("minLength", 3, "bound tightened"),
        ("nullable", True, "null allowed"),
        ("default", "a", "default added"),
    ]
    choices = [
        Random(name, put(name, "properties", one, key, value=new), kind, f"{name}.{one}")
        for key, new, kind in facets
        if key in ("type", "description") or key not in node
    ]
    label = f"{listed}.{value}"
    choices += [
        Random(listed, add(*at_enum, value="fresh"), "enum values added", label),
        Random(listed, take(*at_enum, value=last), "enum values removed", label),
    ]
    return draw(st.sampled_from(choices))


@st.composite
def of_operations(draw: st.DrawFn) -> Random:
    """An edit of an operation."""
    name = draw(st.sampled_from(OPERATIONS))
    node = operation(document(), name)
    fresh = {"name": "fresh", "in": "query", "schema": {"type": "string", "x-fresh": 1}}
    more = put(name, "parameters", value=[*node.get("parameters", ()), fresh])
    teapot = put(name, "responses", "418", value={"description": "A teapot."})
    choices = [
        Random(name, more, "optional parameter added", f"{name}: query parameter fresh"),
        Random(name, teapot, "error added", f"{name}: response 418"),
        Random(name, without(name), "operation removed", name),
        Random(
            name,
            put(name, "operationId", value=f"Fresh{name}"),
            "operation renamed",
            f"Fresh{name}",
        ),
        Random(name, put(name, "deprecated", value=True), "deprecated", name),
        Random(name, put(name, "summary", value="Another"), "prose changed", name),
    ]
    for index, each in enumerate(node.get("parameters", ())):
        one = contract().resolve(each)
        label = f"{name}: {one['in']} parameter {one['name']}"
        choices.append(Random(name, drop(name, "parameters", index), "parameter removed", label))
    return draw(st.sampled_from(choices))


def without(name: str) -> Change:
    """Remove an operation."""

    def change(found: Document) -> None:
        for path, item in found["paths"].items():
            kept = {key: one for key, one in item.items() if one.get("operationId") != name}
            found["paths"][path] = kept

    return change


RANDOM = st.one_of(of_schemas(), of_facets(), of_operations())


@pytest.mark.timeout(120 + EXAMPLES)
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
        return {"response": {"responses"}, "parameter": {"requests"}, "body": {"requests"}}.get(
            kind, set()
        )
    wanted = f'"#/components/schemas/{key[2]}"'
    roots = {
        "requests": [
            json.dumps([one.get("parameters"), one.get("requestBody")]) for one in operations(found)
        ],
        "responses": [json.dumps(one["responses"]) for one in operations(found)],
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
    levels = {"requests": rule.request, "responses": rule.response}
    applied = [levels[one] for one in wanted or levels]
    return next(level for level in LEVELS if level in applied)


def steps(node: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every node, but for examples: a change of one is no change of its parts."""
    if isinstance(node, dict):
        for key, value in cast("Document", node).items():
            # Without a keyword, what is false is false, too.
            if key not in ("example", "examples") and value is not False:
                yield (*path, key)
                yield from steps(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(cast("list[object]", node)):
            yield (*path, index)
            yield from steps(value, (*path, index))


STEPS = list(steps(document()))
DAMAGE: tuple[object, ...] = (None, "x", [1], {"a": 1}, 7, True)


@pytest.mark.timeout(120 + EXAMPLES)
@settings(max_examples=EXAMPLES)
@given(st.sampled_from(STEPS), st.sampled_from(("remove", "replace")), st.sampled_from(DAMAGE))
def test_any_damage_is_found_and_followed(
    path: tuple[str | int, ...], how: str, value: object
) -> None:
    edited = copy.deepcopy(document())
    parent: Any = edited
    for step in path[:-1]:
        parent = parent[step]
    if how == "remove":
        del parent[path[-1]]
    else:
        before = parent[path[-1]]
        parent[path[-1]] = "another" if value == before else value
    damaged = Contract(edited)
    found = compare(contract(), damaged)
    assert found
    for change in found:
        follow(change, contract(), damaged, checkout())
