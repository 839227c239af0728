"""Put a new package in the place of the old one, so that no moment has half of either.

The new package is written beside the old one, which is then renamed, and the new one after it. A
run that is killed leaves one of these states, and the next run mends each:

    the old package, and a part of the new one beside it    the part is removed
    no package, and both beside its place                   the old one is put back
    the new package, and the old one beside it              the old one is removed
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]  # checked where it is used


class ForeignFolderError(Exception):
    """The target has other files: it is left alone."""


def _beside(out: Path, word: str) -> Path:
    return out.parent / f".{out.name}.{word}"


@contextmanager
def workspace(out: Path) -> Generator[Path]:
    """Make a folder beside a package, for the new one; only one run at a time has it.

    Args:
        out: The package's folder.

    Yields:
        A folder that does not exist yet, named like the package.

    Raises:
        ForeignFolderError: If the target is not empty, and holds no generated package.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(out.parent, os.O_RDONLY)
    try:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)  # it ends with the process, however that ends
        mend(out)
        if out.exists() and not (out / "openapi.json").exists() and any(out.iterdir()):
            raise ForeignFolderError(
                f"{out} is not empty and holds no generated package: nothing was written"
            )
        new = _beside(out, "new")
        try:
            new.mkdir()
            yield new / out.name
        finally:
            shutil.rmtree(new, ignore_errors=True)
    finally:
        os.close(lock)


def mend(out: Path) -> None:
    """Bring what a killed run left into order: a whole package, and nothing beside it."""
    old = _beside(out, "old")
    if old.exists() and not out.exists():
        old.rename(out)
    for left in (old, _beside(out, "new")):
        if left.exists():
            shutil.rmtree(left)


def replace(fresh: Path, out: Path) -> None:
    """Replace the old package by the new one, by renames alone."""
    old = _beside(out, "old")
    if out.exists():
        out.rename(old)
    fresh.rename(out)
    shutil.rmtree(old, ignore_errors=True)
