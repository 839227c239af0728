"""Deletes what is stored for a time only, a few rows at a time."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Table, delete, select, tuple_


def delete_some(
    connection: Connection,
    table: Table,
    moment: int,
    most: int,
    *,
    column: str = "created_at",
    only: ColumnElement[bool] | None = None,
) -> int:
    """Delete the oldest rows of a table, and return their number.

    Args:
        connection: A transaction that writes.
        table: The table.
        moment: Rows of this moment and before are old, in microseconds.
        most: The maximum number of rows to delete.
        column: The name of the column that has a row's time.
        only: What else must be true of a row.
    """
    old = table.c[column] <= moment if only is None else (table.c[column] <= moment) & only
    keys = table.primary_key.columns
    chosen = select(*keys).where(old).order_by(table.c[column]).limit(most)
    # Twice, because PostgreSQL looks again at a row that was locked, but not at the whole query.
    return connection.execute(delete(table).where(old, tuple_(*keys).in_(chosen))).rowcount
