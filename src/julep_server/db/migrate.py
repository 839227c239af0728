"""Migrates a database to the newest schema, when the server starts."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def upgrade(connection: Connection) -> None:
    """Apply every missing migration, in the caller's transaction."""
    command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """Build the configuration with which Alembic's commands use the caller's transaction."""
    config = Config()
    # Doubled, because the option is interpolated.
    location = str(Path(__file__).parent / "migrations").replace("%", "%%")
    config.set_main_option("script_location", location)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
