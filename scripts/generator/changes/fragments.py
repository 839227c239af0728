"""Changelog fragments for changes of the contract: a first wording, which a person improves."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .chains import snake
from .checkout import DONE, TO_DO, WRITTEN, Place
from .compare import Change
from .rules import FRAGMENTS, LEVELS

FOLDER = "docs/changes"
# What a run wrote, so that the next one can take back what is no longer true.
_MEMORY = ".cache/fragments.json"


def fragments(root: Path, changes: Sequence[Change], *, write: bool) -> dict[Change, Place]:
    """Return the fragment of each change that users notice, and write those that are missing.

    A fragment that is there stays as it is, whatever its kind: a person may have changed both.

    Args:
        root: The checkout.
        changes: The changes of the contract.
        write: Whether to write; without, the missing ones are to do.
    """
    places: dict[Change, Place] = {}
    wanted: dict[str, tuple[str, str]] = {}
    for group in _groups(changes):
        level = min((change.level for change in group), key=LEVELS.index)
        slug, kind = _slug(group[0]), FRAGMENTS[level]
        found = sorted((root / FOLDER).glob(f"+{slug}.*.md"))
        name = found[0].name if found else f"+{slug}.{kind}.md"
        path = f"{FOLDER}/{name}"
        wanted[path] = (slug, _text(group))
        state = DONE if found else WRITTEN if write else TO_DO
        for change in group:
            places[change] = Place("changelog", path, 0, "", "", state)
    if write:
        _write(root, wanted)
    return places


def _groups(changes: Sequence[Change]) -> list[list[Change]]:
    """Group the same change of several schemas: a property of three requests is one fact."""
    groups: dict[tuple[str, str, str], list[Change]] = {}
    for change in changes:
        schema_added = change.kind in ("schema added", "component changed")
        if change.level in FRAGMENTS and not schema_added:
            key = (change.kind, change.item.name, repr((change.old, change.new)))
            groups.setdefault(key, []).append(change)
    return list(groups.values())


def _slug(change: Change) -> str:
    label = change.item.label.replace(" (shared)", "")
    if change.item.kind == "parameter":
        label = f"{label.partition(': ')[0]} {change.item.name}" if ": " in label else label
    facet = f" {change.facet}" if change.facet and change.facet != "name" else ""
    done = (
        f" {change.kind.rpartition(' ')[2]}"
        if not facet and change.kind.endswith("removed")
        else ""
    )
    return snake(f"{label}{facet}{done}").replace("_", "-")[:80].strip("-")


def _text(group: Sequence[Change]) -> str:
    labels = ", ".join(f"`{change.item.label}`" for change in group)
    text = group[0].text.removeprefix(f"{group[0].item.label}:").strip()
    for ending in (" (requests)", " (responses)"):
        text = text.removesuffix(ending)
    if ": " in group[0].item.label and group[0].item.kind == "parameter" and not group[0].facet:
        operation, _, text = group[0].text.partition(": ")
        labels = (
            ", ".join(f"`{change.item.label.partition(': ')[0]}`" for change in group) or operation
        )
    reason = f"; {group[0].reason}" if group[0].level == "breaking" and group[0].reason else ""
    return f"API, {labels}: {text}{reason}.\n"


def _write(root: Path, wanted: dict[str, tuple[str, str]]) -> None:
    memory = root / _MEMORY
    try:
        before: dict[str, str] = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = {}
    for name, text in before.items():
        path = root / name
        is_ours = path.exists() and path.read_text(encoding="utf-8") == text
        if name not in wanted and is_ours and not _is_committed(root, name):
            path.unlink()
    after: dict[str, str] = {}
    for name, (_, text) in wanted.items():
        path = root / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            after[name] = text
        elif name in before:
            after[name] = before[name]
    if after != before:
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(json.dumps(after, indent=1), encoding="utf-8")


def _is_committed(root: Path, name: str) -> bool:
    """Return whether HEAD has the file: then its change is part of the contract's past."""
    try:
        found = subprocess.run(
            ["git", "-C", str(root), "cat-file", "-e", f"HEAD:./{name}"],
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return found.returncode == 0
