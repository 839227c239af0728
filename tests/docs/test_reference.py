"""The reference: its order, its names, and the sections that are specified for one of its pages."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from beartype import roar

import julep
from scripts.site.names import module_sections, modules, names
from scripts.site.outline import navigation
from scripts.site.reference import BASES, base_page, index_page, module_page
from tests.sdk.test_public_names import PINNED

pytestmark = pytest.mark.once


class Row(NamedTuple):
    """A section: its parts; of a method also parameters, types of the result, and errors."""

    heading: str
    parts: str
    parameters: str
    returned: str
    errors: str


MODULE: Final = "julep.managers.session"
SPECIFIED: Final = Path(__file__).with_name("specified_sections.txt").read_text(encoding="utf-8")
ROWS: Final = [
    Row(*(cell.strip() for cell in line.split("|")))
    for line in SPECIFIED.splitlines()
    if not line.startswith("#")
]
METHODS: Final = [row for row in ROWS if "()." in row.heading]
MANAGERS: Final = module_sections()["Managers"]
HEADING: Final = re.compile(r"^##+ (.+?) \{ #.+ \}$", re.MULTILINE)


@cache
def page_of(module: str) -> str:
    return base_page() if module == BASES else module_page(module)


@cache
def sections(page: str) -> Mapping[str, str]:
    """The sections of a page, by their headings."""
    found = HEADING.split(page)
    plain = [re.sub(r"\\(.)", r"\1", heading) for heading in found[1::2]]
    return dict(zip(plain, found[2::2], strict=True))


def section_of(heading: str) -> str:
    """The section of the session's page; of the base class that of the base classes' page."""
    return sections(page_of(BASES if heading.startswith("Base") else MODULE))[heading]


def parts_of(section: str) -> dict[str, str]:
    found = re.split(r"^\*\*(.+)\*\*$", section, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def error_named(name: str) -> type[BaseException]:
    """The error that is named: a built-in one, one of beartype, or one of ours."""
    places = (julep, builtins, roar)
    found: object = next(getattr(place, name) for place in places if hasattr(place, name))
    assert isinstance(found, type)
    assert issubclass(found, BaseException)
    return found


def test_the_page_begins_as_specified() -> None:
    page = page_of(MODULE)
    assert page.startswith("# Session\n\n[Julep Python SDK Index](index.md) / [Julep](julep.md)")
    assert "Auto-generated documentation for [julep.managers.session]" in page


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.heading)
def test_a_section_has_the_specified_parts(row: Row) -> None:
    section = section_of(row.heading)
    assert re.match(r"\s+\[Show source in \w+\.py:\d+\]\(https://", section)
    parts = parts_of(section)
    assert [part for part in row.parts.split(", ") if part not in parts] == []
    if "()." not in row.heading:
        assert parts["Signature"].strip().startswith(f"```python\nclass {row.heading}(")


@pytest.mark.parametrize("row", METHODS, ids=lambda row: row.heading)
def test_a_method_has_the_specified_parameters_results_and_errors(row: Row) -> None:
    parts = parts_of(section_of(row.heading))
    [code] = re.findall(r"```python\n(.+?)```", parts["Signature"], re.DOTALL)
    [node] = ast.parse(code).body
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    assert isinstance(node, ast.AsyncFunctionDef) == row.heading.startswith("Async")
    found = [one.arg for one in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]]
    described = re.findall(r"^- `(\w+)`", parts.get("Arguments", ""), re.MULTILINE)
    wanted = row.parameters.split()
    assert [name for name in wanted if name not in found or name not in described] == []
    returned = re.findall(r"[A-Z]\w+", ast.unparse(node.returns) if node.returns else "")
    types = re.findall(r"[A-Z]\w+", row.returned)
    assert [name for name in types if name not in returned] == []
    listed = re.findall(r"^- \[?(\w+)\]?", parts.get("Raises", ""), re.MULTILINE)
    raised = [error_named(name) for name in listed]
    for name in row.errors.split():
        assert any(issubclass(one, error_named(name)) for one in raised), name


def test_the_specification_is_whole_and_its_order_is_the_pages() -> None:
    assert len(ROWS) == 32
    listed = [row.heading for row in ROWS]
    shown = [*sections(page_of(MODULE)), *sections(page_of(BASES))]
    on_page = [heading for heading in listed if not heading.startswith("Base")]
    assert on_page == [heading for heading in shown if heading in on_page]


@pytest.mark.parametrize("module", modules())
def test_a_page_has_public_names_with_the_sync_form_first(module: str) -> None:
    headings = list(sections(page_of(module)))
    assert [one for one in headings if "()._" in one] == []
    for heading in headings:
        # An error, or an async class of 0.3, may have no other form.
        if heading.startswith("Async") and heading.removeprefix("Async") in headings:
            assert headings.index(heading) > headings.index(heading.removeprefix("Async"))


@pytest.mark.parametrize("module", MANAGERS)
def test_a_page_of_a_manager_is_in_the_order_of_its_readers(module: str) -> None:
    found = sections(page_of(module))
    methods: dict[str, list[str]] = {}
    for heading in found:
        methods.setdefault(heading.partition("().")[0], []).append(heading.partition("().")[2])
    sync, asynchronous, *_, base = methods
    assert asynchronous == f"Async{sync}"
    assert methods[asynchronous] == methods[sync]
    assert len(methods[sync]) > 3 or module == "julep.managers.job"
    assert base == f"Base{sync}"
    assert f"({BASES}#{base})" in parts_of(found[base])["Methods"]


def test_the_reference_has_first_what_readers_need_first() -> None:
    [reference] = [section["Reference"] for section in navigation() if "Reference" in section]
    assert isinstance(reference, list)
    listed = [title for entry in reference for title in entry]
    assert listed[:3] == ["Index", "Clients", "Managers"]
    assert listed[-2:] == ["Names of 0.3", "Base classes"]
    assert [one.rpartition(".")[2] for one in MANAGERS] == [
        *("agent", "user", "session", "doc", "tool", "memory", "job")
    ]
    earlier = module_sections()["Names of 0.3"]
    assert [one for one in modules() if one.startswith("julep.api") and one not in earlier] == []


@pytest.mark.parametrize("module", PINNED)
def test_every_name_has_an_anchor(module: str) -> None:
    text = page_of(module)
    for name in PINNED[module].split():
        anchor = re.escape(f"{module}.{name}")
        assert re.search(rf'\{{ #{anchor}(?: .+)? \}}$|<span id="{anchor}">', text, re.MULTILINE), (
            name
        )


@pytest.mark.parametrize("module", PINNED)
def test_docstrings_are_read_in_sections(module: str) -> None:
    text = page_of(module)
    assert re.findall(r"^(?:Args|Example|Raises|Returns):$", text, re.MULTILINE) == []


def test_the_index_has_every_module() -> None:
    assert set(modules()) == set(PINNED)
    assert all(f"## [{module}]({module}.md)" in index_page() for module in modules())
    assert r"[\_\_version\_\_](julep.md#julep.__version__)" in index_page()


def test_async_methods_are_documented_in_full() -> None:
    for one in names():
        if one.is_home and one.name.startswith("Async") and one.name.endswith("Manager"):
            text = page_of(one.module)
            chunks = re.split(r"^### ", text, flags=re.MULTILINE)[1:]
            own = [chunk for chunk in chunks if chunk.startswith(f"{one.name}().")]
            assert own
            assert [c.partition("\n")[0] for c in own if "**Examples**" not in c] == []
