"""What the commands share: a database for a while, and errors as sentences."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Annotated, NoReturn, TypeAlias, TypeVar

from cyclopts import Parameter
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from julep_server.archive.lines import ArchiveError
from julep_server.db.engine import Database
from julep_server.db.files import parse_url, sqlite_url
from julep_server.db.migrate import NewerDatabaseError

T = TypeVar("T")

DatabaseOption: TypeAlias = Annotated[
    str | None,
    Parameter(
        help="SQLAlchemy URL, or the path of a SQLite file. By default a file in the user's data"
        " directory.",
        env_var="JULEP_SERVER_DATABASE",
    ),
]

INTERRUPTED = 130
"""Exit status of a program that Ctrl-C has ended: 128 + SIGINT."""


@contextmanager
def reported(problem: str = "") -> Iterator[None]:
    """End the command with one line about an error: with the status 2 for settings, else with 1.

    Args:
        problem: What the errors of databases and files begin with.
    """
    try:
        yield
    except KeyboardInterrupt:
        # A server may wait for its database.
        raise SystemExit(INTERRUPTED) from None
    except (NewerDatabaseError, ArchiveError) as error:
        stop(str(error), 1)
    except ValueError as error:
        stop(str(error), 2)
    except ModuleNotFoundError as error:
        stop(f'{problem}{error.name} is missing: pip install "julep[postgres]"', 1)
    except (SQLAlchemyError, sqlite3.Error) as error:
        stop(f"{problem}{str(error).splitlines()[0]}", 1)
    except OSError as error:
        text = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        stop(f"{problem}{text}", 1)


def opening() -> AbstractContextManager[None]:
    """End the command with one line if its database can't be opened."""
    return reported("can't open the database: ")


def change(database: str | None, work: Callable[[Connection], T]) -> T:
    """Run work in one transaction of a database.

    Args:
        database: The option.
        work: Raises a ValueError for what can't be done, whose text ends the command.
    """
    with opening():
        opened = Database(database_url(database))
    try:
        return opened.write_sync(work)
    except ValueError as error:
        stop(str(error), 1)
    finally:
        opened.close()


def print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Write rows in columns."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(line.rstrip() + "\n")


def print_note(text: str) -> None:
    """Write a line for people, to standard error: programs read the output."""
    sys.stderr.write(f"{text}\n")


def stop(message: str, status: int) -> NoReturn:
    """End the command with an error of one line."""
    sys.stderr.write(f"julep: {' '.join(line.strip() for line in message.splitlines())}\n")
    raise SystemExit(status)


def database_url(given: str | None, *, must_exist: bool = False) -> str:
    """Return the URL of a database.

    Args:
        given: Its URL, or the path of a SQLite file, which may begin with ``~``; None for a file in
            the user's data directory.
        must_exist: Whether it is read alone, so that no folder is created for it.

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
    if not must_exist:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            hint = "" if given else "; --database names another file"
            stop(f"can't create the folder {path.parent}: {error.strerror}{hint}", 1)
    return sqlite_url(path)


def _data_directory() -> Path:
    """Return the system's directory for a user's data."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "julep"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/julep"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "julep"
