"""The file of a SQLite database: its URL, its path, and its permissions."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy.engine import URL, make_url

_OWNER_ONLY = 0o600


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file, whatever characters its path has."""
    # A question mark would begin the query.
    escaped = str(path.absolute()).replace("%", "%25").replace("?", "%3F")
    return f"sqlite:///{escaped}"


def parse_url(text: str) -> URL:
    """Parse a database's URL. The path of a SQLite file may have percent-encoded characters.

    Raises:
        sqlalchemy.exc.ArgumentError: It is no URL.
    """
    url = make_url(text)
    if url.get_backend_name() != "sqlite" or "%" not in text:
        return url
    # Only newer versions of SQLAlchemy decode it.
    encoded = text.partition(":///")[2].partition("?")[0]
    return url.set(database=unquote(encoded))


def sqlite_path(url: URL) -> Path | None:
    """Return the path of a SQLite file; None for a database in memory and for other databases."""
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or url.query.get("mode") == "memory":
        return None
    if name.startswith("file:"):
        name = unquote(name.removeprefix("file:"))
    return None if name in ("", ":memory:") else Path(name)


def create_private(path: Path) -> None:
    """Create an empty file that only its owner may read; one that exists stays as it is.

    SQLite gives the files beside it the same permissions.
    """
    # SQLite reports a folder that is missing or can't be written.
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _OWNER_ONLY))
