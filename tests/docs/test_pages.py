"""Links, the index of the pages, the format of decision records, and the names in them."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
import tomllib
from pathlib import Path

import pytest

import julep

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
HOME = "https://github.com/julep-ai/python-sdk"
IN_THE_TREE = re.compile(rf"{HOME}/(?:blob|tree)/main/([^#]+)(?:#.*)?")

PAGES = sorted(page for page in DOCS.rglob("*.md") if page.parent.name != "changes")
RECORDS = sorted((DOCS / "decisions").iterdir())
# The migration page names what 0.3 had.
WITH_NAMES = [
    ROOT / "README.md",
    *(page for page in PAGES if page.name != "migration.md"),
    *sorted((DOCS / "changes").glob("*.md")),
]
# Every record has the sections with True; others may stand before "Rejected".
SECTIONS = {"Context": False, "Decided": True, "Rejected": True, "What follows": False}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def links_of(page: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))


def test_links_of_the_readme_work_outside_the_repository() -> None:
    links = links_of(ROOT / "README.md")
    assert len(links) > 5
    assert [link for link in links if not link.startswith("https://")] == []
    own = [link for link in links if link.startswith(HOME)]
    found = [IN_THE_TREE.fullmatch(link) for link in own]
    assert None not in found
    assert [match[1] for match in found if match and not (ROOT / match[1]).exists()] == []


def test_the_project_links_to_its_home() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    urls: dict[str, str] = project["urls"]
    assert urls["Homepage"] == HOME
    assert all(url.startswith(HOME) for url in urls.values())
    files = [match[1] for url in urls.values() if (match := IN_THE_TREE.fullmatch(url))]
    assert files == ["docs/README.md", "CHANGELOG.md", "SECURITY.md"]
    assert all((ROOT / file).is_file() for file in files)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_of_a_page_exist(page: Path) -> None:
    links = [link for link in links_of(page) if "://" not in link]
    broken = [link for link in links if not (page.parent / link.partition("#")[0]).exists()]
    assert broken == []


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of a page's headings."""
    text = re.sub(r"(?ms)^```.*?^```", "", page.read_text(encoding="utf-8"))
    headings = re.findall(r"(?m)^#+ (.+)", text)
    plain = [re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in plain}


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=name_of)
def test_anchors_of_links_exist(page: Path) -> None:
    links = [link.partition("#")[::2] for link in links_of(page) if "://" not in link]
    targets = [(page.parent / path if path else page, anchor) for path, anchor in links if anchor]
    assert [one for one in targets if one[1] not in anchors_of(one[0])] == []


def test_the_guide_has_every_setting_of_a_client() -> None:
    settings = (DOCS / "guide.md").read_text(encoding="utf-8").partition("\n## Settings\n")[2]
    names = inspect.signature(julep.Client).parameters
    assert [name for name in names if f"`{name}`" not in settings] == []


def test_the_index_lists_every_page_once() -> None:
    listed = [link for link in links_of(DOCS / "README.md") if link.endswith(".md")]
    pages = [page.relative_to(DOCS).as_posix() for page in PAGES if page != DOCS / "README.md"]
    assert sorted(listed) == sorted(["../README.md", *pages])


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.name)
def test_the_index_has_a_records_number_and_title(record: Path) -> None:
    title = re.match(r"# (\d{4})\. (.+)\n\n", record.read_text(encoding="utf-8"))
    assert title is not None
    number, text = title.groups()
    assert record.name.startswith(f"{number}-")
    row = rf"\| {number} \| \[{re.escape(text)}\]\(decisions/{re.escape(record.name)}\) \| .+\. \|"
    assert re.search(rf"^{row}$", (DOCS / "README.md").read_text(encoding="utf-8"), re.MULTILINE)


def test_records_are_numbered_without_a_gap() -> None:
    assert [int(record.name[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.name)
def test_a_record_has_the_sections_in_their_order(record: Path) -> None:
    sections = re.findall(r"^## (.+)$", record.read_text(encoding="utf-8"), re.MULTILINE)
    common = [section for section in sections if section in SECTIONS]
    assert common == [name for name, always in SECTIONS.items() if always or name in sections]
    after = sections[sections.index("Rejected") + 1 :]
    assert after in ([], ["What follows"])


@pytest.mark.parametrize("page", WITH_NAMES, ids=name_of)
def test_names_and_paths_in_a_page_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name in re.findall(r"`(julep(?:_api|_server)?(?:\.\w+)+)`", text):
        if name != "julep.db":  # a file's name
            pkgutil.resolve_name(name)
    paths = re.findall(r"`((?:src|tests|scripts|docs|benchmarks|generated)/[\w./-]*)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_file_of_the_tests_has_a_line() -> None:
    text = (ROOT / "tests/README.md").read_text(encoding="utf-8")
    listed = {
        f"{folder}/{name}"
        for folder, rows in re.findall(
            r"^## (\S+)\n\n(.*?)(?=\n\n|\Z)", text, re.DOTALL | re.MULTILINE
        )
        for name in re.findall(r"^\| `([^`]+)` \| \S", rows, re.MULTILINE)
    }
    ignored = {"README.md", "__init__.py"}
    found = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("*.*")
        if path.is_file() and path.name not in ignored and "__pycache__" not in path.parts
    }
    assert listed == found


def test_the_guide_lists_every_variable_that_a_client_reads() -> None:
    sources = (ROOT / "src/julep").rglob("*.py")
    read = {
        node.value
        for source in sources
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"(JULEP|OTEL|SSL)_[A-Z_]+", node.value)
    }
    assert len(read) > 6
    settings = (DOCS / "guide.md").read_text(encoding="utf-8").partition("\n## Settings\n")[2]
    assert [name for name in read if f"`{name}" not in settings.partition("\n## ")[0]] == []
