"""The contract matches the published facts, except for the entries of corrections.yaml."""

from __future__ import annotations

from functools import cache

import pytest

from tests.contract.helpers.differences import Absent, addresses, corrected, differences, matches
from tests.contract.helpers.normal_form import (
    CONTRACT,
    HERE,
    JSON,
    Object,
    contract_form,
    facts_form,
    load,
    mapping,
    operations,
    resolve,
    sequence,
    text,
)

FACTS = load(HERE / "facts.yaml")
LISTED = load(HERE / "corrections.yaml")
CORRECTIONS = sequence(LISTED["corrections"])
ADDITIONS = [
    address for node in sequence(LISTED["additions"]) for address in addresses(mapping(node))
]


@cache
def contract() -> Object:
    """Read the contract, once."""
    return load(CONTRACT)


@cache
def ours() -> Object:
    """Return the contract's normal form, built once."""
    return contract_form(contract(), FACTS)


def is_added(address: str) -> bool:
    return any(matches(address, pattern) for pattern in ADDITIONS)


def test_the_facts_are_complete() -> None:
    assert len(sequence(FACTS["operations"])) == 36
    assert len(mapping(FACTS["schemas"])) == 42


def test_every_fact_is_in_the_contract_and_nothing_else_is() -> None:
    facts, problems = corrected(facts_form(FACTS), CORRECTIONS)
    for difference in differences(facts, ours()):
        if not (isinstance(difference.facts, Absent) and is_added(difference.at)):
            problems.append(str(difference))
    advice = (
        "a difference on purpose needs an entry with its reason in tests/contract/corrections.yaml"
    )
    assert not problems, "\n".join([*problems, advice])


@pytest.mark.parametrize("pattern", ADDITIONS)
def test_every_addition_is_an_addition(pattern: str) -> None:
    facts, _ = corrected(facts_form(FACTS), CORRECTIONS)
    added = [d for d in differences(facts, ours()) if matches(d.at, pattern)]
    assert added, f"{pattern}: the contract has nothing there"
    assert all(isinstance(d.facts, Absent) for d in added), f"{pattern}: the facts have it"


def test_every_entry_has_a_reason() -> None:
    for node in [*CORRECTIONS, *sequence(LISTED["additions"])]:
        entry = mapping(node)
        assert text(entry["reason"]).strip(), f"{addresses(entry)}: no reason"


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (("schemas", "ChatSettings", "properties", "max_tokens", "maximum"), 16385),
        (("schemas", "Session", "required"), ["id"]),
        (("schemas", "JobStatus", "properties", "state", "enum"), ["pending"]),
        (("schemas", "ChatSettings", "properties", "min_p", "exclusiveMaximum"), 1),
        (("schemas", "ChatInputData", "properties", "tools", "nullable"), False),
        (("operations", "ListSessions", "parameters", "query order", "schema", "default"), "asc"),
        (("operations", "Chat", "success", "status"), 201),
        (("operations", "PatchUser", "method"), "PUT"),
        (("operations", "Chat", "undocumented"), {}),
        (("operations", "Chat", "deprecated"), True),
    ],
)
def test_a_changed_fact_is_noticed(at: tuple[str, ...], value: JSON) -> None:
    """The comparison itself is tested: each kind of change is found, at its address."""
    changed = contract_form(load(CONTRACT), FACTS)
    parent = changed
    for step in at[:-1]:
        parent = mapping(parent[step])
    parent[at[-1]] = value
    found = [d.at for d in differences(ours(), changed)]
    assert found == ["/" + "/".join(at)]


def test_every_post_takes_an_idempotency_key_and_every_write_prefer() -> None:
    for name, method, _, operation in operations(contract()):
        resolved = [resolve(contract(), p) for p in sequence(operation.get("parameters", []))]
        headers = {text(p["name"]) for p in resolved if p["in"] == "header"}
        responses = mapping(operation["responses"])
        creates = method == "POST" and "201" in responses
        assert ("Idempotency-Key" in headers) == (method == "POST"), (
            f"{name}: every POST has the parameter Idempotency-Key, and no other method"
        )
        assert ("Prefer" in headers) == (creates or method in {"PUT", "PATCH"}), name
