"""The database engine: sync SQLAlchemy Core in threads, with a single writer for SQLite.

SQLite lets one connection write at a time. A single writing thread makes writers queue in the
process, which is cheap, instead of polling the file's lock. Readers
have their own threads, and WAL lets them read while the writer writes. A database in memory is one
connection, so that one thread does both.

PostgreSQL has many writers, in any number of processes. Its transactions are serializable, so that
a unit of work may read, decide and write as if there were no others; one that conflicts with
another is run again. A unit that is safe without, because it locks the rows that it decides by or
reads none, is not run again for nothing (``Isolation``).

Each thread keeps its connection. The drivers commit by themselves; transactions are begun here, so
that a read of one statement is one round trip. A connection that was lost is noticed when it is
used, and the work is done again on a new one, unless it may have been committed.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, StaticPool

from julep_server.db.files import create_private, parse_url, sqlite_path
from julep_server.db.migrate import upgrade
from julep_server.db.outage import Outage
from julep_server.db.template import copy_template, keep_template
from julep_server.db.turns import Turns
from julep_server.errors import invalid_field
from julep_server.json_text import dumps, load_stored

_T = TypeVar("_T")
_log = logging.getLogger("julep_server")
_READERS = 4
_WRITERS = 4
_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_MIGRATION_LOCK = 0x6A756C6570
_RETRY_SECONDS = 20.0
_LOCK_SECONDS = 15.0
"""Seconds to wait for another program that keeps a SQLite file locked."""


class Isolation(Enum):
    """What a unit of work that writes relies on, besides the rows that it locks.

    Attributes:
        SERIALIZABLE: Nothing of what it reads changes before its end.
        LOCKS: Nothing: it decides by rows that it locks, and by unique constraints.
    """

    SERIALIZABLE = "BEGIN ISOLATION LEVEL SERIALIZABLE"
    LOCKS = "BEGIN ISOLATION LEVEL READ COMMITTED"


class Database:
    """Runs units of work, each in its own transaction.

    Args:
        url: A SQLAlchemy URL. ``sqlite://`` is a database in memory.
        prepared_statements: Whether PostgreSQL may prepare statements, which a pooler that gives
            each transaction another connection does not allow.

    Attributes:
        outage: The database's failures.
        shared: Whether other processes may use the database too.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: The database can't be opened or migrated.
        NewerDatabaseError: It was used by a newer version.
    """

    def __init__(self, url: str, *, prepared_statements: bool = True) -> None:
        self.outage = Outage()
        parsed = parse_url(url)
        self._sqlite = parsed.get_backend_name() == "sqlite"
        self.shared = not (self._sqlite and parsed.database in (None, "", ":memory:"))
        if self._sqlite:
            self._engine = _sqlite_engine(parsed, memory=not self.shared)
        else:
            self._engine = _postgres_engine(parsed, prepared_statements)
        self._writers = ThreadPoolExecutor(1 if self._sqlite else _WRITERS, "julep-db-write")
        readers = ThreadPoolExecutor(_READERS, "julep-db-read") if self.shared else None
        self._readers = readers or self._writers
        self._write_turns = Turns(self._writers)
        self._read_turns = self._write_turns if readers is None else Turns(readers)
        self._kept = threading.local()
        self._connections: list[Connection] = []
        try:
            self._writers.submit(self._create).result()
        except BaseException:
            self.close()
            raise

    async def read(self, work: Callable[[Connection], _T], *, snapshot: bool = True) -> _T:
        """Run work that only reads.

        Args:
            work: Reads; it may be run again if the connection is lost.
            snapshot: Whether all of its statements see the same state; work of one statement
                needs none.

        Raises:
            DatabaseUnavailableError: The database can't be used for now.
        """
        read = partial(self._read, work, snapshot)
        return await self._run(self._read_turns, read, writing=False)

    async def write(
        self, work: Callable[[Connection], _T], isolation: Isolation = Isolation.SERIALIZABLE
    ) -> _T:
        """Run work that writes; it is committed, and durable, when this returns.

        Args:
            work: Does everything in the transaction; it may be run several times.
            isolation: What it relies on.

        Raises:
            DatabaseUnavailableError: The database can't be used for now.
        """
        write = partial(self._write, work, isolation)
        return await self._run(self._write_turns, write, writing=True)

    def write_sync(self, work: Callable[[Connection], _T]) -> _T:
        """Run work that writes, and wait for it: for commands, and for the start of a server."""
        return self._writers.submit(self._write, work, Isolation.SERIALIZABLE).result()

    def close(self) -> None:
        """End the threads and close every connection."""
        self._readers.shutdown(wait=True)
        self._writers.shutdown(wait=True)
        for connection in self._connections:
            connection.close()
        self._engine.dispose()

    async def _run(self, turns: Turns, run: Callable[[], _T], *, writing: bool) -> _T:
        try:
            result = await asyncio.wrap_future(turns.submit(run))
        except DataError as error:
            # What its columns can't hold is the request's, and no failure of the server.
            _log.warning("the database refuses a value: %s", error.orig)
            raise invalid_field("", "a value can't be stored in the database") from error
        except DBAPIError as error:
            failure = self.outage.failure(error, writing=writing)
            if failure is None:
                raise
            raise failure from error
        if self.outage.failing:
            self.outage.succeeded(writing=writing)
        return result

    def _connection(self) -> Connection:
        """Return the connection of this thread."""
        connection: Connection | None = getattr(self._kept, "connection", None)
        if connection is None:
            connection = self._kept.connection = self._engine.connect()
            self._connections.append(connection)
        return connection

    def _read(self, work: Callable[[Connection], _T], snapshot: bool) -> _T:
        try:
            return self._read_once(work, snapshot)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self._read_once(work, snapshot)

    def _read_once(self, work: Callable[[Connection], _T], snapshot: bool) -> _T:
        connection = self._connection()
        try:
            if not snapshot:
                # SQLAlchemy's transaction stays open: none of the database is.
                return work(connection)
            begin(connection, None)
            found = work(connection)
        except BaseException:
            connection.rollback()
            raise
        connection.rollback()
        return found

    def _write(self, work: Callable[[Connection], _T], isolation: Isolation) -> _T:
        limit = time.monotonic() + _RETRY_SECONDS
        lost = False
        for attempt in itertools.count():
            connection, done = self._connection(), False
            try:
                begin(connection, isolation)
                found = work(connection)
                done = True
                connection.commit()
            except BaseException as error:
                connection.rollback()
                if not isinstance(error, DBAPIError):
                    raise
                if error.connection_invalidated and not (done or lost):
                    lost = True
                    continue
                if not _is_conflict(error) or time.monotonic() > limit:
                    raise
            else:
                return found
            # A random delay, so that they don't conflict again.
            time.sleep(random.uniform(0, min(0.002 * 2**attempt, 0.2)))  # noqa: S311
        raise AssertionError("there is always another attempt")

    def _create(self) -> None:
        """Migrate the database; one in memory is copied from the first that was migrated."""
        if not self.shared and copy_template(self._connection()):
            return
        self._write(self._migrate, Isolation.LOCKS)
        if not self.shared:
            keep_template(self._connection())

    def _migrate(self, connection: Connection) -> None:
        """Migrate, one process at a time; those that follow find nothing to do."""
        if not self._sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        upgrade(connection)


def begin(connection: Connection, isolation: Isolation | None) -> None:
    """Begin a transaction of the database, in one that SQLAlchemy has begun without it.

    Args:
        connection: A connection of :func:`open_engine`.
        isolation: What work that writes relies on; None for work that only reads one state.
    """
    if connection.dialect.name == "sqlite":
        # IMMEDIATE, because a transaction that reads first could fail to get the lock later.
        connection.exec_driver_sql("BEGIN" if isolation is None else "BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(_SNAPSHOT if isolation is None else isolation.value)


def open_engine(url: str) -> Engine:
    """Open a database as it is, without a migration, for a command."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed, memory=False)
    return _postgres_engine(parsed, prepared=False)


