"""Texts in parts that are found by themselves: each begins with the headings it stands under."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from julep._documents.front_matter import front_matter

MAX_PART: Final = 800
"""Characters of a part, by which the server splits longer ones."""

_MAX_HEADINGS: Final = 200
# The best boundary first.
_BOUNDARIES: Final = (
    re.compile(r"\n\s*\n\s*"),
    re.compile(r"\n"),
    re.compile(r"[.!?…][\"')\]]*\s+"),
    re.compile(r"\s+"),
)
_BLANK: Final = re.compile(r"(?:[ \t]*\n)*")
_HEADING: Final = re.compile(r" {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*")
_UNDERLINE: Final = re.compile(r" {0,3}(=+|-{2,})\s*")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")


class Section(NamedTuple):
    """A text below a heading.

    Attributes:
        headings: The headings that it stands under, the outermost first.
        text: The text.
    """

    headings: tuple[str, ...]
    text: str


def parts_of(sections: Iterable[Section]) -> list[str]:
    r"""Return sections in parts; each begins with its headings.

    Example:
        >>> parts_of([Section(("Handbook", "Hours"), "It opens at ten.")])
        ['Handbook > Hours\n\nIt opens at ten.']
    """
    return [part for section in sections for part in _parts(section)]


def _parts(section: Section) -> Iterator[str]:
    headings = " > ".join(section.headings)[-_MAX_HEADINGS:]
    head = f"{headings}\n\n" if headings else ""
    room = MAX_PART - len(head)
    text = section.text.strip()
    start = 0
    while start < len(text):
        end = len(text) if len(text) - start <= room else _boundary(text, start, room)
        yield f"{head}{text[start:end].rstrip()}"
        blank = _BLANK.match(text, end)
        start = end if blank is None else blank.end()


def _boundary(text: str, start: int, room: int) -> int:
    """Return the end of a part: the last, best boundary in its second half."""
    for boundary in _BOUNDARIES:
        ends = [match.end() for match in boundary.finditer(text, start + room // 2, start + room)]
        if ends:
            return ends[-1]
    return start + room


class Outline:
    """Sections, while headings and texts are read one after another."""

    def __init__(self) -> None:
        self.title: str | None = None
        self._headings: list[tuple[int, str]] = []
        self._text: list[str] = []
        self._sections: list[Section] = []

    def heading(self, level: int, text: str) -> None:
        """Begin a section.

        Args:
            level: The heading's level: 1 is the outermost.
            text: The heading.
        """
        self._end()
        text = " ".join(text.split())
        self._headings = [each for each in self._headings if each[0] < level]
        if text:
            self._headings.append((level, text))
            self.title = self.title or text

    def text(self, text: str) -> None:
        """Add text to the section."""
        self._text.append(text)

    def sections(self) -> list[Section]:
        """Return the sections that have a text."""
        self._end()
        return self._sections

    def _end(self) -> None:
        text = "".join(self._text).strip()
        if text:
            self._sections.append(Section(tuple(text for _, text in self._headings), text))
        self._text = []


def markdown(text: str) -> Outline:
    """Read Markdown: headings of both forms, and not those in blocks of code."""
    outline = Outline()
    fence = ""
    previous = ""  # a line that an underline makes a heading
    outline.title, lines = front_matter(text.splitlines())
    for line in lines:
        mark = _FENCE.match(line)
        if mark and (not fence or (mark[1].startswith(fence) and not line[mark.end() :].strip())):
            fence = "" if fence else mark[1]
        heading = None if fence or mark else _HEADING.fullmatch(line)
        underline = None if fence or mark or not previous.strip() else _UNDERLINE.fullmatch(line)
        if underline:
            outline.heading(1 if underline[1][0] == "=" else 2, previous)
            previous = ""
            continue
        if previous:
            outline.text(previous)
        previous = ""
        if heading:
            outline.heading(len(heading[1]), heading[2] or "")
        elif fence or mark or not line.strip():
            outline.text(f"{line}\n")
        else:
            previous = f"{line}\n"
    outline.text(previous)
    return outline
