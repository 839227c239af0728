"""A fixture that runs commands in this process, and one that keeps the user's settings away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from julep._cli import app
from julep.testing import ScriptedServer


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of the test's configuration file, which does not exist yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("JULEP_PROFILE", raising=False)
    path = tmp_path / "julep" / "config.toml"
    path.parent.mkdir()
    return path


@pytest.fixture
def run(julep_server: ScriptedServer, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command with the test's server; return its output, or its error if it fails."""

    def run(*words: object, status: int = 0) -> str:
        capsys.readouterr()
        found = app.main([str(word) for word in words])
        printed = capsys.readouterr()
        assert found == status, printed.err
        assert status or not printed.err
        return printed.err if status else printed.out

    return run
