"""Migrates a database to the newest schema, when the server starts."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

VERSION_TABLE = "julep_schema"


class NewerDatabaseError(RuntimeError):
    """The database was used by a newer version, and this one can't know what it holds."""

    def __init__(self, found: str, newest: str) -> None:
        super().__init__(
            f"the database was used by a newer version of Julep (its schema is {found}, the newest"
            f" that this version knows is {newest}): install that version, or restore a backup"
        )


def upgrade(connection: Connection) -> None:
    """Apply every missing migration, in the caller's transaction.

    Raises:
        NewerDatabaseError: The database has a schema that this version doesn't know.
    """
    check_known(connection)
    command.upgrade(configuration(connection), "head")


def check_known(connection: Connection) -> None:
    """Check that this version knows a database's schema.

    Raises:
        NewerDatabaseError: It does not.
    """
    found = schema_of(connection)
    if found is None:
        return
    scripts = ScriptDirectory.from_config(configuration(connection))
    if found not in {script.revision for script in scripts.walk_revisions()}:
        raise NewerDatabaseError(found, newest_schema(connection))


def schema_of(connection: Connection) -> str | None:
    """Return the number of a database's schema; None for a database without tables."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


def newest_schema(connection: Connection) -> str:
    """Return the number of the newest schema."""
    return str(ScriptDirectory.from_config(configuration(connection)).get_current_head())


def configuration(connection: Connection) -> Config:
    """Build the configuration with which Alembic's commands use the caller's transaction."""
    config = Config()
    # Doubled, because the option is interpolated.
    location = str(Path(__file__).parent / "migrations").replace("%", "%%")
    config.set_main_option("script_location", location)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
