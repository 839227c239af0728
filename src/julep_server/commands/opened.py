"""What the commands share: a database for a while, and errors as sentences."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Annotated, NoReturn, TypeAlias, TypeVar

from cyclopts import Parameter
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from julep_server.db.engine import Database

T = TypeVar("T")

DatabaseOption: TypeAlias = Annotated[
    str | None,
    Parameter(
        env_var="JULEP_SERVER_DATABASE",
        help="SQLAlchemy URL, or the path of a SQLite file; by default that of `julep serve`.",
    ),
]

Locate: TypeAlias = Callable[[str | None], str]
"""Returns the URL of a database, as ``julep serve`` reads the option."""


def change(locate: Locate, database: str | None, work: Callable[[Connection], T]) -> T:
    """Run work in one transaction of a database.

    Args:
        locate: Returns the database's URL.
        database: The option.
        work: Raises a ValueError for what can't be done, whose text ends the command.
    """
    try:
        opened = Database(locate(database))
    except ValueError as error:
        stop(str(error), 2)
    except (SQLAlchemyError, OSError) as error:
        stop(f"can't open the database: {str(error).splitlines()[0]}", 1)
    except ModuleNotFoundError as error:
        needed = f'{error.name} is missing: pip install "julep[postgres]"'
        stop(f"can't open the database: {needed}", 1)
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
    """End the command."""
    sys.stderr.write(f"julep: {message}\n")
    raise SystemExit(status)
