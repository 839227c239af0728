"""Where things are: in this repository, on GitHub, and on the site."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
HOME: Final = "https://github.com/julep-ai/python-sdk"


def on_github(file: Path, line: int | None = None) -> str:
    """Return the address of a file of this repository, at a line."""
    path = file.resolve().relative_to(ROOT).as_posix()
    kind = "tree" if file.is_dir() else "blob"
    return f"{HOME}/{kind}/main/{path}" + (f"#L{line}" if line else "")
