"""``julep db``: backup, restore, check and upgrade of a database."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

from cyclopts import App as CommandLine
from cyclopts import Parameter
from sqlalchemy.exc import SQLAlchemyError

from julep_server.archive.lines import ArchiveError
from julep_server.commands import operations
from julep_server.db.files import parse_url, sqlite_url
from julep_server.db.migrate import NewerDatabaseError

Database = Annotated[
    str | None,
    Parameter(
        help="SQLAlchemy URL, or the path of a SQLite file. By default a file in the user's data"
        " directory.",
        env_var="JULEP_SERVER_DATABASE",
    ),
]

command_line = CommandLine(name="db", help="Backup, restore, check and upgrade of a database.")


@command_line.command
def backup(file: Path, *, database: Database = None) -> None:
    """Write a backup of a database, also while servers run on it.

    Args:
        file: The file to write; one that exists is replaced when the backup is complete. Of SQLite
            it is a database, of PostgreSQL a text (JSON Lines).
        database: The database.
    """
    with reported():
        _say(operations.backup(database_url(database), file))


@command_line.command
def restore(file: Path, *, database: Database = None, overwrite: bool = False) -> None:
    """Replace what a database holds by a backup, also while servers run on it.

    Args:
        file: A backup of this or of an older version, of SQLite or of PostgreSQL.
        database: The database.
        overwrite: Replace what a database holds that is not empty.
    """
    with reported():
        _say(operations.restore(database_url(database), file, overwrite=overwrite))


@command_line.command
def check(*, database: Database = None) -> None:
    """Check a database: its pages, its schema, and that nothing is left of deleted records.

    Args:
        database: The database.
    """
    with reported():
        problems = operations.check(database_url(database))
        for problem in problems:
            _say(problem)
        if problems:
            raise SystemExit(1)
        _say("the database is in order")


@command_line.command
def upgrade(*, database: Database = None) -> None:
    """Bring a database to the newest schema, as a server does when it starts.

    Args:
        database: The database.
    """
    with reported():
        _say(operations.upgrade(database_url(database)))


@contextmanager
def reported() -> Iterator[None]:
    """Report errors of a command in one line, with the exit status 1; settings' errors with 2."""
    try:
        yield
    except (NewerDatabaseError, ArchiveError) as error:
        fail(str(error), 1)
    except ModuleNotFoundError as error:
        fail(f'{error.name} is missing: pip install "julep[postgres]"', 1)
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        fail(str(error).splitlines()[0], 1)
    except ValueError as error:
        fail(str(error), 2)


def fail(message: str, status: int) -> NoReturn:
    """End the command with an error of one line."""
    sys.stderr.write(f"julep: {' '.join(message.split())}\n")
    raise SystemExit(status)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def database_url(given: str | None) -> str:
    """Return the URL of a database.

    Args:
        given: Its URL, or the path of a SQLite file, which may begin with ``~``; None for a file in
            the user's data directory.

    Raises:
        ValueError: It is a URL that can't be read.
    """
    if given and "://" in given:
        try:
            parse_url(given)
        except SQLAlchemyError as error:
            raise ValueError(f"the database's URL can't be read: {error}") from None
        return given
    path = Path(given).expanduser() if given else _data_directory() / "julep.db"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return sqlite_url(path)


def _data_directory() -> Path:
    """Return the system's directory for a user's data."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "julep"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/julep"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "julep"
