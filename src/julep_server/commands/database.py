"""``julep db``: backup, restore, check and upgrade of a database."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cyclopts import App as CommandLine
from sqlalchemy.exc import SQLAlchemyError

from julep_server.archive.lines import ArchiveError
from julep_server.commands import operations
from julep_server.commands.opened import DatabaseOption, database_url, stop
from julep_server.db.migrate import NewerDatabaseError

command_line = CommandLine(name="db", help="Backup, restore, check and upgrade of a database.")


@command_line.command
def backup(file: Path, *, database: DatabaseOption = None, overwrite: bool = False) -> None:
    """Write a backup of a database, also while servers run on it.

    Args:
        file: The file to write. Of SQLite it is a database, of PostgreSQL a text (JSON Lines).
        database: The database.
        overwrite: Replace a file that exists, when the backup is complete.
    """
    with reported():
        _say(operations.backup(database_url(database), file, overwrite=overwrite))


@command_line.command
def restore(file: Path, *, database: DatabaseOption = None, overwrite: bool = False) -> None:
    """Replace what a database holds by a backup, also while servers run on it.

    Args:
        file: A backup of this or of an older version, of SQLite or of PostgreSQL.
        database: The database.
        overwrite: Replace what a database holds that is not empty.
    """
    with reported():
        _say(operations.restore(database_url(database), file, overwrite=overwrite))


@command_line.command
def check(*, database: DatabaseOption = None) -> None:
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
def upgrade(*, database: DatabaseOption = None) -> None:
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
        stop(str(error), 1)
    except ModuleNotFoundError as error:
        stop(f'{error.name} is missing: pip install "julep[postgres]"', 1)
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        stop(str(error).splitlines()[0], 1)
    except ValueError as error:
        stop(str(error), 2)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
