"""The diff of two contracts: a table with one edit of each kind, and random edits."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, cast

import pytest
import yaml

from scripts.generator.changes.checkout import (
    CHECK,
    DELIBERATE,
    DONE,
    MANAGERS,
    SDK,
    SERVER,
    TO_DO,
    Checkout,
    Place,
)
from scripts.generator.changes.compare import Change, compare
from scripts.generator.changes.follow import follow
from scripts.generator.changes.fragments import fragments
from scripts.generator.changes.items import Contract
from scripts.generator.changes.lines import lines_of
from scripts.generator.changes.printing import Followed, text_of
from scripts.generator.changes.rules import LEVELS, RULES, most_severe
from tests.contract.helpers.differences import Absent, corrected, differences
from tests.contract.helpers.normal_form import contract_form, facts_form
from tests.contract.test_facts import CORRECTIONS, FACTS, is_added
from tests.generated.helpers.edit import Document, Edit, drop, operation, put
from tests.generated.helpers.edits_of_facets import FACETS
from tests.generated.helpers.edits_of_messages import MESSAGES
from tests.generated.helpers.edits_of_operations import OPERATIONS
from tests.generated.helpers.edits_of_schemas import SCHEMAS
from tests.generated.helpers.landed import LANDED, Landed
from tests.generated.helpers.running import ROOT

pytestmark = pytest.mark.once

EDITS = (*OPERATIONS, *MESSAGES, *SCHEMAS, *FACETS)
TEXT = (ROOT / "openapi.yaml").read_text(encoding="utf-8")


@cache
def document() -> Document:
    loaded: Document = yaml.load(TEXT, Loader=yaml.CSafeLoader)
    return loaded


@cache
def contract() -> Contract:
    return Contract(document())


@cache
def checkout() -> Checkout:
    return Checkout(ROOT)


@cache
def facts() -> Any:
    return corrected(facts_form(FACTS), CORRECTIONS)[0]


def changes(edit: Edit) -> tuple[Contract, list[Change]]:
    edited = Contract(edit.apply(document()))
    return edited, compare(contract(), edited)


@pytest.mark.parametrize(
    "edit", [edit for edit in EDITS if edit.level != "deprecation"], ids=lambda edit: edit.name
)
def test_the_comparison_with_the_facts_turns_red_where_the_table_says(edit: Edit) -> None:
    try:
        form = contract_form(edit.apply(document()), FACTS)
    except (AssertionError, KeyError, ValueError):
        assert "facts" in edit.red  # the comparison refuses what it does not know
        return
    found = [
        one
        for one in differences(facts(), form)
        if not (isinstance(one.facts, Absent) and is_added(one.at))
    ]
    assert bool(found) == ("facts" in edit.red)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_an_edit_is_found_once_with_its_level_and_its_places(edit: Edit) -> None:
    edited, found = changes(edit)
    assert sorted(change.kind for change in found) == sorted(edit.kinds), [c.text for c in found]
    assert most_severe(change.level for change in found) == edit.level
    places = [place for one in found for place in follow(one, contract(), edited, checkout())]
    printed = "\n".join(text_of([Followed(one, places) for one in found], "openapi.yaml", "HEAD"))
    assert all(change.text in printed or change.level == "prose" for change in found)
    assert len(fragments(ROOT, found, write=False)) <= len(found)
    for wanted in edit.places:
        assert any(named(place, wanted) for place in places), (
            f"{wanted} is not in:\n{listed(places)}"
        )


def test_a_new_shared_header_is_followed_by_the_name_that_is_sent() -> None:
    def change(found: Document) -> None:
        found["components"]["headers"]["Total"] = {"schema": {"type": "integer"}}
        headers = operation(found, "ListUsers")["responses"]["200"]["headers"]
        headers["Idempotent-Replayed"] = {"$ref": "#/components/headers/Total"}

    edited, found = changes(Edit("a shared header", change, "additive", ()))
    assert sorted(change.kind for change in found) == ["header added"] * 2
    places = [place for one in found for place in follow(one, contract(), edited, checkout())]
    assert any(named(place, "src/julep_server/http/responses.py") for place in places)
    assert not [place for place in places if place.state == TO_DO and place.area == "server"]


def named(place: Place, wanted: str) -> bool:
    path, _, name = wanted.removeprefix("!").partition(" ")
    there = place.path == path or place.path.startswith(f"{path}/")
    return there and (not name or place.name == name) and (wanted[0] != "!" or place.state == TO_DO)


def listed(places: list[Place]) -> str:
    return "\n".join(f"{p.path}:{p.line} {p.name}: {p.note} ({p.state})" for p in places)


def test_what_other_operations_read_too_is_not_to_do() -> None:
    (edit,) = (one for one in EDITS if one.name == "a query parameter less that others have")
    edited, (found,) = changes(edit)
    places = follow(found, contract(), edited, checkout())
    shared = [one for one in places if one.path == "src/julep_server/store/paging.py"]
    assert {one.state for one in shared} == {CHECK}
    assert "reads metadata_filter, for ListSessions too" in {one.note for one in shared}


def test_the_table_has_enough_kinds_and_nothing_that_needs_a_change_is_green() -> None:
    assert len(EDITS) >= 60
    assert len({edit.name for edit in EDITS}) == len(EDITS)
    for edit in EDITS:
        assert edit.red or not any(place.startswith("!") for place in edit.places), edit.name


def test_an_edit_taken_back_is_found_too() -> None:
    """Every rule is reached, by an edit or by the opposite one."""
    seen = {kind for edit in EDITS for kind in edit.kinds}
    for edit in EDITS:
        found = compare(Contract(edit.apply(document())), contract())
        assert len(found) == len(edit.kinds), edit.name
        seen |= {change.kind for change in found}
    # No bound of the contract is a pattern, which can change without being tighter or looser.
    assert set(RULES) - seen == {"bound changed"}
    assert {level for rule in RULES.values() for level in rule[:2]} == set(LEVELS)


def test_the_same_contract_has_no_changes() -> None:
    assert compare(contract(), Contract(document())) == []


def test_the_order_of_names_does_not_matter() -> None:
    assert compare(contract(), Contract(backwards(document()))) == []


def backwards(node: object, key: str = "") -> Any:
    """Reverse the names of mappings, and the lists whose order has no meaning."""
    if isinstance(node, dict):
        fields = list(cast("Document", node).items())
        return {name: backwards(value, name) for name, value in reversed(fields)}
    if isinstance(node, list):
        items = [backwards(value) for value in cast("list[object]", node)]
        return items[::-1] if key in ("parameters", "required", "allOf", "tags", "enum") else items
    return node


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ({"pattern": "a"}, {"pattern": "b"}, ["bound changed"]),
        ({"minimum": 1}, {"minimum": 2}, ["bound tightened"]),
        ({"minimum": 2}, {"minimum": 1}, ["bound loosened"]),
        ({"maxLength": 1}, {"maxLength": 2}, ["bound loosened"]),
        ({}, {"minLength": 0}, []),
        ({}, {"nullable": False, "deprecated": False}, []),
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}, []),
        ({"type": "string", "enum": ["a"]}, {"type": "string", "const": "a"}, []),
        ({"type": ["string", "integer"]}, {"type": "string"}, ["type narrowed"]),
        ({"type": "string"}, {"type": ["integer", "string"]}, ["type widened"]),
        ({"type": "integer"}, {"type": "number"}, ["type widened"]),
        ({}, {"type": "string"}, ["type narrowed"]),
        ({"$ref": "#/components/schemas/B"}, {"allOf": [{"$ref": "#/components/schemas/B"}]}, []),
        ({"default": None}, {}, ["default removed"]),
        ({"default": 1}, {"default": True}, ["default changed"]),
        ({"enum": ["a", None], "nullable": True}, {"enum": ["a"]}, ["null forbidden"]),
        (
            {"enum": ["a", None], "nullable": True},
            {"enum": ["a"], "nullable": True},
            ["null forbidden"],
        ),
        ({"oneOf": [{"type": "string"}]}, {"anyOf": [{"type": "string"}]},
         ["alternative removed", "alternative added"]),
    ],
)  # fmt: skip
def test_ways_to_write_a_schema(old: Document, new: Document, kinds: list[str]) -> None:
    def whole(schema: Document) -> Contract:
        return Contract({"components": {"schemas": {"A": schema, "B": {"type": "object"}}}})

    assert sorted(change.kind for change in compare(whole(old), whole(new))) == sorted(kinds)


def test_changes_have_the_lines_of_the_new_document() -> None:
    edited = TEXT.replace("        - $ref: '#/components/parameters/Order'\n", "", 1)
    edited = edited.replace("enum: [pending, in_progress,", "enum: [pending, new,\n   in_progress,")
    lines = lines_of(yaml.compose(edited, Loader=yaml.CSafeLoader))
    found = compare(contract(), Contract(yaml.load(edited, Loader=yaml.CSafeLoader)), lines)
    texts = edited.splitlines()
    assert {change.kind: texts[change.line - 1].strip() for change in found} == {
        "parameter removed": "get:",
        "enum values added": "enum: [pending, new,",
    }


def test_what_is_done_is_done() -> None:
    """Against a contract that lacks what the code has, all places are done."""
    for path in (("Session", "properties", "summary"), ("ListUsers", "parameters", 3)):
        older = Contract(Edit("", drop(*path), "", ()).apply(document()))
        (change,) = compare(older, contract())
        states = {
            (place.area, place.state) for place in follow(change, older, contract(), checkout())
        }
        assert ("SDK", TO_DO) not in states
        assert ("server", TO_DO) not in states
        assert ("server", DONE) in states


def test_every_file_that_the_list_names_by_itself_is_there() -> None:
    folders = {"SDK": SDK, "MANAGERS": MANAGERS, "SERVER": SERVER}
    for source in sorted((ROOT / "scripts/generator/changes").glob("*.py")):
        text = re.sub(
            r"\{(SDK|MANAGERS|SERVER)\}", lambda one: folders[one[1]], source.read_text("utf-8")
        )
        for path in re.findall(r'"((?:src|tests|docs|scripts)/[\w/.]+\.\w+)"', text):
            assert (ROOT / path).is_file(), f"{path}, in {source.name}"


@pytest.mark.parametrize(("status", "state"), [("401", CHECK), ("418", TO_DO)])
def test_a_status_has_a_class_of_its_own_or_needs_one(status: str, state: str) -> None:
    response = {"$ref": "#/components/responses/Conflict"}
    without = Contract(Edit("", drop("ListUsers", "responses", "401"), "", ()).apply(document()))
    adds = put("ListUsers", "responses", status, value=response)
    having = Contract(Edit("", adds, "", ()).apply(without.document))
    (found,) = compare(without, having)
    path = "src/julep/_calls/error_responses.py"
    (place,) = (one for one in follow(found, without, having, checkout()) if one.path == path)
    assert place.state == state
    assert re.match(r"    (400|401): \w+,$", (ROOT / path).read_text().splitlines()[place.line - 1])


def test_what_is_not_followed_on_purpose_is_not_to_do() -> None:
    """The exceptions of the gate are the list's too: lists do not send with_total, counts do."""
    parameters = document()["paths"]["/users"]["get"]["parameters"]
    reference = {"$ref": "#/components/parameters/WithTotal"}
    edit = drop("ListUsers", "parameters", parameters.index(reference))
    older = Contract(Edit("", edit, "", ()).apply(document()))
    (change,) = compare(older, contract())
    places = follow(change, older, contract(), checkout())
    own = [place for place in places if place.area == "SDK" and place.state != CHECK]
    states = {place.name: place.state for place in own}
    assert states == {
        **dict.fromkeys(("_list_items", "list", "list (async)"), DELIBERATE),
        **dict.fromkeys(("_iterate", "iterate", "iterate (async)"), DELIBERATE),
        "_page": DELIBERATE,
        **dict.fromkeys(("_count", "count", "count (async)"), DONE),
    }
    assert {place.note for place in places if place.state == DELIBERATE} == {
        "these methods return items; the count methods return the total"
    }
    printed = [*text_of([Followed(change, places)], "openapi.yaml", "HEAD")]
    (row,) = (line for line in printed if line.startswith("    on purpose"))
    reason = "these methods return items; the count methods return the total"
    assert row.split() == ["on", "purpose", *reason.split(), "tests/gate/exceptions.toml"]
    assert not any("TO DO" in line for line in printed), printed


def test_what_a_response_lacks_on_purpose_is_not_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    exceptions = {"produced CancelChat cancelled": "a reason"}
    monkeypatch.setitem(vars(checkout()), "exceptions", exceptions)
    edit = drop("CancelChatResponse", "properties", "cancelled")
    older = Contract(Edit("", edit, "", ()).apply(document()))
    places = [
        place
        for change in compare(older, contract())
        for place in follow(change, older, contract(), checkout())
        if place.name == "CancelChat" and place.area == "server"
    ]
    (place,) = places
    assert (place.state, place.note) == (DELIBERATE, "a reason")


@pytest.mark.parametrize("landed", LANDED, ids=lambda landed: landed.name)
def test_the_list_names_every_file_that_a_change_like_it_needed(landed: Landed) -> None:
    edited, found = changes(Edit("", landed.again, "", ()))
    places = [place for one in found for place in follow(one, contract(), edited, checkout())]
    assert {*landed.files} - {place.path for place in places} == set()
