"""What searches know of scopes without reading their texts, and the vectors that they keep."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

import pytest
from alembic.command import downgrade, upgrade
from sqlalchemy import Connection, event, func, insert, select
from sqlalchemy.engine import Engine

from julep_server.db.engine import Database
from julep_server.db.migrate import configuration
from julep_server.db.tables import passages, scope_changes, source_scopes, vectors
from julep_server.search import scope_changes as changes
from julep_server.search import vector_cache, vector_ranking
from julep_server.search.index import INDEX
from julep_server.search.query import QueryVector, SearchQuery
from julep_server.search.scope_changes import ScopeState, record_vectors, scope_state
from julep_server.search.vector_cache import Block, VectorCache
from julep_server.search.vectors import pack

pytestmark = pytest.mark.once

T = TypeVar("T")
SCOPES = ("a", "b")
NEAR, FAR = pack([1.0, 0.1]), pack([0.1, 1.0])


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def write(database: Database, work: Callable[[Connection], T]) -> T:
    return asyncio.run(database.write(work))


def read(database: Database, work: Callable[[Connection], T]) -> T:
    return asyncio.run(database.read(work))


def add(connection: Connection, source: str, texts: list[str], vector: bytes = NEAR) -> None:
    """Add a source that is visible in both scopes, or in one by its name, with its vectors."""
    scopes = [scope for scope in SCOPES if scope in source] or list(SCOPES)
    INDEX.add(connection, source, scopes, "", texts)
    numbers = select(passages.c.seq).where(passages.c.source_id == source)
    rows = [
        {"seq": seq, "embedder": "e", "vector": vector}
        for seq in connection.execute(numbers).scalars()
    ]
    connection.execute(insert(vectors), rows)
    record_vectors(connection, [source])


def remove(connection: Connection, *sources: str) -> None:
    wanted = source_scopes.c.source_id.in_(sources)
    INDEX.remove(connection, select(source_scopes.c.source_id).where(wanted))


def counted(connection: Connection, scope: str) -> tuple[int, int]:
    """Return the number and the length of a scope's texts, by reading them."""
    query = (
        select(func.count(), func.coalesce(func.sum(passages.c.size), 0))
        .join(source_scopes, source_scopes.c.source_id == passages.c.source_id)
        .where(source_scopes.c.scope == scope)
    )
    texts, characters = connection.execute(query).one()
    return int(texts), int(characters)


def nearest(database: Database, scope: str = "a") -> list[str]:
    """Search by meaning, and return the texts found."""
    query = SearchQuery("", QueryVector("e", NEAR, 0.5))
    hits = read(database, lambda connection: INDEX.search(connection, [scope], query, 10))
    return [hit.text for hit in hits]


@contextmanager
def reads_of_vectors() -> Generator[list[str]]:
    found: list[str] = []

    def record(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT vectors."):
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", record)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", record)


