"""Every program in the documentation runs against a real server."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import julep
from scripts.site import programs
from scripts.site.snippets import snippet

ROOT = Path(__file__).parents[2]
NAMES = (
    "README.md",
    "docs/explanations.md",
    "docs/guide.md",
    "docs/models.md",
    "docs/server/openai.md",
    "docs/observability.md",
    "docs/regenerating.md",
    "docs/streams.md",
    "docs/testing.md",
    "docs/tools.md",
    "docs/transport.md",
)
PAGES = [(ROOT / name).read_text(encoding="utf-8") for name in NAMES]
BLOCKS = {
    name: program
    for page in PAGES
    for name, program in re.findall(
        r"<!-- example: ([\w-]+) -->\n```python\n(.*?)```", page, re.DOTALL
    )
}

# Those of programs print something, and those of tests pass.
TESTS = {name: program for name, program in BLOCKS.items() if name.startswith("testing")}
EXAMPLES = {name: program for name, program in BLOCKS.items() if name not in TESTS}

# What a block of the README prints stands below it.
SHOWN: dict[str, str] = dict(
    re.findall(
        r"<!-- example: ([\w-]+) -->\n```python\n[^`]*```\n```text\n(.*?)```", PAGES[0], re.DOTALL
    )
)

OFFLINE = r"This is Julep's offline model, not a language model\."
PRINTS = {
    "sync": re.escape(SHOWN["sync"].strip()),
    "errors": r"messages\[0\]\.role\n404",
    "async": re.escape(SHOWN["sync"].strip()),
    "memory": re.escape(SHOWN["memory"].strip()),
    "documents": re.escape(SHOWN["documents"].strip()),
    "model": r"A fine day\.",
    "run": rf"{OFFLINE}.*The function gave: 21\.5",
    "parse-in-short": r"Recipe\(name='', minutes=0\)",
    "streams": rf"{OFFLINE}.*\d+",
    "stream-events": rf"{OFFLINE}.*stop",
    "stream-run": rf"{OFFLINE}.*stop",
    "approve": r"\{\"error\": \"the call of order was not approved: orders are closed today\"\}",
    "continue": r"tool_calls\nstop",
    "parse": r"Recipe main\nstop",
    "stream-output": r'\{"name": ?"", ?"minutes": ?0\}Recipe',
    "render": (
        r"system\nuser\nsituation 3\nagent 5\n(document \d+\n)+message 6\nOpening hours 1 None\n.*"
    ),
    "iterate": r"",
    "fork": r"2\n\[\['draft'\], \['draft'\]\]",
    "hooks": r"",
    "openai-agent": rf"{OFFLINE}.*I live in Bergen\..*Where do I live\?\n4",
    "options": r"200 1 0\.\d+ 0",
    "curl": r"curl -X GET .* \"authorization: Bearer \$JULEP_API_KEY\".*",
    "retries": r"0 0",
    "low-level": r"0",
    "models": r"True None False\nTrue",
    "constructors": (
        r"user Hello\nAgent\.default_settings\.temperature: expected a number; got 'hot'"
    ),
    "fastapi": (r"\[\{'title': 'Hours', 'content': 'Nine to five\.'\}\]\n\['body', 0, 'content'\]"),
    "in-process": r"\[\]",
    "folder": (
        rf"\['server/configuration\.md'\] 0\n{OFFLINE}.*From the document Operations: .*"
        r"\[('Operations', 'PostgreSQL'|'PostgreSQL', 'Operations')\]"
    ),
}


def run(*command: str) -> str:
    """Run Python with warnings as errors; return its output."""
    done = subprocess.run(
        [sys.executable, "-W", "error", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,  # a busy machine is no failure
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout.strip()


def test_every_python_block_is_an_example_that_is_run() -> None:
    assert sum(page.count("```python") for page in PAGES) == len(BLOCKS)
    assert set(EXAMPLES) == set(PRINTS)


@pytest.mark.parametrize("name", PRINTS)
def test_an_example_runs_in_both_forms(name: str) -> None:
    one = snippet(name, EXAMPLES[name])
    for program in filter(None, (one.sync, one.other)):
        assert re.fullmatch(PRINTS[name], programs.run(program, name), re.DOTALL)


def test_the_readme_is_short_and_shows_what_it_prints() -> None:
    assert len(PAGES[0].splitlines()) <= 120
    assert set(SHOWN) == {"sync", "memory", "documents"}


def test_the_tests_of_the_documentation_pass(tmp_path: Path) -> None:
    for name, program in TESTS.items():
        (tmp_path / f"test_{name.replace('-', '_')}.py").write_text(program, encoding="utf-8")
    number = sum(program.count("def test_") for program in TESTS.values())
    assert number > len(TESTS) > 1
    printed = run("-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", str(tmp_path))
    assert f"{number} passed" in printed


def test_the_hook_for_retries_uses_fields_of_its_event() -> None:
    """No retry happens while the example runs, so the hook's body does not."""
    used = set(re.findall(r"\bevent\.(\w+)", EXAMPLES["hooks"]))
    assert used
    assert used <= set(julep.RetryEvent._fields)


def test_the_table_of_the_retry_policy_has_its_fields() -> None:
    page = (ROOT / "docs/transport.md").read_text(encoding="utf-8")
    table = page.partition("| field of `RetryPolicy` |")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == julep.RetryPolicy._fields


def test_the_page_about_errors_has_every_error() -> None:
    page = (ROOT / "docs/transport.md").read_text(encoding="utf-8")
    table = page.partition("| error | also | when |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(\w+Error)`", table))
    errors = {name for name in julep.errors.__all__ if name.endswith("Error")}
    assert sorted(errors - named) == []


def test_the_quickstart_shows_a_whole_conversation() -> None:
    printed = run(str(ROOT / "docs/examples/quickstart.py"))
    assert "A server (SQLite, the offline model) listens at http://127.0.0.1:" in printed
    assert "[sync]                Ada:   This is Julep's offline model" in printed
    assert "[asyncio]             Ada:   This is Julep's offline model" in printed
    assert "[asyncio, streamed]   Ada:   This is Julep's offline model" in printed
    assert "The history has 6 messages:" in printed
    assert "Everything is removed again; 0 objects are left." in printed
