"""scripts/docs: the built site has every name, loads nothing from elsewhere, and its links lead on.

The name keeps it out of `scripts/test`, which builds no site.
"""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote, urldefrag

import pytest

from scripts.site.outline import DOCS, navigation, pages
from tests.sdk.test_public_names import PINNED

ROOT: Final = Path(__file__).parents[2]
SITE: Final = ROOT / "site"
HTML: Final = sorted(SITE.rglob("*.html"))
# What a browser loads by itself, as opposed to where a reader may go.
LOADS: Final = {
    ("script", "src"),
    ("link", "href"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "src"),
    ("object", "data"),
}


class Page(NamedTuple):
    """What a page has: its anchors, the links of its text, what it loads, and its text."""

    anchors: frozenset[str]
    links: tuple[str, ...]
    loads: tuple[str, ...]


class Reader(HTMLParser):
    """Reads a page."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the attributes."""
        found = dict(attrs)
        for name, value in attrs:
            if value is None:
                continue
            if name == "id":
                self.anchors.add(value)
            elif (tag, name) in LOADS and found.get("rel") != "canonical":
                self.loads.append(value)
            elif (tag, name) == ("a", "href"):
                self.links.append(value)


@cache
def page(file: Path) -> Page:
    reader = Reader()
    reader.feed(file.read_text(encoding="utf-8"))
    return Page(frozenset(reader.anchors), tuple(reader.links), tuple(reader.loads))


def test_the_site_has_all_pages() -> None:
    built = {file.relative_to(SITE).with_suffix(".md").as_posix() for file in HTML}
    assert set(pages().values()) <= built
    assert {"http-api.md", "http-api-schemas.md", "reference/index.md"} <= built


def test_every_page_of_the_documentation_is_on_the_site() -> None:
    written = {one for one in DOCS.rglob("*.md") if one.parent.name != "changes"}
    assert written <= set(pages())


def test_every_public_name_has_a_page_and_an_anchor() -> None:
    assert len(PINNED) > 30
    for module, names in PINNED.items():
        anchors = page(SITE / f"reference/{module}.html").anchors
        assert [name for name in names.split() if f"{module}.{name}" not in anchors] == []


def test_nothing_is_loaded_from_elsewhere() -> None:
    loaded = {load for file in HTML for load in page(file).loads}
    assert len(loaded) > 5
    assert [load for load in loaded if "://" in load or load.startswith("//")] == []
    for file in SITE.rglob("*.css"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", text), file


@pytest.mark.parametrize("file", HTML, ids=lambda file: file.relative_to(SITE).as_posix())
def test_links_and_anchors_exist(file: Path) -> None:
    broken: list[str] = []
    for link in {*page(file).links, *page(file).loads}:
        if "://" in link or link.startswith(("mailto:", "javascript:", "data:")):
            continue
        path, anchor = urldefrag(link)
        to = (file.parent / unquote(path)).resolve() if path else file
        if to.is_dir():
            to /= "index.html"
        exists = to.exists() and (
            not anchor or to.suffix != ".html" or unquote(anchor) in page(to).anchors
        )
        # The theme's own: the error page knows no folder, and some anchors are made by its script.
        if not exists and not anchor.startswith("__") and file.name != "404.html":
            broken.append(link)
    assert broken == []


def test_each_page_is_there_as_markdown() -> None:
    for file in HTML:
        if file.name != "404.html":
            text = file.with_suffix(".md").read_text(encoding="utf-8")
            assert text.startswith(("# ", "<!--"))
            assert '=== "' not in text
            assert "<!-- example" not in text


def test_llms_txt_lists_the_pages_and_the_long_file_has_them() -> None:
    text = (SITE / "llms.txt").read_text(encoding="utf-8")
    listed = re.findall(r"^- \[.+\]\((.+\.md)\): .+\.$", text, re.MULTILINE)
    assert not re.search(r"\.md\): .*\]\(", text)  # links are those of the pages alone
    built = {file.relative_to(SITE).with_suffix(".md").as_posix() for file in HTML}
    assert sorted(listed) == sorted(built - {"404.md"})
    full = (SITE / "llms-full.txt").read_text(encoding="utf-8")
    assert re.findall(r"^<!-- (\S+\.md) -->$", full, re.MULTILINE) == listed
    assert len(navigation()) > 4


def test_programs_are_in_tabs_with_their_output() -> None:
    text = (SITE / "tools.html").read_text(encoding="utf-8")
    assert "AsyncClient" in text
    assert text.count("tabbed-set") > 2
    assert "orders are closed today" in text.partition("Output")[2]
