"""scripts/generate: the same bytes each time, and differences are listed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.generated.helpers.running import ROOT, Generate

SPEC = ROOT / "openapi.yaml"
COMMITTED = ROOT / "generated" / "julep_api"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture
def copy(fresh: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(fresh, tmp_path / "julep_api"))


def test_the_committed_package_is_up_to_date(fresh: Path) -> None:
    assert contents(fresh) == contents(COMMITTED)


def test_two_runs_write_the_same_bytes(fresh: Path, generate: Generate, tmp_path: Path) -> None:
    again = tmp_path / "elsewhere" / "deeper" / "julep_api"
    assert generate("--spec", SPEC, "--out", again).returncode == 0
    assert contents(again) == contents(fresh)


def test_only_the_package_is_written(fresh: Path) -> None:
    kinds = {Path(name).suffix or Path(name).name for name in contents(fresh)}
    assert kinds == {".py", ".json", ".typed"}


def test_check_passes_on_a_generated_package(generate: Generate, copy: Path) -> None:
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__" / "types.pyc").write_bytes(b"left by Python")
    done = generate("--check", "--spec", SPEC, "--out", copy)
    assert (done.returncode, done.stderr) == (0, "")


def test_check_names_every_file_that_differs(generate: Generate, copy: Path) -> None:
    with (copy / "types.py").open("a") as file:
        file.write("# by hand\n")
    (copy / "models" / "session.py").unlink()
    (copy / "api" / "sessions" / "by_hand.py").write_text("")
    before = contents(copy)
    done = generate("--check", "--spec", SPEC, "--out", copy)
    assert done.returncode == 1
    assert [line.strip() for line in done.stderr.splitlines()[1:-1]] == [
        "extra:   api/sessions/by_hand.py",
        "missing: models/session.py",
        "changed: types.py",
    ]
    assert contents(copy) == before


def test_generating_again_reverts_an_edit(generate: Generate, copy: Path, fresh: Path) -> None:
    (copy / "models" / "session.py").write_text("")
    (copy / "extra.py").write_text("")
    assert generate("--spec", SPEC, "--out", copy).returncode == 0
    assert contents(copy) == contents(fresh)


def test_a_folder_with_other_files_is_not_changed(generate: Generate, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    done = generate("--spec", SPEC, "--out", tmp_path)
    assert done.returncode != 0
    assert "nothing was written" in done.stderr
    assert contents(tmp_path) == {"thesis.txt": b"years of work"}


def test_spec_without_out_is_refused(generate: Generate) -> None:
    done = generate("--spec", SPEC)
    assert done.returncode == 2
    assert "--spec and --out go together" in done.stderr


@pytest.mark.parametrize("text", ["paths: [", "- a\n- b\n", ""])
def test_a_file_that_is_not_a_document_is_refused(
    generate: Generate, tmp_path: Path, text: str
) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(text)
    done = generate("--spec", spec, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "spec.yaml cannot be generated" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_lock_pins_everything_with_hashes() -> None:
    lock = (ROOT / "scripts" / "generator" / "requirements.txt").read_text()
    requirements = re.split(r"\n(?=\S)", lock.strip())
    assert len(requirements) > 10
    for requirement in requirements:
        assert re.match(r"[a-z0-9-]+==\S+ ", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement
    assert "://" not in lock
