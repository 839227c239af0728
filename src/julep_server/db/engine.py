"""The database engine: sync SQLAlchemy Core in threads, with a single writer for SQLite.

SQLite lets one connection write at a time. A single writing thread makes writers queue in the
process, which is cheap, instead of polling the file's lock. Readers
have their own threads, and WAL lets them read while the writer writes. A database in memory is one
connection, so that one thread does both.

PostgreSQL has many writers, in any number of processes. Its transactions are serializable, so that
a unit of work may read, decide and write as if there were no others; one that conflicts with
another is run again.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from julep_server.db.migrate import upgrade
from julep_server.db.template import copy_template, keep_template
from julep_server.json_text import dumps

_T = TypeVar("_T")
_READERS = 4
_WRITERS = 4
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_MIGRATION_LOCK = 0x6A756C6570
_RETRY_SECONDS = 20.0
_WRITES = "julep_writes"


class Database:
    """Runs units of work, each in its own transaction.

    Args:
        url: A SQLAlchemy URL. ``sqlite://`` is a database in memory.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: The database can't be opened or migrated.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        memory = sqlite and parsed.database in (None, "", ":memory:")
        self._engine = _sqlite_engine(parsed, memory) if sqlite else _postgres_engine(parsed)
        self._reading = self._engine if sqlite else self._engine.execution_options(**_SNAPSHOT)
        self._writers = ThreadPoolExecutor(1 if sqlite else _WRITERS, "julep-db-write")
        self._readers = self._writers if memory else ThreadPoolExecutor(_READERS, "julep-db-read")
        try:
            migrate = partial(self._write, upgrade) if sqlite else self._migrate
            migrate = self._create_in_memory if memory else migrate
            self._writers.submit(migrate).result()
        except BaseException:
            self.close()
            raise

    async def read(self, work: Callable[[Connection], _T]) -> _T:
        """Run work that only reads."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def write(self, work: Callable[[Connection], _T]) -> _T:
        """Run work that writes; it is committed, and durable, when this returns.

        Args:
            work: Does everything in the transaction; it may be run several times.
        """
        return await asyncio.get_running_loop().run_in_executor(self._writers, self._write, work)

    def close(self) -> None:
        """End the threads and close every connection."""
        # Connections are closed on the thread that used them, which sqlite3 may require.
        self._readers.shutdown(wait=True)
        self._writers.shutdown(wait=True)
        self._engine.dispose()

    def _read(self, work: Callable[[Connection], _T]) -> _T:
        with self._reading.connect() as connection:
            return work(connection)

    def _write(self, work: Callable[[Connection], _T]) -> _T:
        limit = time.monotonic() + _RETRY_SECONDS
        for attempt in itertools.count():
            try:
                with self._engine.connect() as connection:
                    writing = connection.execution_options(**{_WRITES: True})
                    with writing.begin():
                        return work(writing)
            except DBAPIError as error:
                if not _is_conflict(error) or time.monotonic() > limit:
                    raise
            # A random delay, so that they don't conflict again.
            time.sleep(random.uniform(0, min(0.002 * 2**attempt, 0.2)))  # noqa: S311
        raise AssertionError("there is always another attempt")

    def _create_in_memory(self) -> None:
        with self._engine.connect() as connection:
            if copy_template(connection):
                return
        self._write(upgrade)
        with self._engine.connect() as connection:
            keep_template(connection)

    def _migrate(self) -> None:
        """Migrate PostgreSQL, one process at a time; those that follow find nothing to do."""
        with self._engine.connect() as connection:
            committed = connection.execution_options(isolation_level="READ COMMITTED")
            with committed.begin():
                committed.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
                upgrade(committed)


def postgres_url(url: URL) -> URL:
    """Name the extra's driver in a URL without one: SQLAlchemy's default is another."""
    plain = url.drivername in ("postgresql", "postgres")
    return url.set(drivername="postgresql+psycopg") if plain else url


def _postgres_engine(url: URL) -> Engine:
    return create_engine(
        postgres_url(url),
        json_serializer=dumps,
        isolation_level="SERIALIZABLE",
        pool_pre_ping=True,
        pool_size=_READERS + _WRITERS,
    )


def _is_conflict(error: DBAPIError) -> bool:
    """Check whether a transaction failed because it conflicted with a concurrent one."""
    return getattr(error.orig, "sqlstate", None) in ("40001", "40P01")


def _sqlite_engine(url: URL, memory: bool) -> Engine:
    arguments = {"check_same_thread": False, "timeout": 30.0}
    if memory:
        engine = create_engine(
            url, json_serializer=dumps, connect_args=arguments, poolclass=StaticPool
        )
    else:
        engine = create_engine(url, json_serializer=dumps, connect_args=arguments)

    def on_connect(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        # Disables the driver's own transactions, which begin late and never around reads.
        connection.isolation_level = None
        cursor = connection.cursor()
        if not memory:
            cursor.execute("PRAGMA journal_mode=WAL")
            # FULL: acknowledged writes survive a power failure, not only a killed process.
            cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        # IMMEDIATE, because a transaction that reads first could fail to get the lock later.
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine
