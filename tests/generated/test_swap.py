"""A run that is killed leaves a package that the next run brings into order."""

from __future__ import annotations

import importlib.util
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.generated.helpers.running import ROOT, Generate

pytestmark = pytest.mark.once

KILLS = int(os.environ.get("JULEP_TEST_KILLS", "2"))
"""How many runs are killed at random moments: some here, 200 before a release."""


@pytest.fixture(scope="module")
def swap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("swap", ROOT / "scripts/generator/swap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def package(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    for name in ("__init__.py", "openapi.json", "models.py"):
        (folder / name).write_text(text)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


class KilledError(BaseException):
    """Stands for the end of the process."""


def ends_at(step: int) -> Callable[[], None]:
    """Return a function that ends a run at one of its steps on the disk, for good."""
    left = [step]

    def end_here() -> None:
        left[0] -= 1
        if left[0] <= 0:
            raise KilledError

    return end_here


def counted(function: Callable[..., object], end_here: Callable[[], None]) -> Callable[..., object]:
    """Return a function that is a step on the disk."""

    def step(*given: object, **options: object) -> object:
        end_here()
        return function(*given, **options)

    return step


def test_a_run_that_ends_at_any_step_is_mended_by_the_next(
    swap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, step, ended = tmp_path, 0, True
    while ended:
        step += 1
        out = package(tmp_path / str(step) / "small_api", "old")
        ended = False
        with monkeypatch.context() as patched:
            end_here = ends_at(step)
            for name in ("rename", "mkdir"):
                patched.setattr(Path, name, counted(getattr(Path, name), end_here))
            patched.setattr(swap.shutil, "rmtree", _killed_rmtree(end_here))
            try:
                with swap.workspace(out) as fresh:
                    fresh.parent.mkdir(exist_ok=True)
                    shutil.copytree(package(tmp_path / f"new{step}", "new"), fresh)
                    swap.replace(fresh, out)
            except KilledError:
                ended = True
        if out.exists():
            assert set(contents(out).values()) in ({b"old"}, {b"new"})
        swap.mend(out)
        assert set(contents(out).values()) in ({b"old"}, {b"new"}), step
        assert [path.name for path in out.parent.iterdir()] == ["small_api"], step
    assert step > 5
    assert set(contents(out).values()) == {b"new"}


def _killed_rmtree(end_here: Callable[[], None]) -> Callable[..., None]:
    """Return a rmtree that may end before it begins, and when it has removed a part."""
    real = shutil.rmtree

    def rmtree(path: Path, ignore_errors: bool = False) -> None:
        end_here()
        files = [one for one in Path(path).rglob("*") if one.is_file()]
        if files:
            files[0].unlink()
            end_here()
        real(path, ignore_errors=ignore_errors)

    return rmtree


def test_a_folder_with_other_files_is_left_alone(swap: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "small_api").mkdir()
    (tmp_path / "small_api" / "thesis.txt").write_text("years of work")
    with (
        pytest.raises(swap.ForeignFolderError, match="nothing was written"),
        swap.workspace(tmp_path / "small_api"),
    ):
        pass
    assert contents(tmp_path) == {"small_api/thesis.txt": b"years of work"}


@pytest.mark.timeout(120 + 30 * KILLS)
def test_runs_killed_at_random_moments(
    generate: Generate, fresh: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Kill whole runs, and look at what is left, and at what the next run makes of it."""
    out = tmp_path / "julep_api"
    spec = ROOT / "openapi.yaml"
    right = contents(fresh)
    older = {**right, "types.py": b"# an older one\n"}
    shutil.copytree(fresh, out)
    took = 2.0
    moments = random.Random(request.node.name)  # noqa: S311  # the same moments each time
    for n in range(KILLS):
        (out / "types.py").write_bytes(older["types.py"])
        run = subprocess.Popen(
            [ROOT / "scripts" / "generate", "--spec", spec, "--out", out],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "GENERATE_PYTHON": f"3.{sys.version_info.minor}"},
        )
        # Every second one near the end, where files are moved.
        least = 0.0 if n % 2 else 0.8
        time.sleep(took * moments.uniform(least, 1.05))
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        if out.exists():
            assert contents(out) in (older, right)
        started = time.monotonic()
        assert generate("--spec", spec, "--out", out).returncode == 0
        took = time.monotonic() - started
        assert contents(out) == right
        assert [path.name for path in tmp_path.iterdir()] == ["julep_api"]
