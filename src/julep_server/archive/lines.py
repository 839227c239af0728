"""Files of JSON Lines: a header first, and in the end the number of lines between."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from julep_server.json_text import JSONObject, MalformedJSONError, dumps, loads


class ArchiveError(Exception):
    """A file can't be read, or not into this database; the message names its line."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the path of a private file to write, which takes the place of another at the end.

    Raises:
        ArchiveError: The folder does not exist.
    """
    if not path.parent.is_dir():
        raise ArchiveError(f"there is no folder {path.parent}")
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_lines(path: Path | None, lines: Iterable[JSONObject]) -> int:
    """Write lines to a file, or to standard output; return their number."""
    if path is None:
        return _write(sys.stdout, lines)
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        count = _write(file, lines)
        file.flush()
    return count


def read_lines(path: Path) -> Iterator[tuple[int, JSONObject]]:
    """Yield the number and the object of each line that is not empty.

    Raises:
        ArchiveError: A line is no JSON object.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                value = loads(line)
            except MalformedJSONError as error:
                raise ArchiveError(f"line {number}: it is not JSON: {error}") from None
            if not isinstance(value, dict):
                raise ArchiveError(f"line {number}: expected a JSON object")
            yield number, value


def _write(file: TextIO, lines: Iterable[JSONObject]) -> int:
    count = 0
    for line in lines:
        file.write(f"{dumps(line)}\n")
        count += 1
    return count
