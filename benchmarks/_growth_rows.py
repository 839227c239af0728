"""Rows in numbers that years of use would make, stored directly and not by requests."""

from __future__ import annotations

import random
import struct
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, create_engine, func, insert, select, text

from julep_server.db import tables
from julep_server.db.engine import postgres_url
from julep_server.db.files import parse_url
from julep_server.search.scope_changes import record_texts
from julep_server.search.vectors import pack
from julep_server.search.word_index import word_index
from julep_server.store.list_parts import recount
from julep_server.tenancy.keys import LOCAL_TENANT

WANTED_WORD: Final = "lighthouse"
"""A word of a few documents and memories, however many there are."""

_HAVE_IT: Final = 5
_WORDS: Final = tuple(f"word{number}" for number in range(500))
_SQLITE_ID: Final = (
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)"
    " || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
)
_NUMBERS: Final = (
    "WITH RECURSIVE numbers(number) AS"
    " (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < :count)"
)


class Stored(NamedTuple):
    """What is multiplied.

    Attributes:
        agent: The agent of the documents and memories.
        user: The user of the memories.
        session: The session, with one entry of metadata.
        history: The session whose first message is repeated.
    """

    agent: str
    user: str
    session: str
    history: str


def grow(url: str, stored: Stored, *, sessions: int, messages: int, texts: int) -> None:
    """Add sessions, messages of one session, and documents and memories of one agent each."""
    engine = create_engine(postgres_url(parse_url(url)))
    with _filling(engine) as connection:
        if sessions:
            _copy(connection, "sessions", "id", stored.session, sessions)
            connection.execute(_ENTRIES, {"session": stored.session})
            recount(connection)
        if messages:
            _copy(connection, "messages", "session_id", stored.history, messages)
        if texts:
            _add_texts(connection, "docs", stored, texts)
            _add_texts(connection, "memories", stored, texts)
        _add_vectors(connection)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # As its autovacuum does, a minute later.
            connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


@contextmanager
def _filling(engine: Engine) -> Generator[Connection]:
    """Open a transaction; SQLite's may use much memory, and need not be durable."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA cache_size = -1000000")
            connection.exec_driver_sql("PRAGMA synchronous = OFF")
            connection.rollback()
        yield connection
        connection.commit()


_ENTRIES = text(
    "INSERT INTO metadata_entries (resource_id, entry)"
    " SELECT sessions.id, known.entry FROM sessions"
    " JOIN metadata_entries known ON known.resource_id = :session"
    " LEFT JOIN metadata_entries own ON own.resource_id = sessions.id"
    " WHERE own.resource_id IS NULL"
)


def _copy(connection: Connection, table: str, column: str, value: str, count: int) -> None:
    """Store copies of the first row that has a value, each a microsecond later than the last."""
    query = text(f"SELECT * FROM {table} WHERE {column} = :value ORDER BY seq LIMIT 1")  # noqa: S608
    row = connection.execute(query, {"value": value}).mappings().one()
    new = "gen_random_uuid()::text" if connection.dialect.name == "postgresql" else _SQLITE_ID
    changed = {"id": new, "created_at": "created_at + number"}
    names = [name for name in row if name != "seq"]
    values = [changed.get(name, name) for name in names]
    connection.execute(
        text(
            f"INSERT INTO {table} ({', '.join(names)}) {_NUMBERS}"  # noqa: S608
            f" SELECT {', '.join(values)} FROM {table}, numbers WHERE {table}.seq = :seq"
        ),
        {"count": count, "seq": row["seq"]},
    )


def _add_texts(connection: Connection, table: str, stored: Stored, count: int) -> None:
    """Store documents or memories with one passage each, as :mod:`julep_server.search` does."""
    start = int(connection.execute(select(func.max(tables.passages.c.seq))).scalar() or 0) + 1
    scopes = [stored.agent]
    if table == "memories":
        scopes = [f"m:{stored.agent}", f"m:{stored.agent}:{stored.user}"]
    texts: list[tuple[int, str]] = []
    for seq in range(start, start + count):
        word = WANTED_WORD if seq - start < _HAVE_IT else "bread"
        texts.append((seq, f"{word} {seq} {' '.join(random.choices(_WORDS, k=20))}"))
    ids = [str(uuid.uuid4()) for _ in texts]
    common: dict[str, object] = {"tenant": LOCAL_TENANT, "created_at": start, "updated_at": start}
    if table == "docs":
        of: dict[str, object] = {
            **common,
            "owner_id": stored.agent,
            "title": "Note",
            "metadata": {},
        }
        rows = [{**of, "id": one, "content": text[1]} for one, text in zip(ids, texts, strict=True)]
        connection.execute(insert(tables.docs), rows)
    else:
        of = {**common, "agent_id": stored.agent, "user_id": stored.user, "type": "belief"}
        of |= {"entities": [], "sentiment": 0.0, "happened_at": start}
        rows = [
            {**of, "id": one, "content": text[1], "digest": one}
            for one, text in zip(ids, texts, strict=True)
        ]
        connection.execute(insert(tables.memories), rows)
    passages = [
        {"seq": seq, "source_id": one, "title": "Note", "text": text, "size": len(text)}
        for one, (seq, text) in zip(ids, texts, strict=True)
    ]
    connection.execute(insert(tables.passages), passages)
    seen = [{"scope": scope, "source_id": one} for scope in scopes for one in ids]
    connection.execute(insert(tables.source_scopes), seen)
    record_texts(connection, scopes, count, sum(len(text) for _, text in texts))
    word_index(connection).add(connection, scopes, "Note", texts)
    if connection.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence("passages", "seq")
        connection.execute(select(func.setval(sequence, start + count)))


def _add_vectors(connection: Connection) -> None:
    """Store vectors that are far from the wanted word's; none if there is no embedder."""
    known = connection.execute(text("SELECT embedder, vector FROM vectors ORDER BY seq")).first()
    if known is None:
        return
    embedder, near = known[0], struct.unpack(f"<{len(known[1]) // 4}f", known[1])
    missing = text("SELECT seq FROM passages WHERE seq NOT IN (SELECT seq FROM vectors)")
    vectors = [pack([random.gauss(-value, 0.05) for value in near]) for _ in range(100)]
    rows = [
        {"seq": seq, "embedder": embedder, "vector": random.choice(vectors)}
        for seq in connection.execute(missing).scalars()
    ]
    if rows:
        query = "INSERT INTO vectors (seq, embedder, vector) VALUES (:seq, :embedder, :vector)"
        connection.execute(text(query), rows)
