"""Differences between two normal forms, and the lists that explain them."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from tests.contract.helpers.normal_form import JSON, Object, mapping, sequence, text

if TYPE_CHECKING:
    from collections.abc import Iterator


class Absent:
    """Marks a value that one side lacks, since null is a value."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT: Final = Absent()


@dataclass(frozen=True)
class Difference:
    """One place where the contract differs from the facts."""

    at: str
    facts: JSON | Absent
    ours: JSON | Absent

    def __str__(self) -> str:
        return f"{self.at}: the facts have {self.facts!r}, the contract has {self.ours!r}"


def same(one: JSON | Absent, other: JSON | Absent) -> bool:
    """Compare as JSON: 0 is not false, and the order of names does not matter."""
    if isinstance(one, Absent) or isinstance(other, Absent):
        return one is other
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def differences(facts: JSON | Absent, ours: JSON | Absent, at: str = "") -> Iterator[Difference]:
    """Yield every difference at its deepest address."""
    if isinstance(facts, dict) and isinstance(ours, dict):
        for key in [*facts, *(key for key in ours if key not in facts)]:
            yield from differences(facts.get(key, ABSENT), ours.get(key, ABSENT), f"{at}/{key}")
    elif not same(facts, ours):
        yield Difference(at, facts, ours)


def addresses(entry: Object) -> list[str]:
    """Return the addresses of a correction or an addition."""
    return [text(address) for address in sequence(entry["at"])]


def matches(address: str, pattern: str) -> bool:
    """Check an address against a pattern, in which `*` is any one step."""
    steps, wanted = address.split("/"), pattern.split("/")
    return len(steps) == len(wanted) and all(map(fnmatchcase, steps, wanted))


def corrected(form: Object, corrections: list[JSON]) -> tuple[Object, list[str]]:
    """Apply the corrections to the facts; also return errors for those that do not apply."""
    result, problems = copy.deepcopy(form), list[str]()
    for node in corrections:
        entry = mapping(node)
        for address in addresses(entry):
            *parents, last = address.removeprefix("/").split("/")
            parent = result
            for step in parents:
                parent = mapping(parent[step])
            found = parent.get(last, ABSENT)
            if not same(found, entry.get("facts", ABSENT)):
                problems.append(f"{address}: the facts have {found!r}, not what is corrected")
            elif same(found, entry["ours"]):
                problems.append(f"{address}: nothing is corrected here")
            parent[last] = entry["ours"]
    return result, problems