def postgres_url(url: URL) -> URL:
    """Name the extra's driver in a URL without one: SQLAlchemy's default is another."""
    plain = url.drivername in ("postgresql", "postgres")
    return url.set(drivername="postgresql+psycopg") if plain else url


def _postgres_engine(url: URL, prepared: bool) -> Engine:
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise ArgumentError(
            "it must be SQLite or PostgreSQL, by a URL that begins with sqlite:/// or"
            f" postgresql://; got {url.drivername}"
        )
    arguments: dict[str, int | None] = {} if prepared else {"prepare_threshold": None}
    if (threshold := url.query.get("prepare_threshold")) is not None:
        # The driver takes a number, and the parameters of a URL are texts.
        arguments = {"prepare_threshold": _number("prepare_threshold", str(threshold))}
        url = url.difference_update_query(["prepare_threshold"])
    return create_engine(
        postgres_url(url),
        connect_args=arguments,
        json_serializer=dumps,
        json_deserializer=load_stored,
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
    )


def _number(name: str, text: str) -> int | None:
    if text.lower() == "none":
        return None
    if not (text.isascii() and text.isdigit()):
        raise ArgumentError(f"{name} in its URL must be a number or none; got {text!r}")
    return int(text)


def _is_conflict(error: DBAPIError) -> bool:
    """Check whether a transaction failed because it conflicted with a concurrent one."""
    return getattr(error.orig, "sqlstate", None) in ("40001", "40P01")


def _sqlite_engine(url: URL, memory: bool) -> Engine:
    if (path := sqlite_path(url)) is not None:
        create_private(path)
    engine = create_engine(
        url,
        json_serializer=dumps,
        json_deserializer=load_stored,
        connect_args={"check_same_thread": False, "timeout": _LOCK_SECONDS},
        poolclass=StaticPool if memory else NullPool,
    )

    def on_connect(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        # Disables the driver's own transactions, which begin late and never around reads.
        connection.isolation_level = None
        cursor = connection.cursor()
        if not memory:
            cursor.execute("PRAGMA journal_mode=WAL")
            # FULL: acknowledged writes survive a power failure, not only a killed process.
            cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    event.listen(engine, "connect", on_connect)
    return engine
