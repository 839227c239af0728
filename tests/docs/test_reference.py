"""The reference, held against the product owner's document section by section."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from scripts.site.names import modules, names
from scripts.site.reference import index_page, module_page
from tests.sdk.test_public_names import PINNED

pytestmark = pytest.mark.once


class Row(NamedTuple):
    """A section, its parts, and the parameters of its signature."""

    heading: str
    parts: str
    parameters: str


MODULE: Final = "julep.managers.session"
# The owner's page as a table.
SEED: Final = Path(__file__).with_name("owners_page.txt").read_text(encoding="utf-8")
ROWS: Final = [Row(*line.split(" | ")) for line in SEED.splitlines() if not line.startswith("#")]


@cache
def page() -> str:
    return module_page(MODULE)


@cache
def sections() -> Mapping[str, str]:
    """The sections of our page, by their headings."""
    found = re.split(r"^##+ (.+?) \{ #.+ \}$", page(), flags=re.MULTILINE)
    plain = [re.sub(r"\\(.)", r"\1", heading) for heading in found[1::2]]
    return dict(zip(plain, found[2::2], strict=True))


def parts_of(section: str) -> set[str]:
    return set(re.findall(r"^\*\*(.+)\*\*$", section, re.MULTILINE))


def test_the_page_begins_as_the_owners() -> None:
    assert page().startswith("# Session\n\n[Julep Python SDK Index](index.md) / [Julep](julep.md)")
    assert "Auto-generated documentation for [julep.managers.session]" in page()


@pytest.mark.parametrize(("heading", "parts", "parameters"), ROWS)
def test_a_section_has_the_parts_and_the_parameters_of_the_owners(
    heading: str, parts: str, parameters: str
) -> None:
    section = sections()[heading]
    assert re.match(r"\s+\[Show source in \w+\.py:\d+\]\(https://", section)
    assert set(parts.split(", ")) <= parts_of(section)
    code = re.findall(r"```python\n(.+?)```", section, re.DOTALL)[-1]
    if "()." in heading:
        [node] = ast.parse(code).body
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        found = [
            one.arg for one in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        ]
        wanted = parameters.split()
        assert [name for name in wanted if name not in found] == []
        asynchronous = heading.startswith("Async")
        assert isinstance(node, ast.AsyncFunctionDef) == asynchronous
        described = re.findall(r"^- `(\w+)`", section.partition("**Signature**")[0], re.MULTILINE)
        assert [name for name in wanted if name not in {"self", *described}] == []
    else:
        assert code.startswith(f"class {heading}(")


def test_no_section_of_the_owners_is_missing() -> None:
    assert len(ROWS) == 30
    listed = [heading for heading, _, _ in ROWS]
    assert listed == sorted(listed)


@pytest.mark.parametrize("module", PINNED)
def test_every_name_has_an_anchor(module: str) -> None:
    text = module_page(module)
    for name in PINNED[module].split():
        anchor = re.escape(f"{module}.{name}")
        assert re.search(rf'\{{ #{anchor}(?: .+)? \}}$|<span id="{anchor}">', text, re.MULTILINE), (
            name
        )


@pytest.mark.parametrize("module", PINNED)
def test_docstrings_are_read_in_sections(module: str) -> None:
    text = module_page(module)
    assert re.findall(r"^(?:Args|Example|Raises|Returns):$", text, re.MULTILINE) == []


def test_the_index_has_every_module() -> None:
    assert set(modules()) == set(PINNED)
    assert all(f"## [{module}]({module}.md)" in index_page() for module in modules())
    assert r"[\_\_version\_\_](julep.md#julep.__version__)" in index_page()


def test_async_methods_are_documented_in_full() -> None:
    for one in names():
        if one.is_home and one.name.startswith("Async") and one.name.endswith("Manager"):
            text = module_page(one.module)
            chunks = re.split(r"^### ", text, flags=re.MULTILINE)[1:]
            own = [chunk for chunk in chunks if chunk.startswith(f"{one.name}().")]
            assert own
            assert [c.partition("\n")[0] for c in own if "**Examples**" not in c] == []
