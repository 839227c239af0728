"""What a file is, for errors about files of other kinds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from julep_server.archive.lines import ArchiveError
from julep_server.json_text import JSON, MalformedJSONError, loads

BACKUP: Final = "julep-backup"
AGENTS: Final = "julep-agents"

SQLITE: Final = b"SQLite format 3\0"

_LINES: Final = {
    BACKUP: "a backup, which julep db restore reads",
    AGENTS: "a file of julep export, which julep import stores",
}
_SIGNATURES: Final = {
    b"\x1f\x8b": "compressed by gzip",
    b"BZh": "compressed by bzip2",
    b"\xfd7zXZ": "compressed by xz",
    b"\x28\xb5\x2f\xfd": "compressed by zstd",
    b"PK\x03\x04": "a ZIP archive",
    b"PGDMP": "a dump of PostgreSQL, which pg_restore reads",
    b"--\n-- PostgreSQL database dump": "a dump of PostgreSQL, which psql reads",
    b"%PDF-": "a PDF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    SQLITE: "a SQLite database",
}
# JSON over several lines.
_JSON: Final = re.compile(rb"\s*[\[{]\s*[\[{\"]")
_EMPTY: Final = "empty"
_MAX_BYTES: Final = 64 * 1024


def check_format(file: Path, name: str, expected: str) -> None:
    """Check the first line of a file, which names its format.

    Args:
        file: The file.
        name: The format that it should have.
        expected: What the file should be, and what writes it.

    Raises:
        ArchiveError: It is something else; the error says what.
    """
    if _format(_first_line(file)) != name:
        raise ArchiveError(f"{file} is {recognized(file)}; expected {expected}")


def check_lines(file: Path, expected: str) -> None:
    """Check that a file's first line, if it has one, is an object.

    Args:
        file: The file.
        expected: What the file should be.

    Raises:
        ArchiveError: It is something else; the error says what.
    """
    if not isinstance(_first_line(file), dict) and (found := recognized(file)) != _EMPTY:
        raise ArchiveError(f"{file} is {found}; expected {expected}")


def recognized(file: Path) -> str:
    """Return what a file is, by its beginning."""
    with file.open("rb") as opened:
        data = opened.read(_MAX_BYTES)
    if not data.strip():
        return _EMPTY
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            return kind
    value = _first_line(file)
    if isinstance(value, dict):
        return _LINES.get(_format(value), "JSON Lines without a header")
    if value is not None or _JSON.match(data):
        return "JSON of another form"
    return "a text of another form" if _is_text(data) else "binary data"


def _first_line(file: Path) -> JSON:
    """Return the value of the first line that is not blank; None if it is no JSON."""
    with file.open("rb") as opened:
        line = next(filter(bytes.strip, opened), b"")
    try:
        return loads(line)
    except MalformedJSONError:
        return None


def _format(header: JSON) -> str:
    """Return the format that a first line names; nothing if it names none."""
    return str(header.get("format", "")) if isinstance(header, dict) else ""


def _is_text(data: bytes) -> bool:
    try:
        data[:-4].decode()  # the last character may be cut
    except UnicodeDecodeError:
        return False
    return b"\0" not in data
