"""A whole database as lines: its rows as they are, whatever database they are of.

The first line names the format and the schema, each further one has a row, and the last one has
their number. The index of words is specific to the database, and is made again from the passages;
the counts of lists are made again too.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import cast

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Connection,
    LargeBinary,
    Table,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
)

from julep_server.archive.lines import ArchiveError
from julep_server.archive.recognized import BACKUP
from julep_server.db.migrate import configuration, newest_schema, schema_of, upgrade
from julep_server.db.tables import list_parts, metadata, passages, source_scopes
from julep_server.json_text import JSON, JSONObject
from julep_server.search.word_index import word_index
from julep_server.store.list_parts import recount

_VERSION = 1
_BATCH_SIZE = 500
_NOTHING: JSONObject = {}


def dump(connection: Connection) -> Iterator[JSONObject]:
    """Yield the lines of a database with the newest schema, in a stable order."""
    yield {"format": BACKUP, "version": _VERSION, "schema": schema_of(connection)}
    count = 0
    for table in _tables():
        query = select(table).order_by(*table.primary_key.columns)
        rows = connection.execution_options(yield_per=_BATCH_SIZE).execute(query).mappings()
        for row in rows:
            count += 1
            values = {str(column.name): _encoded(row[column.name]) for column in table.columns}
            yield {"table": table.name, "row": values}
    yield {"end": count}


def load(connection: Connection, lines: Iterable[tuple[int, JSONObject]]) -> int:
    """Replace what a database holds by the rows of lines; return their number.

    Args:
        connection: A transaction that writes.
        lines: The lines, each with its number.

    Raises:
        ArchiveError: They are of another format, of a newer version, or cut off.
    """
    remaining = iter(lines)
    _, header = next(remaining, (0, _NOTHING))
    if (header.get("format"), header.get("version")) != (BACKUP, _VERSION):
        raise ArchiveError(f"line 1: expected the header of a backup, with format {BACKUP!r}")
    _empty(connection, str(header.get("schema")))
    count, end = 0, None
    known = {table.name: table for table in _tables()}
    for name, group in groupby(_rows(remaining, known), key=lambda one: one[0]):
        batch: list[dict[str, object]] = []
        for _, row in group:
            if row is None:
                break
            batch.append(row)
            if len(batch) == _BATCH_SIZE or (batch[0].keys() != row.keys()):
                count += _insert(connection, known[name], batch)
                batch = []
        if name == "":
            end = count
        elif batch:
            count += _insert(connection, known[name], batch)
    if end is None:
        raise ArchiveError("the file is cut off: its last line is missing")
    _number_on(connection)
    upgrade(connection)
    _index_words(connection)
    recount(connection)
    return count


def _rows(
    lines: Iterable[tuple[int, JSONObject]], known: dict[str, Table]
) -> Iterator[tuple[str, dict[str, object] | None]]:
    """Yield the table's name and the values of each row; an empty name for the end."""
    for count, (number, line) in enumerate(lines):
        if "end" in line:
            if line["end"] != count:
                raise ArchiveError(f"line {number}: {line['end']} rows expected, {count} found")
            yield "", None
            return
        name, row = line.get("table"), line.get("row")
        table = known.get(str(name))
        if table is None or not isinstance(row, dict):
            raise ArchiveError(f"line {number}: expected a row of a table")
        yield table.name, {key: _decoded(table, key, value, number) for key, value in row.items()}


def _tables() -> list[Table]:
    """Return the tables whose rows are not made from those of others."""
    stored = (table for table in metadata.tables.values() if table is not list_parts)
    return sorted(stored, key=lambda table: table.name)


def _encoded(value: object) -> JSON:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    # Texts, numbers, truth values and, in columns of that type, JSON.
    return cast("JSON", value)


def _decoded(table: Table, name: str, value: JSON, line: int) -> object:
    column = table.columns.get(name)
    if column is None:
        raise ArchiveError(f"line {line}: {table.name} has no column {name}")
    return base64.b64decode(str(value)) if isinstance(column.type, LargeBinary) else value


def _empty(connection: Connection, schema: str) -> None:
    """Drop all tables, and make those of a schema."""
    for name in {*metadata.tables, "passages_index", "julep_schema"}:
        connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
    config = configuration(connection)
    revisions = {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}
    if schema not in revisions:
        newest = newest_schema(connection)
        raise ArchiveError(
            f"the backup is of a newer version of Julep (schema {schema}; this version: {newest})"
        )
    command.upgrade(config, schema)
    # Migrations may store rows, which the backup has too.
    for table in _tables():
        if inspect(connection).has_table(table.name):
            connection.execute(delete(table))


def _insert(connection: Connection, table: Table, rows: list[dict[str, object]]) -> int:
    connection.execute(insert(table), rows)
    return len(rows)


def _number_on(connection: Connection) -> None:
    """Let PostgreSQL number new rows after those that were loaded."""
    if connection.dialect.name != "postgresql":
        return
    for table in _tables():
        if "seq" in table.columns and table.columns["seq"].autoincrement is True:
            highest = connection.execute(select(func.max(table.columns["seq"]))).scalar()
            if highest is not None:
                sequence = func.pg_get_serial_sequence(table.name, "seq")
                connection.execute(select(func.setval(sequence, highest)))


def _index_words(connection: Connection) -> None:
    """Fill the index of words from the passages, source by source."""
    if not inspect(connection).has_table("passages_index"):
        return
    connection.execute(text("DELETE FROM passages_index"))
    scopes: dict[str, list[str]] = {}
    for source, scope in connection.execute(
        select(source_scopes.c.source_id, source_scopes.c.scope).order_by(source_scopes.c.scope)
    ):
        scopes.setdefault(source, []).append(scope)
    query = select(passages).order_by(passages.c.source_id, passages.c.seq)
    rows = connection.execute(query).mappings().all()
    for source, group in groupby(rows, key=lambda row: str(row["source_id"])):
        texts = [(row["seq"], row["title"], row["text"]) for row in group]
        numbered = [(seq, piece) for seq, _, piece in texts]
        word_index(connection).add(connection, scopes.get(source, []), texts[0][1], numbered)
