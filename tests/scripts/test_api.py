"""scripts/api: the Python API since a commit, and the fragment that a breaking change needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# griffe, which it needs, is in the environment of the checks alone.
pytestmark = pytest.mark.once

BEFORE = '''"""A package."""


def ask(text: str, times: int = 1) -> str:
    return text


def _private(text: str) -> str:
    return text
'''


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "src" / "julep").mkdir(parents=True)
    (tmp_path / "docs" / "changes").mkdir(parents=True)
    (tmp_path / "src" / "julep" / "__init__.py").write_text(BEFORE)
    commit(tmp_path)
    return tmp_path


def commit(repository: Path) -> None:
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.test", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *command], cwd=repository, check=True)


def run(repository: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.api", "--root", repository, *arguments],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def write(repository: Path, old: str, new: str) -> None:
    assert old in BEFORE
    (repository / "src" / "julep" / "__init__.py").write_text(BEFORE.replace(old, new))


def test_an_api_that_did_not_change(repository: Path) -> None:
    assert run(repository) == (0, "The Python API is that of HEAD.\n")


def test_a_breaking_change_needs_a_fragment(repository: Path) -> None:
    write(repository, "times: int = 1", "")
    code, text = run(repository)
    assert code == 1
    assert "__init__.py:4: ask(times): Parameter was removed" in text
    assert "suggests a major version" in text
    assert "expected a new docs/changes/+….breaking.md" in text
    (repository / "docs" / "changes" / "+ask.breaking.md").write_text("`ask` lost `times`.")
    code, text = run(repository)
    assert code == 0
    assert "suggests a major version" in text


def test_additions_and_private_changes(repository: Path) -> None:
    write(repository, "def _private(text: str)", "def answer(text: str)")
    assert run(repository) == (
        0,
        "new: julep.answer\nThe Python API since HEAD: suggests a minor version.\n",
    )


def test_a_new_parameter(repository: Path) -> None:
    write(repository, "times: int = 1", "times: int = 1, name: str = ''")
    assert run(repository) == (
        0,
        "new: julep.ask(name)\nThe Python API since HEAD: suggests a minor version.\n",
    )


def test_names_from_private_modules(repository: Path) -> None:
    # As the package has them: a lazy __all__, and imports that type checkers alone read.
    code = (
        "if TYPE_CHECKING:\n    from julep._ask import ask as ask\n    from os import sep as sep\n"
        "else:\n    __all__ = lazy()\n"
    )
    private = repository / "src" / "julep" / "_ask.py"
    private.write_text(BEFORE)
    (repository / "src" / "julep" / "__init__.py").write_text(code)
    commit(repository)
    private.write_text(BEFORE.replace("times: int = 1", "name: str = ''"))
    _, text = run(repository)
    assert "_ask.py:4: ask(times): Parameter was removed" in text
    assert "new: julep.ask(name)" in text
    assert "suggests a major version" in text


def test_an_unknown_commit(repository: Path) -> None:
    code, text = run(repository, "--since", "nowhere")
    assert code == 1
    assert "not compared: fatal: " in text
