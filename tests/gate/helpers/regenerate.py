"""Proves the gate by generating: edits are made, generated and run in a copy of the checkout.

    .venv/bin/python -m tests.gate.helpers.regenerate [WORD ...]

Runs the edits whose names have one of the words, or all: about 15 s of CPU each. Prints a row for
each edit, and fails if the gate is green after one of them, or does not name one of its places.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from tests.gate.helpers import document
from tests.gate.helpers.edits import EDITS, Edit
from tests.gate.helpers.sent import ROOT

COPIED: Final = (
    *("README.md", "docs", "generated", "openapi.yaml", "pyproject.toml"),
    *("scripts", "src", "tests"),
)


class Outcome(NamedTuple):
    """What the gate printed after an edit.

    Attributes:
        missing: The places that it did not name.
        red: Whether it failed.
    """

    edit: Edit
    missing: tuple[str, ...]
    red: bool
    output: str

    @property
    def proved(self) -> bool:
        """Whether the gate is red, and names every place."""
        return self.red and not self.missing


class Copy:
    """A copy of the checkout, whose contract is edited.

    Args:
        root: An empty folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, root / name, ignore=ignored)
            else:
                shutil.copyfile(source, root / name)
        command = "source scripts/_uv.sh; generator_python"
        found = subprocess.run(
            ["bash", "-c", command], cwd=ROOT, check=True, capture_output=True, text=True
        )
        self._generator = found.stdout.split()[-1]

    def outcome(self, edit: Edit) -> Outcome:
        """Make an edit, generate, and run the gate."""
        edited = edit.applied(document.load().root)
        # JSON is YAML.
        (self._root / "openapi.yaml").write_text(json.dumps(edited, indent=1), encoding="utf-8")
        generated = self._run(self._generator, "-IB", "scripts/generator")
        if generated.returncode:
            return Outcome(edit, edit.places, red=False, output=generated.stderr)
        gate = self._run(
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"),
            *("tests/gate/test_gate.py", "-k", "follows_the_contract"),
        )
        output = gate.stdout + gate.stderr
        missing = tuple(place for place in edit.places if f"\n{place}: " not in output)
        return Outcome(edit, missing, gate.returncode != 0, output)

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(str(self._root / name) for name in ("src", "generated"))
        return subprocess.run(
            command,
            cwd=self._root,
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        )


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(words: Sequence[str]) -> int:
    """Run the edits, print their outcomes, and return the status to exit with."""
    chosen = [edit for edit in EDITS if not words or any(word in edit.name for word in words)]
    failed = 0
    with TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        for edit in chosen:
            outcome = copy.outcome(edit)
            failed += not outcome.proved
            state = "named" if outcome.proved else "RED, NOT NAMED" if outcome.red else "GREEN"
            _print(f"{edit.name}: {state} {', '.join(outcome.missing)}".rstrip())
            if not outcome.proved:
                _print("\n".join(f"    {line}" for line in outcome.output.splitlines()[:80]))
    _print(f"{len(chosen) - failed} of {len(chosen)} edits: red, with every place named")
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
