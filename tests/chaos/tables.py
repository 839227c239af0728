"""The tables of a server's database, counted from outside."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import psycopg


def rows_of_tables(url: str) -> dict[str, int]:
    """Count the rows of each table."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as opened:
            query = (
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%index%'"
            )
            names = [str(name) for (name,) in opened.execute(query)]
            return {
                name: int(opened.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608
                for name in names
            }
    with psycopg.connect(url) as connection:
        names = [
            str(name)
            for (name,) in connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            )
        ]
        found: dict[str, int] = {}
        for name in names:
            row = connection.execute(f'SELECT count(*) FROM "{name}"'.encode()).fetchone()  # noqa: S608
            found[name] = 0 if row is None else int(row[0])
        return found
