"""julep docs import: what it prints, the bar, and exit statuses."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import julep
from julep._cli import app, exits


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    path = tmp_path / "handbook"
    path.mkdir()
    (path / "hours.md").write_text("# Hours\n\nIt opens at ten.", encoding="utf-8")
    return path


def test_a_folder_is_imported(
    run: Callable[..., str], julep_client: julep.Client, handbook: Path
) -> None:
    agent = julep_client.agents.create(name="Ada")
    words = ("docs", "import", handbook, "--agent", agent.id)
    assert run(*words, "--dry-run") == "created\thandbook/hours.md\t\t\n"
    assert julep_client.docs.list(agent_id=agent.id) == []
    (made,) = json.loads(run(*words, "--json"))
    (doc,) = julep_client.docs.list(agent_id=agent.id)
    assert made == {
        "source": "handbook/hours.md",
        "status": "created",
        "doc_id": doc.id,
        "reason": None,
        "jobs": [],
    }
    (handbook / "empty.md").write_text("", encoding="utf-8")
    assert run(*words) == (
        f"skipped\thandbook/empty.md\t\tit has no text\nunchanged\thandbook/hours.md\t{doc.id}\t\n"
    )
    (handbook / "hours.md").unlink()
    (handbook / "broken.txt").write_bytes(b"\xff")
    failed = run(*words, "--prune", status=exits.FAILED)
    assert failed == "julep: handbook/broken.txt: it is not text in utf-8\n"
    assert julep_client.docs.list(agent_id=agent.id) == []


def test_what_cannot_be_imported(run: Callable[..., str], handbook: Path) -> None:
    assert "--agent: expected either" in run("docs", "import", handbook, status=exits.INVALID)
    user = run("users", "create").strip()
    nowhere = run("docs", "import", "/nowhere", "--user", user, status=exits.INVALID)
    assert "there is no '/nowhere'" in nowhere


def test_what_pruning_would_delete_is_listed_and_a_folder_may_have_another_name(
    run: Callable[..., str], handbook: Path
) -> None:
    agent = run("agents", "create", "--name", "Ada").strip()
    run("docs", "import", handbook, "--agent", agent)
    moved = handbook.rename(handbook.with_name("moved"))
    (moved / "hours.md").rename(moved / "times.md")
    words = ("docs", "import", moved, "--agent", agent, "--name", "handbook", "--prune")
    for more in (["--dry-run"], []):
        lines = [line.split("\t")[:2] for line in run(*words, *more).splitlines()]
        assert lines == [["created", "handbook/times.md"], ["removed", "handbook/hours.md"]]
    handbook.mkdir()
    refused = run("docs", "import", handbook, "--agent", agent, "--prune", status=exits.INVALID)
    assert refused.startswith("julep: --name: there are no files, so that all documents of")


def test_people_see_a_bar_and_what_changed(
    julep_client: julep.Client,
    handbook: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = julep_client.users.create()
    for name in ("TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("TERM", "xterm")
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    words = ["docs", "import", str(handbook), "--user", str(user.id)]
    assert app.main(words) == 0
    printed = capsys.readouterr()
    assert "created" in printed.out
    assert "documents" in printed.err
    assert printed.err.endswith("1 created\n")
    assert app.main(words) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.endswith("1 unchanged\n")
    (handbook / "hours.md").write_text("", encoding="utf-8")
    assert app.main([*words, "--prune", "--dry-run"]) == 0
    printed = capsys.readouterr()
    assert "removed  handbook/hours.md" in printed.out
    assert printed.err.endswith("would be: 1 removed\n")
