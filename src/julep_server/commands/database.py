"""``julep db``: backup, restore, check and upgrade of a database."""

from __future__ import annotations

import sys
from pathlib import Path

from cyclopts import App as CommandLine

from julep_server.commands import operations
from julep_server.commands.helps import examples
from julep_server.commands.opened import DatabaseOption, database_url, reported

command_line = CommandLine(
    name="db",
    help="Backup, restore, check and upgrade of a database.",
    help_epilogue=examples("db backup julep-backup.db", "db check"),
)


@command_line.command(
    help_epilogue=examples(
        "db backup julep-backup.db",
        "db backup backup.jsonl --database postgresql://julep@localhost/julep",
    )
)
def backup(file: Path, *, database: DatabaseOption = None, overwrite: bool = False) -> None:
    """Write a backup of a database, also while servers run on it.

    Args:
        file: The file to write. Of SQLite it is a database, of PostgreSQL a text (JSON Lines).
        database: The database.
        overwrite: Replace a file that exists, when the backup is complete.
    """
    with reported():
        _say(operations.backup(database_url(database, must_exist=True), file, overwrite=overwrite))


@command_line.command(help_epilogue=examples("db restore julep-backup.db --overwrite"))
def restore(file: Path, *, database: DatabaseOption = None, overwrite: bool = False) -> None:
    """Replace what a database holds by a backup, also while servers run on it.

    Args:
        file: A backup of this or of an older version, of SQLite or of PostgreSQL.
        database: The database.
        overwrite: Replace what a database holds that is not empty.
    """
    with reported():
        _say(operations.restore(database_url(database), file, overwrite=overwrite))


@command_line.command(help_epilogue=examples("db check", "db check --database julep-backup.db"))
def check(*, database: DatabaseOption = None) -> None:
    """Check a database: its pages, its schema, and that nothing is left of deleted records.

    Args:
        database: The database.
    """
    with reported():
        problems = operations.check(database_url(database, must_exist=True))
        for problem in problems:
            _say(problem)
        if problems:
            raise SystemExit(1)
        _say("the database is in order")


@command_line.command(
    help_epilogue=examples("db upgrade", "db upgrade --database postgresql://julep@localhost/julep")
)
def upgrade(*, database: DatabaseOption = None) -> None:
    """Bring a database to the newest schema, as a server does when it starts.

    Args:
        database: The database.
    """
    with reported():
        _say(operations.upgrade(database_url(database)))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
