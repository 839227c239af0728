"""Report what a run changed, and what must be changed by hand after it."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple, cast

from findings import Finding, Findings, describe

METHODS = ("get", "put", "post", "patch", "delete", "head", "options", "trace")


def print_problems(findings: Findings, spec: Path, left_out: dict[str, str] | None = None) -> None:
    """Print why a contract, or some of its operations, cannot be generated.

    Args:
        findings: What was found.
        spec: The contract's file.
        left_out: The operations that are left out, with the reason of each; None if nothing is
            written.
    """
    problems = findings.problems
    groups = Counter(one.group for one in problems)
    total = f"{_amount(len(problems), 'problem')} in {_amount(len(groups), 'group')}"
    if left_out is None:
        print(f"{spec.name} cannot be generated: {total}", file=sys.stderr)
    else:
        print(f"{spec.name} has {total}:", file=sys.stderr)
    order = {group: n for n, (group, _) in enumerate(groups.most_common())}
    for one in sorted(problems, key=lambda one: order[one.group]):
        place = f"{spec.name}:{findings.contract.line(one.pointer) or 1}"
        where = describe(findings.contract, one.pointer)
        print(f"{place} refused: {where}: {one.text}; expected {one.expected}", file=sys.stderr)
    if len(problems) > len(groups):
        print(
            "groups: " + ", ".join(f"{group} ({n})" for group, n in groups.most_common()),
            file=sys.stderr,
        )
    if left_out is None:
        print(
            "--partial leaves out the operations that need them, and lists these.", file=sys.stderr
        )
        return
    print(f"left out: {_amount(len(left_out), 'operation')}", file=sys.stderr)
    for name, reason in left_out.items():
        print(f"  {name}: {reason}", file=sys.stderr)


def print_notes(findings: Findings, spec: Path) -> None:
    """Print what was left out of the package, or is not checked by it: a line for each kind."""
    groups: dict[str, list[Finding]] = {}
    for one in findings.notes:
        groups.setdefault(one.group, []).append(one)
    if not groups:
        return
    print(f"{_amount(len(findings.notes), 'note')} in {_amount(len(groups), 'group')}:")
    for group, found in sorted(groups.items(), key=lambda one: -len(one[1])):
        first = found[0]
        where = describe(findings.contract, first.pointer)
        text = f": {first.text}" if first.text else ""
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        place = f"{spec.name}:{findings.contract.line(first.pointer) or 1}"
        print(f"  {group}: {place} {where}{text}{more}")


def _amount(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


class Changes(NamedTuple):
    """Operations, by operationId, that a run added, removed or changed."""

    added: list[str]
    removed: list[str]
    changed: list[str]


def _files(folder: Path) -> dict[str, bytes]:
    """Return a package's files, without caches of Python and tools."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(old: Path, new: Path) -> list[str]:
    """Name every file that is not the same in both folders, and how it differs."""
    before, after = _files(old), _files(new)
    lines: list[str] = []
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            lines.append(f"missing: {name}")
        elif name not in after:
            lines.append(f"extra:   {name}")
        elif before[name] != after[name]:
            lines.append(f"changed: {name}")
    return lines


def _expanded(document: Any, node: Any, seen: tuple[str, ...] = ()) -> Any:
    """Follow a node's references, so that a change of a schema is seen where it is used."""
    if isinstance(node, list):
        return [_expanded(document, item, seen) for item in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    fields = cast("dict[str, Any]", node)
    reference = fields.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/") and reference not in seen:
        found = document
        for part in reference[2:].split("/"):
            found = found[part]
        return _expanded(document, found, (*seen, reference))
    return {key: _expanded(document, value, seen) for key, value in fields.items()}


def _operations(folder: Path) -> dict[str, Any]:
    path = folder / "openapi.json"
    if not path.exists():
        return {}
    document = json.loads(path.read_text(encoding="utf-8"))
    return {
        data.get("operationId", f"{method} {route}"): [method, route, _expanded(document, data)]
        for route, item in document.get("paths", {}).items()
        for method, data in item.items()
        if method in METHODS
    }


def changed_operations(old: Path, new: Path) -> Changes:
    """Compare the contracts that two packages carry."""
    before, after = _operations(old), _operations(new)
    both = before.keys() & after.keys()
    return Changes(
        sorted(after.keys() - before.keys()),
        sorted(before.keys() - after.keys()),
        sorted(name for name in both if before[name] != after[name]),
    )


def print_changes(found: list[str], operations: Changes) -> None:
    """Print what else must change, now that the generated package has."""
    if not found:
        return
    for word, names in zip(("added", "removed", "changed"), operations, strict=True):
        if names:
            print(f"operations {word}: {', '.join(names)}")
    if any(operations):
        print(
            "What else must change: every operation needs a method in src/julep/managers and a\n"
            "route in src/julep_server. Run ./scripts/test: the tests of coverage name each\n"
            "operation and field that is missing or superfluous."
        )
