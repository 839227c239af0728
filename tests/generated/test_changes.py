"""The diff of two contracts: a table with one edit of each kind, and random edits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import yaml

from scripts.generator.changes.checkout import CHECK, TODO, Checkout, Place
from scripts.generator.changes.compare import Change, compare
from scripts.generator.changes.follow import follow
from scripts.generator.changes.items import Contract
from scripts.generator.changes.lines import lines_of
from scripts.generator.changes.rules import LEVELS, RULES, gravest
from tests.generated.helpers.edits import EDITS, Document, Edit
from tests.generated.helpers.running import ROOT

pytestmark = pytest.mark.once

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


def changes(edit: Edit) -> tuple[Contract, list[Change]]:
    edited = Contract(edit.apply(document()))
    return edited, compare(contract(), edited)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_an_edit_is_found_once_with_its_level_and_its_places(edit: Edit) -> None:
    edited, found = changes(edit)
    assert sorted(change.kind for change in found) == sorted(edit.kinds), [c.text for c in found]
    assert gravest(change.level for change in found) == edit.level
    places = [place for one in found for place in follow(one, contract(), edited, checkout())]
    for wanted in edit.places:
        assert any(named(place, wanted) for place in places), f"{wanted} is not in:\n{listed(places)}"


def named(place: Place, wanted: str) -> bool:
    path, _, name = wanted.removeprefix("!").partition(" ")
    there = place.path == path or place.path.startswith(f"{path}/")
    return there and (not name or place.name == name) and (wanted[0] != "!" or place.state == TODO)


def listed(places: list[Place]) -> str:
    return "\n".join(f"{p.path}:{p.line} {p.name}: {p.note} ({p.state})" for p in places)
