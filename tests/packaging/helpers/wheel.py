"""Build the project's wheel, and install it in an environment of its own."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]


def build(folder: Path) -> Path:
    """Build the wheel of this checkout into `folder` and return its path."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


def requirements_of(lines: list[str] | None, extra: str = "") -> list[Requirement]:
    """Return the requirements among `lines` that hold in this environment with `extra`."""
    requirements = map(Requirement, lines or ())
    return [
        requirement
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra})
    ]


def closure(wanted: list[Requirement]) -> set[str]:
    """Return the names of all distributions that `wanted` needs, directly or indirectly."""
    found: set[str] = set()
    pending = [(requirement, "") for requirement in wanted]
    pending += [(requirement, extra) for requirement in wanted for extra in requirement.extras]
    while pending:
        requirement, extra = pending.pop()
        name = canonicalize_name(requirement.name)
        if name in found and not extra:
            continue
        found.add(name)
        needs = requirements_of(metadata.distribution(name).requires, extra)
        pending += [(need, "") for need in needs]
        pending += [(need, wish) for need in needs for wish in need.extras]
    return found


def install(wheel: Path, folder: Path, extra: str = "") -> Path:
    """Install `wheel` with its declared dependencies only, and return a Python.

    The dependencies are linked from the environment that runs the tests, so that no network is
    needed and the versions are those under test.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    answer = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    )
    site_packages = Path(answer.stdout.strip())
    with ZipFile(wheel) as archive:
        archive.extractall(site_packages)
    (own,) = metadata.distributions(name="julep", path=[str(site_packages)])
    for name in closure(requirements_of(own.requires, extra)):
        distribution = metadata.distribution(name)
        tops = {file.parts[0] for file in distribution.files or () if file.parts[0] != ".."}
        for top in tops - {"__pycache__"}:
            link = site_packages / top
            if not link.exists():
                link.symlink_to(str(distribution.locate_file(top)))
    return python
