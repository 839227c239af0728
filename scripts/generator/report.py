"""Report which files of the package a run changes."""

from __future__ import annotations

from pathlib import Path


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
