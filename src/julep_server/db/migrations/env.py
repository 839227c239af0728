"""Alembic's entry point, which migrates over the connection that the server passes."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from julep_server.db.migrate import VERSION_TABLE
from julep_server.db.tables import metadata


def run() -> None:
    """Run the migrations in the caller's transaction."""
    connection = context.config.attributes["connection"]
    if not isinstance(connection, Connection):
        raise TypeError("migrations run through julep_server.db.migrate.upgrade")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        render_as_batch=True,
    )
    context.run_migrations()


run()
