"""Types and functions that the tests of the generator share."""

from __future__ import annotations

import pickle
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = ROOT / "tests" / "generated" / "documents"
Generate: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]
ReadMany: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]
T = TypeVar("T")


def pickled(value: T) -> T:
    """Return a value that was pickled and unpickled."""
    result: T = pickle.loads(pickle.dumps(value))  # noqa: S301  # our own bytes
    return result
