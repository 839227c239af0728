"""The text of HTML, with its headings."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

from julep._documents.parts import Outline

_IGNORED: Final = frozenset({"script", "style", "template", "noscript", "svg", "nav", "select"})
_BLOCKS: Final = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tr",
        "ul",
    }
)
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_SPACE: Final = re.compile(r"\s+")


def html(text: str) -> Outline:
    """Read HTML."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    outline = reader.outline
    outline.title = " ".join("".join(reader.title).split()) or outline.title
    return outline


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.outline = Outline()
        self.title: list[str] = []
        self._ignored: list[str] = []  # elements that are read over, the innermost last
        self._heading: list[str] | None = None
        self._in_title = False
        self._preformatted = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the base's
        if tag in _IGNORED:
            self._ignored.append(tag)
        elif tag == "title":
            self._in_title = not self._ignored
        elif tag in _HEADINGS:
            self._heading = []
        elif tag == "br":
            self._add("\n")
        elif tag in {"td", "th"}:
            self._add(" ")
        elif tag in _BLOCKS:
            self._add("\n- " if tag == "li" else "\n" if tag == "tr" else "\n\n")
            self._preformatted += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in self._ignored:
            del self._ignored[self._ignored.index(tag) :]
        elif tag == "title":
            self._in_title = False
        elif tag in _HEADINGS and self._heading is not None:
            text, self._heading = "".join(self._heading), None
            self.outline.heading(_HEADINGS[tag], text)
        elif tag in _BLOCKS and tag not in {"li", "tr"}:
            self._add("\n\n")
            self._preformatted -= tag == "pre" and self._preformatted > 0

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        else:
            self._add(data if self._preformatted else _SPACE.sub(" ", data))

    def _add(self, text: str) -> None:
        if self._ignored:
            return
        if self._heading is not None:
            self._heading.append(text)
        else:
            self.outline.text(text)
