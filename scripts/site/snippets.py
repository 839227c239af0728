"""Programs of pages: one source each, shown in a sync and an async form, with what it prints.

The source is a block of a page, below `<!-- example: NAME -->`, or a file in docs/snippets, to
which a paragraph of a page is the link. Beside the file, NAME.toml has the answers of a model that
follows a script; without it the offline model answers.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from scripts.site.async_form import async_form
from scripts.site.places import ROOT
from scripts.site.programs import formatted, run

FOLDER: Final = ROOT / "docs/snippets"
# The block, and the block of its output in the README, which is made anew.
BLOCK: Final = re.compile(
    r"<!-- example: ([\w-]+) -->\n```python\n(.*?)```\n(?:```text\n.*?```\n)?", re.DOTALL
)
LINK: Final = re.compile(r"^\[\w+\.py\]\((?:\.\./)*snippets/(\w+)\.py\)$", re.MULTILINE)


class Snippet(NamedTuple):
    """A program in both forms; `other` is empty if there is nothing to await."""

    name: str
    sync: str
    other: str
    script: Path | None

    @property
    def is_test(self) -> bool:
        """Whether it is a module of tests, which pytest runs."""
        return self.name.startswith("testing")

    def output(self) -> str:
        """Return what it prints."""
        return "" if self.is_test else run(self.sync, self.name, self.script)


def snippet(name: str, program: str, script: Path | None = None) -> Snippet:
    """Return a snippet of a program."""
    other = async_form(program)
    if other == program or name.startswith("testing"):
        other = ""
    return Snippet(name, program, other, script)


def of_file(file: Path) -> Snippet:
    """Return the snippet of a file."""
    script = file.with_suffix(".toml")
    program = re.sub(r'\A""".*?"""\n+', "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    program = program.removeprefix("from __future__ import annotations\n").lstrip("\n")
    return snippet(file.stem, program, script if script.exists() else None)


def files() -> list[Path]:
    """Return the files of all snippets."""
    return sorted(FOLDER.glob("*.py"))


def blocks(page: str) -> list[Snippet]:
    """Return the snippets that stand in a page."""
    return [snippet(name, program) for name, program in BLOCK.findall(page)]


def with_snippets(page: str, *, tabs: bool) -> str:
    """Return a page with its programs shown: in tabs, or one below the other."""
    page = BLOCK.sub(lambda match: _shown(snippet(match[1], match[2]), tabs=tabs), page)
    return LINK.sub(lambda match: _shown(of_file(FOLDER / f"{match[1]}.py"), tabs=tabs), page)


@cache
def _output(one: Snippet) -> str:
    """Return what a snippet prints; each runs once, and is shown in several forms."""
    return one.output()


def _shown(one: Snippet, *, tabs: bool) -> str:
    forms = {"Sync": one.sync, "Async": formatted(one.other)} if one.other else {"": one.sync}
    parts: list[str] = []
    for title, program in forms.items():
        block = f"```python\n{program}```"
        if title and tabs:
            indented = "\n".join(f"    {line}".rstrip() for line in block.split("\n"))
            block = f'=== "{title}"\n\n{indented}'
        elif title:
            block = f"{title}:\n\n{block}"
        parts.append(block)
    output = _output(one)
    if output:
        heading = '```text title="Output"' if tabs else "Output:\n\n```text"
        parts.append(f"{heading}\n{output}\n```")
    return "\n\n".join(parts) + "\n"