@pytest.mark.parametrize("every", [1, 3, 64])
def test_the_sums_are_those_of_the_texts(
    database: Database, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    monkeypatch.setattr(changes, "_COMPACT_EVERY", every)
    chance = random.Random(every)  # noqa: S311 - the same choices each time
    stored: list[str] = []
    versions: list[object] = []

    def step(connection: Connection, number: int) -> None:
        if stored and chance.random() < 0.4:
            remove(connection, stored.pop(chance.randrange(len(stored))))
        else:
            stored.append(f"{chance.choice(['a', 'b', 'x'])}{number}")
            texts = ["word " * chance.randrange(1, 9) for _ in range(chance.randrange(1, 4))]
            add(connection, stored[-1], texts)

    for number in range(25):
        write(database, partial(step, number=number))
        states = {scope: read(database, partial(scope_state, scopes=[scope])) for scope in SCOPES}
        for scope, state in states.items():
            expected = read(database, partial(counted, scope=scope))
            assert (state.texts, state.characters) == expected
        versions.append([state.version for state in states.values()])
    assert all(one != other for one, other in pairwise(versions))


def test_a_scope_of_which_nothing_is_known_has_no_texts(database: Database) -> None:
    state = read(database, lambda connection: scope_state(connection, ["a", "b"]))
    assert state == ScopeState(0, 0, None)


def test_rows_of_a_scope_are_replaced_by_their_sum(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_COMPACT_EVERY", 1)
    for number in range(5):
        write(database, partial(add, source=f"a{number}", texts=["x"]))
    stored = select(scope_changes.c.texts)
    assert read(database, lambda connection: connection.execute(stored).scalars().all()) == [5]
    write(database, lambda connection: remove(connection, *(f"a{number}" for number in range(5))))
    assert read(database, lambda connection: connection.execute(stored).all()) == []


def test_vectors_are_read_again_when_they_changed(database: Database, database_url: str) -> None:
    write(database, lambda connection: add(connection, "a1", ["one"]))
    write(database, lambda connection: add(connection, "b1", ["elsewhere"]))
    with reads_of_vectors() as found:
        assert (nearest(database), len(found)) == (["one"], 1)
        assert (nearest(database), len(found)) == (["one"], 1)
        # What changes in other scopes does not matter.
        write(database, lambda connection: add(connection, "b2", ["elsewhere too"]))
        assert (nearest(database), len(found)) == (["one"], 1)
        write(database, lambda connection: add(connection, "a2", ["two"]))
        assert (nearest(database), len(found)) == (["one", "two"], 2)
        write(database, lambda connection: add(connection, "a3", ["far"], FAR))
        assert (nearest(database), len(found)) == (["one", "two"], 3)
        write(database, lambda connection: remove(connection, "a1"))
        assert (nearest(database), len(found)) == (["two"], 4)
    other = Database(database_url)
    write(other, lambda connection: remove(connection, "a2"))
    write(other, lambda connection: add(connection, "a4", ["of another process"]))
    other.close()
    assert nearest(database) == ["of another process"]


def test_what_a_transaction_saw_before_it_failed_is_not_kept(database: Database) -> None:
    write(database, lambda connection: add(connection, "a1", ["one"]))
    query = SearchQuery("", QueryVector("e", NEAR, 0.5))

    def fail(connection: Connection) -> None:
        add(connection, "a2", ["two"])
        assert len(INDEX.search(connection, ["a"], query, 10)) == 2
        raise KeyError

    with pytest.raises(KeyError):
        write(database, fail)
    assert nearest(database) == ["one"]
    write(database, lambda connection: add(connection, "a3", ["three"], FAR))
    assert nearest(database) == ["one"]


def test_long_vectors_are_read_each_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_ranking, "MAX_SHARE", len(NEAR) - 1)
    write(database, lambda connection: add(connection, "a1", ["one"]))
    with reads_of_vectors() as found:
        assert nearest(database) == nearest(database) == ["one"]
    assert len(found) == 2


def test_the_cache_drops_what_was_not_used_for_the_longest_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vector_cache, "MAX_BYTES", 20)
    cache, version = VectorCache(), (1, 1)
    blocks = {name: Block([number], b"12345678") for number, name in enumerate("xyz")}
    for name in "xy":
        cache.keep(("e", (name,)), version, blocks[name])
    assert cache.find(("e", ("x",)), version) is blocks["x"]
    cache.keep(("e", ("z",)), version, blocks["z"])
    kept = {name: cache.find(("e", (name,)), version) for name in blocks}
    assert kept == {**blocks, "y": None}
    assert cache.find(("e", ("x",)), (1, 2)) is None
    # A newer version takes the place of the older one.
    cache.keep(("e", ("x",)), (1, 2), blocks["x"])
    assert cache.find(("e", ("z",)), version) is blocks["z"]


def test_the_migration_counts_what_is_stored(database: Database) -> None:
    write(database, lambda connection: add(connection, "a1", ["one", "more"]))
    write(database, lambda connection: add(connection, "x1", ["both"]))

    def migrate(connection: Connection) -> None:
        config = configuration(connection)
        downgrade(config, "0016")
        upgrade(config, "head")

    write(database, migrate)
    for scope, expected in (("a", (3, 11)), ("b", (1, 4))):
        state = read(database, partial(scope_state, scopes=[scope]))
        assert (state.texts, state.characters) == expected
    assert nearest(database) == ["one", "more", "both"]
