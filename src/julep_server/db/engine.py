"""The database: sync SQLAlchemy Core in threads, with a single writer for SQLite.

SQLite lets one connection write at a time. One writing thread makes writers queue in the process,
where waiting is cheap, instead of at the file's lock, where it is polling; readers have threads of
their own, and WAL lets them read while the writer writes. A database in memory is one connection,
so one thread does both. Other databases get a pool of threads for everything.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from julep_server.db.migrate import upgrade
from julep_server.json_text import dumps

_T = TypeVar("_T")
_READERS = 4
_WRITES = "julep_writes"


class Database:
    """Runs units of work, each in a transaction of its own.

    Args:
        url: A SQLAlchemy URL. ``sqlite://`` is a database in memory.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: The database can't be opened or migrated.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        memory = sqlite and parsed.database in (None, "", ":memory:")
        self._engine = _sqlite_engine(parsed, memory) if sqlite else _engine(parsed)
        self._writers = ThreadPoolExecutor(1 if sqlite else _READERS, "julep-db-write")
        self._readers = self._writers if memory else ThreadPoolExecutor(_READERS, "julep-db-read")
        try:
            self._writers.submit(self._write, upgrade).result()
        except BaseException:
            self.close()
            raise

    async def read(self, work: Callable[[Connection], _T]) -> _T:
        """Run work that only reads."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def write(self, work: Callable[[Connection], _T]) -> _T:
        """Run work that writes; it is committed, and durable, when this returns."""
        return await asyncio.get_running_loop().run_in_executor(self._writers, self._write, work)

    def close(self) -> None:
        """End the threads and close every connection."""
        # A connection is closed on the thread that used it; sqlite3 can be strict about that.
        self._readers.shutdown(wait=True)
        self._writers.shutdown(wait=True)
        self._engine.dispose()

    def _read(self, work: Callable[[Connection], _T]) -> _T:
        with self._engine.connect() as connection:
            return work(connection)

    def _write(self, work: Callable[[Connection], _T]) -> _T:
        with self._engine.connect() as connection:
            writing = connection.execution_options(**{_WRITES: True})
            with writing.begin():
                return work(writing)


def _engine(url: URL) -> Engine:
    return create_engine(url, json_serializer=dumps, pool_pre_ping=True)


def _sqlite_engine(url: URL, memory: bool) -> Engine:
    arguments = {"check_same_thread": False, "timeout": 30.0}
    if memory:
        engine = create_engine(
            url, json_serializer=dumps, connect_args=arguments, poolclass=StaticPool
        )
    else:
        engine = create_engine(url, json_serializer=dumps, connect_args=arguments)

    def connected(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        # The driver's own transaction handling begins late and never around reads.
        connection.isolation_level = None
        cursor = connection.cursor()
        if not memory:
            cursor.execute("PRAGMA journal_mode=WAL")
            # FULL: what was acknowledged survives a power cut, not only a killed process.
            cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    def begun(connection: Connection) -> None:
        # A transaction that reads first and writes later could fail to get the lock half-way.
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine
