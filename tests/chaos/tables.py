"""The tables of a server's database, counted and changed from outside."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import psycopg

from julep_server.store import jobs, kept_responses


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


def age_rows(url: str, seconds: float) -> None:
    """Make responses and jobs that ended so many seconds ago old enough to be deleted."""
    for table, column, kept_for, only in (
        ("idempotency", "created_at", kept_responses.KEPT_FOR, "1 = 1"),
        ("jobs", "updated_at", jobs.KEPT_FOR, "due_at IS NULL"),
    ):
        young, moment = time.time_ns() // 1000 - kept_for, round(seconds * 1_000_000)
        statement = (
            f"UPDATE {table} SET {column} = {column} - {kept_for}"  # noqa: S608
            f" WHERE {column} > {young} AND {column} < {young + kept_for - moment} AND {only}"
        )
        if url.startswith("sqlite"):
            with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=60)) as opened:
                opened.execute(statement)
                opened.commit()
        else:
            with psycopg.connect(url) as connection:
                connection.execute(statement.encode())
