"""The Python API of a checkout, compared with that of a commit."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

import griffe

# The packages that users import, and their folders.
PACKAGES = {"julep": "src", "julep_api": "generated"}
FRAGMENTS = "docs/changes"


_Object: TypeAlias = griffe.Object | griffe.Alias


class _Reexports(griffe.Extension):
    """Marks ``from a import b as b`` as public: so do modules export names that are lazy."""

    def on_alias_instance(self, *, node: object, alias: griffe.Alias, **_: object) -> None:
        """Mark the name that an import statement binds."""
        names = node.names if isinstance(node, ast.ImportFrom) else []
        if any(each.asname == each.name == alias.name for each in names):
            alias.public = True


_CONTAINERS = (griffe.Kind.MODULE, griffe.Kind.CLASS)
_EXTENSIONS = griffe.load_extensions(_Reexports)


class Comparison(NamedTuple):
    """The differences of two Python APIs.

    Attributes:
        breaking: What stops working, with file and line.
        added: Public names that are new, and new parameters of functions that are not.
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
            old = griffe.load_git(
                package, ref=since, repo=root, search_paths=[folder], extensions=_EXTENSIONS
            )
        except (griffe.LoadingError, ModuleNotFoundError):
            added.append(package)  # the commit has no such package
            continue
        new = griffe.load(package, search_paths=[root / folder], extensions=_EXTENSIONS)
        for one in griffe.find_breaking_changes(old, new):
            text = one.explain(griffe.ExplanationStyle.ONE_LINE)
            breaking.append(re.sub(r"\x1b\[\d+m", "", text).replace(f"{root}/", ""))
        added += sorted(_added(old, new))
    new_fragments = _changed(root, since, [FRAGMENTS])
    fragments = sorted(
        one for one in new_fragments if one.endswith(".breaking.md") and (root / one).exists()
    )
    return Comparison(sorted(breaking), added, fragments)


def _added(old: _Object, new: _Object) -> Iterator[str]:
    """Yield the public names, and the parameters of functions, that only the new object has."""
    before = old.all_members
    for name, member in new.all_members.items():
        if not member.is_public:
            continue
        if name not in before:
            yield member.path  # not its members, which are all new
        elif member.kind is before[name].kind is griffe.Kind.FUNCTION:
            known = _parameters(before[name])
            for parameter in _parameters(member):
                if parameter not in known:
                    yield f"{member.path}({parameter})"
        elif member.kind is before[name].kind and member.kind in _CONTAINERS:
            yield from _added(before[name], member)


def _parameters(member: _Object) -> list[str]:
    target = member.final_target if isinstance(member, griffe.Alias) else member
    return [each.name for each in target.parameters] if isinstance(target, griffe.Function) else []


def _changed(root: Path, since: str, folders: list[str]) -> list[str]:
    """Return the files that differ from a commit, new ones included."""
    changed = _git(root, "diff", "--name-only", "--relative", since, "--", *folders)
    return changed + _git(root, "ls-files", "--others", "--exclude-standard", "--", *folders)


def _git(root: Path, *arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()
