"""Public contracts: each is generated whole, imported, and reads its own examples.

The documents are not the project's, so they are not in it: they are read from a folder beside the
checkout, if it is there. JULEP_TEST_CONTRACTS=all tries all of them, with their types; another
value names a folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.generated.helpers.running import ROOT, Generate

pytestmark = pytest.mark.once

CHOSEN = os.environ.get("JULEP_TEST_CONTRACTS", "")
SHARED = ROOT.parent / "shared" / "contracts"
FOLDER = Path(CHOSEN) if CHOSEN not in ("", "all") else SHARED
OWN = [ROOT / "tests" / "generated" / "documents" / "features31.yaml"]
# Those that are quickly generated, and have examples or 3.1.
FEW = ("oai-uspto.yaml", "oai31-tictactoe.yaml")
FOUND = sorted(path for path in FOLDER.glob("*.*") if path.suffix in (".json", ".yaml", ".yml"))
CONTRACTS = [*OWN, *(path for path in FOUND if CHOSEN or path.name in FEW)]


@pytest.mark.parametrize("spec", CONTRACTS, ids=lambda path: path.stem)
def test_a_public_contract(generate: Generate, tmp_path: Path, spec: Path) -> None:
    done = generate("--spec", spec, "--out", tmp_path / "public_api")
    assert done.returncode == 0, done.stderr
    program = ROOT / "tests" / "generated" / "helpers" / "read_examples.py"
    read = subprocess.run(
        [sys.executable, "-W", "error", program, tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert read.returncode == 0, read.stderr
    assert json.loads(read.stdout)["unread"] == []
    if CHOSEN:
        types = subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", "--config-file=", "-p", "public_api"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert types.returncode == 0, types.stdout
