"""What scripts/generate prints: the changes of the contract, and what must follow them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from .checkout import PACKAGE, Checkout
from .compare import compare
from .follow import follow
from .fragments import fragments
from .items import Contract, mapping
from .lines import lines_of
from .printing import Followed, json_of, text_of


class BaseError(Exception):
    """The contract to compare with cannot be read."""


class Base(NamedTuple):
    """The contract to compare with, and what it is called."""

    document: dict[str, Any]
    name: str


def base_of(root: Path, spec: Path, since: str | None) -> Base:
    """Read the contract of a commit; without git, the one that the package was generated from.

    Args:
        root: The checkout.
        spec: The contract's file.
        since: The commit; HEAD if it is None.

    Raises:
        BaseError: If the commit has no readable contract.
    """
    name = spec.relative_to(root).as_posix()
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "show", f"{since or 'HEAD'}:./{name}"],
            check=False,
            capture_output=True,
        )
        problem, text = done.stderr.decode(errors="replace").strip(), done.stdout
        failed = done.returncode != 0
    except OSError as error:
        problem, text, failed = str(error), b"", True
    if not failed:
        return Base(_load(text.decode(), f"{name} of {since or 'HEAD'}"), since or "HEAD")
    if since is not None:
        raise BaseError(f"--since {since}: {problem.splitlines()[0] if problem else 'git failed'}")
    package = root / PACKAGE / "openapi.json"
    if not package.exists():
        return Base({}, "the beginning")
    return Base(_load(package.read_text(encoding="utf-8"), str(package)), "the last generation")


def _load(text: str, name: str) -> dict[str, Any]:
    try:
        # A package's contract is JSON, which is read at once.
        if text.startswith("{"):
            return mapping(json.loads(text))
        reader: Any = YAML(typ="safe", pure=True)
        return mapping(reader.load(text))
    except (YAMLError, ValueError) as error:
        raise BaseError(f"{name}: {error}") from error


def report(
    root: Path, spec: Path, base: Base, files: Sequence[str], *, as_json: bool, write: bool
) -> None:
    """Print the changes and their places.

    Args:
        root: The checkout.
        spec: The contract's file.
        base: The contract to compare with.
        files: The files of the package that this run wrote.
        as_json: Whether to print JSON.
        write: Whether to write the changelog fragments that are missing.
    """
    # Parsing is most of the time: what has been composed for its lines is not parsed again.
    reader: Any = YAML(typ="safe", pure=True)
    node = reader.compose(spec.read_text(encoding="utf-8"))
    old = Contract(base.document)
    new = Contract(mapping(reader.constructor.construct_document(node)))
    changes = compare(old, new, lines_of(node))
    checkout = Checkout(root)
    notes = fragments(root, changes, write=write)
    found = [
        Followed(
            change,
            [*follow(change, old, new, checkout), *([notes[change]] if change in notes else [])],
        )
        for change in changes
    ]
    if as_json:
        print(json.dumps(json_of(found, base.name, files), indent=2, default=str))
        return
    for line in text_of(found, spec.name, base.name):
        print(line)
