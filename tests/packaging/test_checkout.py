"""Rules for committed files: scripts are documented, and nothing is specific to one machine."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.packaging.helpers.wheel import ROOT

pytestmark = pytest.mark.once

SCRIPTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "scripts").iterdir()
    if path.is_file() and not path.name.startswith((".", "_"))
)

# Written so that this file passes its own test.
FORBIDDEN = {
    "a package registry": re.compile(
        r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs|[.]yarnpkg[.]"
    ),
    "a folder of one machine": re.compile(r"(?<![\w.~:/-])/(work|root|home|Users)[/]\w"),
}


def committed() -> list[Path]:
    """Return the files that are in the repository, or will be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    files = (ROOT / os.fsdecode(name) for name in listed.stdout.split(b"\0") if name)
    return [file for file in files if file.is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in committed()
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), start=1)
        if FORBIDDEN[what].search(line)
    ]
    assert found == []


def test_the_patterns_match() -> None:
    assert FORBIDDEN["a package registry"].search("https://" + "pypi" + ".org/simple")
    assert FORBIDDEN["a folder of one machine"].search("open('/" + "root/project')")
    assert not FORBIDDEN["a folder of one machine"].search("GET /api/home/1, https://host/work/1")


@pytest.mark.parametrize("script", [*SCRIPTS, ".ci/run"])
def test_a_script_is_executable_and_strict(script: str) -> None:
    path = ROOT / script
    assert os.access(path, os.X_OK)
    text = path.read_text()
    assert text.startswith("#!/usr/bin/env bash\n# ")
    assert re.search(r"^set -e?uo pipefail$", text, re.MULTILINE)


@pytest.mark.parametrize("script", [*SCRIPTS, "scripts/_uv.sh", ".ci/run"])
def test_bash_can_read_a_script(script: str) -> None:
    subprocess.run(["bash", "-n", ROOT / script], check=True)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_documented_for_contributors(script: str) -> None:
    assert f"`{script}" in (ROOT / "CONTRIBUTING.md").read_text()


@pytest.mark.parametrize("lock", sorted((ROOT / "scripts").rglob("requirements/*.txt")), ids=str)
def test_a_lock_pins_and_hashes_everything(lock: Path) -> None:
    entries = lock.read_text().replace("\\\n", " ").splitlines()
    pattern = re.compile(r"[a-z0-9-]+==\S+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+")
    # The local model's packages are locked without their dependencies.
    assert len(entries) > 10 or (lock.name == "local.txt" and len(entries) == 2)
    assert [entry for entry in entries if not pattern.fullmatch(entry.strip())] == []
