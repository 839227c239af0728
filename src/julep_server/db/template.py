"""The schema of databases in memory, which is migrated once in a process and then copied."""

from __future__ import annotations

import sqlite3
from typing import Final, cast

from sqlalchemy import Connection

_template: Final[list[bytes]] = []


def copy_template(connection: Connection) -> bool:
    """Copy the newest schema into an empty database; False if there is no copy yet."""
    if not _template:
        return False
    # An open database of its own would be limited to a gigabyte, so that it is only the source.
    source = sqlite3.connect(":memory:", check_same_thread=False)
    try:
        source.deserialize(_template[0])
        source.backup(_driver_connection(connection))
    finally:
        source.close()
    return True


def keep_template(connection: Connection) -> None:
    """Keep the schema of a database in memory that has just been migrated."""
    # Few builds of SQLite leave it out; each database is migrated there.
    if hasattr(sqlite3.Connection, "serialize"):
        _template[:] = [_driver_connection(connection).serialize()]


def _driver_connection(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)
