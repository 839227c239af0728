"""Readers of files: plain text, Markdown, HTML and PDF."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import PurePath
from typing import Final, NamedTuple

from julep._documents.html import html
from julep._documents.parts import Outline, Section, markdown, parts_of

# What no text needs, and databases refuse.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_CHARSET: Final = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_BLANK_LINES: Final = re.compile(r"[ \t]*\n(?:[ \t]*\n)+")


class UnreadableFileError(Exception):
    """A file has no text that can be read."""


class EmptyFileError(UnreadableFileError):
    """A file of text has none; of other kinds, that is a failure."""


class Document(NamedTuple):
    """A file's text.

    Attributes:
        title: The title: that of the front matter, the first heading, or the file's name.
        parts: The text in parts.
    """

    title: str
    parts: list[str]


def read_document(name: str, data: bytes) -> Document:
    """Return the text of a file.

    Args:
        name: The file's name, whose ending decides how it is read.
        data: The file's content.

    Raises:
        EmptyFileError: When it is a file of text without any.
        UnreadableFileError: When it is damaged, or has no text.
    """
    path = PurePath(name)
    outline = _READERS[path.suffix.lower()](data)
    sections = (
        Section(
            tuple(_cleaned(heading) for heading in section.headings),
            _BLANK_LINES.sub("\n\n", _cleaned(section.text)),
        )
        for section in outline.sections()
    )
    parts = parts_of(sections)
    title = _cleaned(outline.title or "").strip() or path.stem
    if not parts:
        # Of a PDF file, that is often a scan, which a person must know of.
        is_scan = path.suffix.lower() == ".pdf"
        raise (UnreadableFileError if is_scan else EmptyFileError)("it has no text")
    return Document(title, parts)


def _cleaned(text: str) -> str:
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _decoded(data: bytes, encoding: str = "utf-8-sig") -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    try:
        text = data.decode(encoding)
    except (UnicodeError, LookupError):  # a page may name any of Python's codecs
        raise UnreadableFileError(f"it is not text in {encoding.removesuffix('-sig')}") from None
    if "\0" in text:
        raise UnreadableFileError("it is binary data, not text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _text(data: bytes) -> Outline:
    outline = Outline()
    outline.text(_decoded(data))
    return outline


def _markdown(data: bytes) -> Outline:
    return markdown(_decoded(data))


def _html(data: bytes) -> Outline:
    declared = _CHARSET.search(data[:1024])
    return html(_decoded(data, declared[1].decode() if declared else "utf-8-sig"))


def _pdf(data: bytes) -> Outline:
    try:
        from pypdf import PdfReader
    except ModuleNotFoundError:
        raise UnreadableFileError('PDF files need pypdf: pip install "julep[cli]"') from None
    outline = Outline()
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableFileError("it is encrypted")
        for number, page in enumerate(reader.pages, 1):
            outline.heading(1, f"Page {number}")
            outline.text(page.extract_text())
        title = reader.metadata.title if reader.metadata else None
    except UnreadableFileError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes of its reader
        raise UnreadableFileError(f"it cannot be read as PDF: {error}") from None
    outline.title = title or None
    return outline


_READERS: Final[Mapping[str, Callable[[bytes], Outline]]] = {
    ".txt": _text,
    ".md": _markdown,
    ".markdown": _markdown,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
}
SUFFIXES: Final = frozenset(_READERS)
