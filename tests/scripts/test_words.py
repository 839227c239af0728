"""The word list of scripts/check: what it finds, where, and what it passes over."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.words.checker import check, check_text

pytestmark = pytest.mark.once


def found(text: str, path: str = "src/julep/module.py") -> list[tuple[int, str]]:
    return [(finding.line, finding.word) for finding in check_text(path, text.encode())]


@pytest.mark.parametrize(
    "text",
    [
        "# Raises what came of the call.",
        "# It is for whoever calls.",
        "# 2 if nobody says otherwise",
        "# What happens on a bad day.",
        "# It has to be a number.",
        "# They have to be numbers.",
        "import ssl  # dear, and seldom needed",
        "# in both colours",
        "# of either color",
        "# the blocking client",
        "# blocking or awaited",
        "# the client that blocks",
        "# a call that is awaited",
        '"""Agents, blocking."""',
        '"""Agents, awaited."""',
        "colour = 1",
        "class BlockingWire: ...",
        "def blocking_wire(): ...",
        "x = f'a {y} of both colours'",
    ],
)
def test_a_word_is_found(text: str) -> None:
    assert len(found(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "# It does not have to be a number.",
        '"""Dear Ada, …"""',
        "# a non-blocking socket; blocking code; sock.setblocking(False)",
        "sock.setblocking(False); lock.acquire(blocking=False)",
        "raise BlockingIOError",
        "# The coroutine must be awaited, or Python warns.",
        "from julep.managers.base import BaseManager, awaited, value",
        "is_color = True  # the terminal's",
        "# A call that blocks the event loop.",
        '"""Return the giver\'s gift."""',
    ],
)
def test_other_uses_are_passed_over(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("opening", ["Give", "Gives", "Tell", "Tells", "Say", "Says"])
@pytest.mark.parametrize(
    "place", ["src/julep/a.py", "scripts/a.py", "tests/sdk/test_a.py", "benchmarks/a.py"]
)
def test_a_docstring_s_opening_is_found(opening: str, place: str) -> None:
    text = f'class A:\n    def b(self):\n        """\n        {opening} it."""\n'
    assert found(text, place) == [(3, opening)]
    assert found(text.replace(opening, "Return"), place) == []
    assert found(text.replace(opening, f"{opening}n"), place) == []


def test_a_template_s_docstring_is_found() -> None:
    template = '{% macro f() %}\ndef f():\n    """Give it."""\n{% endmacro %}'
    assert found(template, "scripts/generator/templates/f.jinja") == [(3, "Give")]


def test_a_sentence_may_be_of_several_lines() -> None:
    assert found("x = 1\n# This is what\n# came of a call.\n") == [(2, "what came of")]
    assert found("a\nwhat\ncame of b", "docs/page.md") == [(2, "what came of")]
    assert found("# This is what\n\n# came of a\n") == []


def test_each_folder_has_its_rules() -> None:
    text = '"""Give it, whoever calls."""'
    assert found(text) == [(1, "Give"), (1, "whoever")]
    assert found(text, "tests/sdk/test_a.py") == [(1, "Give")]
    assert found("whoever", "README.md") == [(1, "whoever")]
    assert found("whoever", "docs/decisions/0001-a.md") == []
    assert found("whoever", "scripts/requirements/dev.txt") == []
    assert found("whoever", "generated/julep_api/a.py") == []


def test_a_finding_names_its_place_and_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("\nIt has to be so.\n")
    (finding,) = check(tmp_path, ["README.md", "docs/gone.md"])
    assert str(finding) == 'README.md:2: "has to be": write "must be"'
