"""scripts/generate in a checkout of its own: what it prints, what it writes, what it takes back."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.generated.helpers.running import ROOT

pytestmark = [pytest.mark.once, pytest.mark.timeout(300)]  # it runs the generator

COPIED = (
    "openapi.yaml",
    "README.md",
    "docs",
    "generated",
    "scripts/generator",
    "src",
    "tests/contract",
    "tests/sdk",
)
# What has nothing of sessions: reading it takes time.
OTHERS = (
    *("_calls", "_cli", "_http", "_instrumentation", "_tools", "testing"),
    *("archive", "chat", "commands", "jobs", "models", "monitoring", "openai_*", "pages", "prompt"),
    *("search", "streaming", "tenancy", "text", "transport", "faults", "test_[!s]*"),
)
PARAMETER = """\
        - name: team_id
          in: query
          description: Only sessions of this team.
          schema: {type: string, format: uuid}
"""
ORDER = "        - $ref: '#/components/parameters/Order'\n"


def reachable(text: str) -> str:
    """Return a contract without the schemas that no operation needs."""
    head, schemas = text.split("\n  schemas:\n")
    blocks = re.split(r"^(?=    \w+:\n)", schemas, flags=re.MULTILINE)
    named = {block.strip().partition(":")[0]: block for block in blocks if block.strip()}
    needed, todo = set[str](), re.findall(r"/schemas/(\w+)", head)
    while todo:
        name = todo.pop()
        if name not in needed:
            needed.add(name)
            todo += re.findall(r"/schemas/(\w+)", named[name])
    return f"{head}\n  schemas:\n" + "".join(named[name] for name in named if name in needed)


class Checkout:
    """A copy of the checkout, whose contract has the sessions alone."""

    def __init__(self, root: Path, python: str) -> None:
        self.root, self._python = root, python
        self._runs: subprocess.Popen[str] | None = None
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc", *OTHERS)
        for name in COPIED:
            source, target = ROOT / name, root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=ignored)
            else:
                shutil.copyfile(source, target)
        # Most of the time is that of the contract: the sessions are enough.
        text = (root / "openapi.yaml").read_text(encoding="utf-8")
        start, end = text.index("\n  /agents:\n"), text.index("\ncomponents:\n")
        (root / "openapi.yaml").write_text(reachable(text[:start] + text[end:]), encoding="utf-8")
        (root / ".gitignore").write_text("compiled/\n", encoding="utf-8")
        self.git("init", "-q")
        self.commit("all")
        self.lines()
        shutil.rmtree(root / "docs" / "changes")
        self.commit("first")

    def git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.test", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=self.root, check=True)

    def commit(self, text: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", text)

    def start(self, *script: str | Path) -> subprocess.Popen[str]:
        """Start a program of the generator's Python."""
        compiled = f"pycache_prefix={self.root / 'compiled'}"
        return subprocess.Popen(
            [self._python, "-I", "-X", compiled, *script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # Importing the generator is a third of the time of a run: it is done once for all of them.
        if self._runs is None:
            self._runs = self.start(ROOT / "tests/generated/helpers/runs.py", self.root)
        runs = self._runs
        assert runs.stdin is not None
        assert runs.stdout is not None
        runs.stdin.write(json.dumps(arguments) + "\n")
        runs.stdin.flush()
        line = runs.stdout.readline()
        assert line, runs.communicate()
        return subprocess.CompletedProcess(arguments, *json.loads(line))

    def close(self) -> None:
        if self._runs is not None:
            self._runs.communicate()

    def lines(self, *arguments: str) -> list[str]:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def edit(self, old: str, new: str, path: str = "openapi.yaml") -> None:
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def line(self, text: str, path: str) -> int:
        """Return the number of the first line that holds a text."""
        lines = (self.root / path).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    command = "source scripts/_uv.sh; generator_python"
    found = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, check=True, capture_output=True, text=True
    )
    root = tmp_path_factory.mktemp("checkout")
    made = Checkout(root, found.stdout.split()[-1])
    yield made
    made.close()
    shutil.rmtree(root)


FRAGMENT = "docs/changes/+list-sessions-team-id.added.md"
SESSION = "src/julep/managers/session_lists.py"


def test_an_edit_from_its_list_to_its_end(checkout: Checkout) -> None:
    checkout.edit(ORDER, ORDER + PARAMETER)
    lines = checkout.lines()
    number = checkout.line("- name: team_id", "openapi.yaml")
    assert lines[0].endswith("2 files differed, all are written")
    assert lines[1].startswith("openapi.yaml: 1 change since HEAD (additive)")
    assert lines[1].endswith("suggests a minor version")
    assert lines[2].split() == [
        *["+", "ListSessions:", "optional", "query", "parameter", "team_id", "(string,", "uuid)"],
        f"openapi.yaml:{number}",
    ]
    assert lines[3].split() == [
        "generated",
        "generated/julep_api/api/sessions/list_sessions.py",
        "done",
    ]
    at = checkout.line("def _list_items", SESSION)
    assert lines[4].startswith(f"    SDK        {SESSION}:{at} _list_items, :")
    assert lines[4].endswith("TO DO")
    at = checkout.line('"ListSessions"', "src/julep_server/resources/sessions.py")
    never = f"src/julep_server/resources/sessions.py:{at} ListSessions: never reads team_id"
    assert any(never in line for line in lines)
    at = checkout.line('"sessions.list": _listing(', "tests/sdk/helpers/calls.py")
    assert any(
        f'calls.py:{at} "sessions.list": invalid values of team_id' in line for line in lines
    )
    assert lines[-3].split() == ["changelog", FRAGMENT, "written"]
    assert lines[-2].startswith("TO DO: the place must follow. check: ")
    assert lines[-1].endswith("scripts/test --contract is red until none is left.")
    text = (checkout.root / FRAGMENT).read_text(encoding="utf-8")
    assert text == "API, `ListSessions`: optional query parameter team_id (string, uuid).\n"

    # Again, at any time; for tools, too.
    assert [line for line in checkout.lines("--todo") if FRAGMENT not in line] == [
        line for line in lines[1:] if FRAGMENT not in line
    ]
    found: dict[str, Any] = json.loads("\n".join(checkout.lines("--todo", "--json")))
    assert (found["since"], found["level"], found["suggests"]) == ("HEAD", "additive", "minor")
    assert str(found["to_do"]) == lines[-1].split()[0]
    (change,) = found["changes"]
    assert (change["kind"], change["line"]) == ("optional parameter added", number)
    assert change["pointer"] == "/paths/~1sessions/get/parameters/6"
    assert change["directions"] == ["requests"]
    places = {(place["path"], place["name"], place["state"]) for place in change["places"]}
    assert (SESSION, "list (async)", "TO DO") in places

    # What is done is no longer to do.
    checkout.edit(
        '"sessions.list": _listing(_owners()),',
        '"sessions.list": {"team_id": ids("team_id")},',
        "tests/sdk/helpers/calls.py",
    )
    again = json.loads("\n".join(checkout.lines("--todo", "--json")))
    assert again["to_do"] == found["to_do"] - 1

    # An edit that is taken back takes its fragment with it, unless a person has changed it.
    checkout.edit(PARAMETER, "")
    assert checkout.lines()[1:] == ["openapi.yaml: no change since HEAD"]
    assert not (checkout.root / FRAGMENT).exists()


def test_other_commits_and_no_commit(checkout: Checkout) -> None:
    checkout.git("checkout", "-q", "--", "openapi.yaml")
    checkout.edit("  title: Julep agents API", "  title: Agents")
    checkout.commit("second")
    assert checkout.lines("--todo") == ["openapi.yaml: no change since HEAD"]
    lines = checkout.lines("--todo", "--since", "HEAD~1")
    assert lines[0].startswith("openapi.yaml: 1 change since HEAD~1 (prose)")
    assert lines[0].endswith("suggests a patch version")
    done = checkout.run("--todo", "--since", "nowhere")
    assert done.returncode == 1
    assert done.stderr.startswith("--since nowhere: fatal: ")
    assert "Traceback" not in done.stderr
    # Without git, the package has the contract that it was generated from.
    (checkout.root / ".git").rename(checkout.root / "no-git")
    try:
        lines = checkout.lines("--todo")
    finally:
        (checkout.root / "no-git").rename(checkout.root / ".git")
    assert lines[0].startswith("openapi.yaml: 1 change since the last generation (prose)")


def test_the_fragment_of_a_committed_change_stays(checkout: Checkout) -> None:
    checkout.edit(ORDER, ORDER + PARAMETER)
    checkout.lines()
    assert (checkout.root / FRAGMENT).exists()
    checkout.commit("a filter")
    assert checkout.lines()[1:] == ["openapi.yaml: no change since HEAD"]
    assert (checkout.root / FRAGMENT).exists()


@pytest.mark.parametrize(
    "arguments",
    [["--check", "--todo"], ["--check", "--json"], ["--todo", "--spec", "a", "--out", "b"]],
)
def test_options_that_go_with_no_other(checkout: Checkout, arguments: list[str]) -> None:
    # As a command, in a process that imports all by itself.
    process = checkout.start(checkout.root / "scripts" / "generator", *arguments)
    _, errors = process.communicate()
    assert process.returncode == 2
    assert "Traceback" not in errors
