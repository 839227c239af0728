"""Report what stops a run, what it leaves out, and which files of the package it changes."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from findings import Finding, Findings, describe


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
