"""The Python API of a checkout, compared with that of a commit."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import griffe

# The packages that users import, and their folders.
PACKAGES = {"julep": "src", "julep_api": "generated"}
FRAGMENTS = "docs/changes"


class Comparison(NamedTuple):
    """The differences of two Python APIs.

    Attributes:
        breaking: What stops working, with file and line.
        added: Names that are new.
        fragments: The fragments of breaking changes that are new since the commit.
    """

    breaking: list[str]
    added: list[str]
    fragments: list[str]

    @property
    def step(self) -> str:
        """The step of a semantic version that the differences call for."""
        return "major" if self.breaking else "minor" if self.added else "patch"


def compare(root: Path, since: str) -> Comparison | None:
    """Compare the Python API with that of a commit; None if no file of it differs."""
    folders = [folder for folder in PACKAGES.values() if (root / folder).is_dir()]
    if not _changed(root, since, folders):
        return None
    breaking: list[str] = []
    added: list[str] = []
    for package, folder in PACKAGES.items():
        if not (root / folder / package).is_dir() or not _changed(root, since, [folder]):
            continue
        try:
            old = griffe.load_git(package, ref=since, repo=root, search_paths=[folder])
        except (griffe.LoadingError, ModuleNotFoundError):
            added.append(package)  # the commit has no such package
            continue
        new = griffe.load(package, search_paths=[root / folder])
        for one in griffe.find_breaking_changes(old, new):
            text = one.explain(griffe.ExplanationStyle.ONE_LINE)
            breaking.append(re.sub(r"\x1b\[\d+m", "", text).replace(f"{root}/", ""))
        added += sorted(set(_public(new)) - set(_public(old)))
    new_fragments = _changed(root, since, [FRAGMENTS])
    fragments = sorted(
        one for one in new_fragments if one.endswith(".breaking.md") and (root / one).exists()
    )
    return Comparison(sorted(breaking), added, fragments)


def _public(parent: griffe.Object | griffe.Alias) -> Iterator[str]:
    """Yield the paths of all public names that are defined in a package."""
    for member in parent.members.values():
        if member.is_public and not member.is_alias:
            yield member.path
            yield from _public(member)


def _changed(root: Path, since: str, folders: list[str]) -> list[str]:
    """Return the files that differ from a commit, new ones included."""
    changed = _git(root, "diff", "--name-only", "--relative", since, "--", *folders)
    return changed + _git(root, "ls-files", "--others", "--exclude-standard", "--", *folders)


def _git(root: Path, *arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()
