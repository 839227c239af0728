"""What ``julep db`` does, over the database, while servers run on it or not."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, exists, func, inspect, select, text, update

from julep_server.archive.lines import ArchiveError, read_lines, replacing, write_lines
from julep_server.archive.recognized import BACKUP, SQLITE, check_format, recognized
from julep_server.archive.tables_file import dump, load
from julep_server.db import tables
from julep_server.db.engine import Database, Isolation, begin, open_engine
from julep_server.db.files import create_private, parse_url, sqlite_path, sqlite_url
from julep_server.db.migrate import check_known, newest_schema, schema_of
from julep_server.db.migrate import upgrade as migrate
from julep_server.store.list_parts import differences, recount
from julep_server.store.times import now

_EXPECTED = "what julep db backup writes: a SQLite database, or JSON Lines with a header"
_HELD = (tables.agents, tables.users, tables.sessions, tables.docs)
_OF_PROCESSES = (
    tables.claims,
    tables.processes,
    tables.stream_requests,
    tables.stream_batches,
    tables.cancellations,
    tables.cancelled_answers,
)


def backup(url: str, file: Path, *, overwrite: bool = False) -> str:
    """Write a backup of a database; return a sentence about it.

    Args:
        url: The database's URL.
        file: The file to write.
        overwrite: Replace the file if it exists.

    Raises:
        ArchiveError: There is no such database, or the file exists.
    """
    path = _existing(url)
    if not overwrite and file.exists():
        raise ArchiveError(f"{file} exists: --overwrite replaces it when the backup is complete")
    if path is None:
        with reading(url) as connection:
            rows = write_lines(file, dump(connection)) - 2
        return f"{rows} rows are in {file}"
    with replacing(file) as partial:
        _copy(path, partial)
        _check_pages(partial)
    return f"the database is in {file} ({file.stat().st_size} bytes)"


def restore(url: str, file: Path, *, overwrite: bool) -> str:
    """Replace what a database holds by a backup; return a sentence about it.

    Args:
        url: The database's URL.
        file: A backup, of any database.
        overwrite: Replace also what a database holds that is not empty.

    Raises:
        ArchiveError: The file is no backup, or the database is not empty.
    """
    with file.open("rb") as opened:
        of_sqlite = opened.read(len(SQLITE)) == SQLITE
    if not of_sqlite:
        check_format(file, BACKUP, _EXPECTED)
    if not overwrite and _holds_something(url):
        raise ArchiveError("the database is not empty: --overwrite replaces what it holds")
    path = sqlite_path(parse_url(url))
    if path is None and parse_url(url).get_backend_name() == "sqlite":
        raise ArchiveError("a database in memory ends with its server, and can't be restored")
    used = path is None or path.exists()
    with tempfile.TemporaryDirectory(dir=None if path is None else path.parent) as folder:
        prepared = Path(folder) / "prepared.db"
        if of_sqlite:
            # In a copy: the backup stays as it is, and a database is replaced by a whole one.
            try:
                _copy(file, prepared)
            except sqlite3.DatabaseError as error:
                raise ArchiveError(f"{file} is damaged or cut off: {error}") from None
            _check_pages(prepared)
            with transaction(sqlite_url(prepared)) as connection:
                if schema_of(connection) is None and inspect(connection).get_table_names():
                    raise ArchiveError(f"{file} is {recognized(file)} of another program")
                migrate(connection)
                recount(connection)
                _begin_anew(connection, used=used)
        if path is None:
            _restore_rows(url, sqlite_url(prepared) if of_sqlite else None, file, used)
        else:
            if not of_sqlite:
                _restore_rows(sqlite_url(prepared), None, file, used)
            create_private(path)
            _copy(prepared, path, keep_mode=True)
    return f"the database holds what {file} has"


def check(url: str) -> list[str]:
    """Return a sentence for each thing that is wrong with a database.

    Raises:
        ArchiveError: There is no such database.
    """
    problems: list[str] = []
    path = _existing(url)
    if path is not None:
        problems += _damages(path)
    if problems:
        return problems
    with transaction(url, reads=True) as connection:
        check_known(connection)
        schema, newest = schema_of(connection), newest_schema(connection)
        if schema != newest:
            return [f"the schema is {schema}, not {newest}: julep db upgrade"]
        return [*_left_over(connection), *differences(connection)]


def upgrade(url: str) -> str:
    """Bring a database to the newest schema; return a sentence about it."""
    before = None
    path = sqlite_path(parse_url(url))
    if path is None or path.exists():
        with transaction(url, reads=True) as connection:
            before = schema_of(connection)
    Database(url).close()
    with transaction(url, reads=True) as connection:
        after = schema_of(connection)
    return f"the schema is {after}" + ("" if before == after else f", before {before or 'none'}")


def _restore_rows(url: str, prepared: str | None, file: Path, used: bool) -> None:
    with transaction(url) as connection:
        if prepared is None:
            load(connection, read_lines(file))
            _begin_anew(connection, used=used)
            return
        with transaction(prepared, reads=True) as source:
            load(connection, enumerate(dump(source), start=1))


def _begin_anew(connection: Connection, *, used: bool) -> None:
    """Delete what was running when a backup was made.

    Args:
        connection: A transaction on what is restored.
        used: Whether servers may run on the database, which must read the keys again.
    """
    for table in _OF_PROCESSES:
        connection.execute(delete(table))
    if used:
        # No number of changes: a server's copy may be of as many as the backup.
        connection.execute(update(tables.tenancy_version).values(version=now()))


def _left_over(connection: Connection) -> list[str]:
    passages, scopes, vectors = tables.passages, tables.source_scopes, tables.vectors
    source = passages.c.source_id
    of_doc = exists().where(tables.docs.c.id == source)
    of_memory = exists().where(tables.memories.c.id == source)
    indexed = select(func.count()).select_from(text("passages_index"))
    queries = {
        "passages of no document and no memory": select(func.count())
        .select_from(passages)
        .where(~of_doc, ~of_memory),
        "scopes of no passage": select(func.count())
        .select_from(scopes)
        .where(~exists().where(source == scopes.c.source_id)),
        "vectors of no passage": select(func.count())
        .select_from(vectors)
        .where(~exists().where(passages.c.seq == vectors.c.seq)),
        "messages of no session": select(func.count())
        .select_from(tables.messages)
        .where(~exists().where(tables.sessions.c.id == tables.messages.c.session_id)),
    }
    counts = {name: connection.execute(query).scalar_one() for name, query in queries.items()}
    problems = [f"{count} {name}" for name, count in counts.items() if count]
    stored = connection.execute(select(func.count()).select_from(passages)).scalar_one()
    if (words := connection.execute(indexed).scalar_one()) != stored:
        problems.append(f"the index of words has {words} passages of {stored}")
    return problems


def _holds_something(url: str) -> bool:
    path = sqlite_path(parse_url(url))
    if path is not None and (not path.exists() or path.stat().st_size == 0):
        return False
    with transaction(url, reads=True) as connection:
        if schema_of(connection) is None:
            return False
        return any(
            connection.execute(select(table.c.seq).limit(1)).first() is not None for table in _HELD
        )


def _check_current(connection: Connection) -> None:
    check_known(connection)
    if (found := schema_of(connection)) != (newest := newest_schema(connection)):
        raise ArchiveError(f"the schema is {found}, not {newest}: julep db upgrade")


def _existing(url: str) -> Path | None:
    """Return the file of a SQLite database, which must exist; None for PostgreSQL."""
    parsed = parse_url(url)
    path = sqlite_path(parsed)
    if path is not None and not path.exists():
        raise ArchiveError(f"there is no database at {path}")
    if path is None and parsed.get_backend_name() == "sqlite":
        raise ArchiveError("a database in memory is its server's alone")
    return path


def _copy(source: Path, target: Path, *, keep_mode: bool = False) -> None:
    """Copy a SQLite database by its online backup: as it is at one moment, while it is in use."""
    with closing(sqlite3.connect(source)) as opened, closing(sqlite3.connect(target)) as written:
        opened.backup(written)
        if not keep_mode:
            # One file alone, without a log beside it.
            written.execute("PRAGMA journal_mode=DELETE")


def _check_pages(path: Path) -> None:
    if damages := _damages(path):
        raise ArchiveError(f"the database is damaged: {'; '.join(damages[:3])}")


def _damages(path: Path) -> list[str]:
    """Return what SQLite finds wrong with the pages of a file."""
    try:
        with closing(sqlite3.connect(path)) as opened:
            found = [str(row[0]) for row in opened.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:
        # The page that describes all others may be damaged too.
        return [str(error)]
    return [problem for problem in found if problem != "ok"]


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """Open a transaction that sees one moment of a database with the newest schema.

    Raises:
        ArchiveError: There is no such database, or its schema is older.
    """
    _existing(url)
    with transaction(url, reads=True) as connection:
        _check_current(connection)
        yield connection


@contextmanager
def transaction(url: str, *, reads: bool = False) -> Iterator[Connection]:
    """Open a transaction on a database as it is; one that reads sees one moment."""
    engine: Engine = open_engine(url)
    try:
        with engine.connect() as connection, connection.begin():
            begin(connection, None if reads else Isolation.SERIALIZABLE)
            yield connection
    finally:
        engine.dispose()
