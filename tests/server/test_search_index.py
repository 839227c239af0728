"""The search index: rankings by words and vectors, their fusion, and isolation of scopes."""

from __future__ import annotations

import asyncio
import math
import struct
import tracemalloc
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select

from julep_server.db import tables
from julep_server.db.engine import Database
from julep_server.search.fusion import fuse_rankings
from julep_server.search.index import INDEX
from julep_server.search.query import QueryVector, SearchQuery
from julep_server.search.vector_ranking import rank_by_vector
from julep_server.search.vectors import cosines, nearer, numpy_cosines, pack, plain_cosines
from julep_server.text.words import folded_words, query_words

T = TypeVar("T")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def write(database: Database, work: Callable[[Connection], T]) -> T:
    return asyncio.run(database.write(work))


def found(
    database: Database, scopes: list[str], query: str, limit: int = 10, distance: float = 1.0
) -> list[str]:
    def search(connection: Connection) -> list[str]:
        hits = INDEX.search(connection, scopes, SearchQuery(query), limit, distance)
        return [hit.text for hit in hits]

    return asyncio.run(database.read(search))


def add(database: Database, source: str, scopes: list[str], *texts: str, title: str = "") -> None:
    write(database, lambda connection: INDEX.add(connection, source, scopes, title, texts))


# --- words ---


def test_rare_words_and_titles_weigh_more(database: Database) -> None:
    add(database, "1", ["s"], "The lamp is lit.", "The lamp is dark.", "The lamp and the bell.")
    add(database, "2", ["s"], "It is lit.", title="Bell")
    assert found(database, ["s"], "lamp bell")[:2] == ["It is lit.", "The lamp and the bell."]


def test_short_texts_come_before_long_ones(database: Database) -> None:
    long = f"A bell. {'And many other things are told. ' * 20}"
    add(database, "1", ["s"], long, "A bell.")
    assert found(database, ["s"], "bell") == ["A bell.", long]


def test_the_distance_is_relative_to_the_best(database: Database) -> None:
    add(database, "1", ["s"], "bell lamp cat", "bell lamp", "bell")
    assert len(found(database, ["s"], "bell lamp cat", distance=0.0)) == 1
    assert len(found(database, ["s"], "bell lamp cat", distance=1.0)) == 3
    assert len(found(database, ["s"], "bell lamp cat", limit=2)) == 2


def test_texts_elsewhere_do_not_change_a_ranking(database: Database) -> None:
    """BM25 over the whole database would depend on the texts of others."""
    add(database, "1", ["mine"], "A bell rings.", "A lamp is lit.", "A lamp is dark.")
    before = found(database, ["mine"], "lamp bell")
    assert before[0] == "A bell rings."
    for number in range(40):
        add(database, f"o{number}", ["others"], f"A bell rings {number} times.")
    assert found(database, ["mine"], "lamp bell") == before


def test_only_the_named_scopes_are_searched(database: Database) -> None:
    add(database, "1", ["m:a", "m:a:u"], "bell one")
    add(database, "2", ["m:a"], "bell two")
    add(database, "3", ["m:b"], "bell three")
    assert found(database, ["m:a"], "bell") == ["bell one", "bell two"]
    assert found(database, ["m:a:u"], "bell") == ["bell one"]
    # A text that is visible in several scopes is found once.
    assert found(database, ["m:a", "m:a:u"], "bell") == ["bell one", "bell two"]
    assert found(database, [], "bell") == []
    assert found(database, ["m"], "bell") == []


def test_texts_can_be_added_to_a_source_twice(database: Database) -> None:
    add(database, "1", ["s"], "bell one")
    add(database, "1", ["s"], "bell two")
    assert found(database, ["s"], "bell") == ["bell one", "bell two"]
    sources = select(tables.source_scopes.c.source_id).where(tables.source_scopes.c.scope == "s")
    write(database, lambda connection: INDEX.remove(connection, sources))
    assert found(database, ["s"], "bell") == []


def test_a_long_title_is_cut(database: Database) -> None:
    add(database, "1", ["s"], "bell", title="lamp " * 100_000)
    assert found(database, ["s"], "lamp") == ["bell"]


@given(st.text(max_size=200))
def test_folded_words_have_no_accents_and_no_operators(text: str) -> None:
    words = folded_words(text)
    assert folded_words(words) == words
    assert not set("'\"&|!():*<>\\\0") & set(words)


def test_combining_accents_belong_to_their_letters() -> None:
    assert query_words("cafe\u0301s") == ["caf\u00e9s"]
    assert folded_words("Cafe\u0301s, 한국_x") == "cafes 한 국 x"


# --- vectors ---

numbers = st.floats(-1e6, 1e6).map(lambda number: round(number, 3))
pairs = st.integers(1, 40).flatmap(
    lambda size: st.tuples(
        st.lists(numbers, min_size=size, max_size=size),
        st.lists(st.lists(numbers, min_size=size, max_size=size), min_size=1, max_size=5),
    )
)


@settings(deadline=None)  # the first example imports NumPy
@given(pairs)
def test_cosines_are_the_same_with_numpy_and_without(
    drawn: tuple[list[float], list[list[float]]],
) -> None:
    query, others = pack(drawn[0]), [pack(values) for values in drawn[1]]
    joined = b"".join(others)
    plain = plain_cosines(query, joined)
    assert len(plain) == len(others)
    assert numpy_cosines(query, joined) == pytest.approx(plain, abs=1e-5)
    assert cosines(query, joined) == pytest.approx(plain, abs=1e-5)
    assert all(abs(cosine) < 1.00001 for cosine in plain)
    near = nearer(query, joined, 0.1)
    assert [place for place, _ in near] == [
        place for place, cosine in enumerate(cosines(query, joined)) if cosine > 0.1
    ]
    assert [cosines(query, joined)[place] for place, _ in near] == [cosine for _, cosine in near]


@given(st.lists(numbers, min_size=1, max_size=40))
def test_a_packed_vector_has_length_one(values: list[float]) -> None:
    packed = struct.unpack(f"<{len(values)}f", pack(values))
    assert math.hypot(*packed) == pytest.approx(1 if any(values) else 0, abs=1e-5)


@pytest.mark.parametrize("wrong", [[], [math.nan], [math.inf, 1.0]])
def test_an_invalid_vector_is_refused(wrong: list[float]) -> None:
    with pytest.raises(ValueError, match="vector"):
        pack(wrong)


def test_comparing_vectors_uses_little_memory(database: Database) -> None:
    count, size = 20_000, 256
    vectors = [pack([1.0, number / 10] + [0.1] * (size - 2)) for number in range(100)]

    def fill(connection: Connection) -> None:
        scope = {"scope": "s", "source_id": "1"}
        connection.execute(insert(tables.source_scopes).values(scope))
        rows = [
            {"seq": seq, "source_id": "1", "title": "", "text": "x", "size": 1}
            for seq in range(1, count + 1)
        ]
        connection.execute(insert(tables.passages), rows)
        stored = [
            {"seq": row["seq"], "embedder": "e", "vector": vectors[seq % 100]}
            for seq, row in enumerate(rows)
        ]
        connection.execute(insert(tables.vectors), stored)

    write(database, fill)

    def search(connection: Connection) -> tuple[list[int], int]:
        # Imports before measuring.
        cosines(vectors[0], vectors[0])
        tracemalloc.start()
        try:
            nearest = rank_by_vector(connection, ["s"], QueryVector("e", vectors[0]), 5)
            return [number for number, _ in nearest], tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    nearest, peak = asyncio.run(database.read(search))
    assert nearest == [1, 101, 201, 301, 401]
    assert peak < count * size * 4 / 2


# --- fusion ---


@given(st.lists(st.lists(st.integers(0, 9), unique=True), max_size=3))
def test_fusion_keeps_each_text_once_and_the_order(rankings: list[list[int]]) -> None:
    merged = fuse_rankings(rankings)
    assert sorted(number for number, _ in merged) == sorted({n for r in rankings for n in r})
    assert [score for _, score in merged] == sorted((s for _, s in merged), reverse=True)
    if len(rankings) == 1:
        assert [number for number, _ in merged] == rankings[0]


def test_texts_in_both_rankings_come_first() -> None:
    assert [number for number, _ in fuse_rankings([[1, 2, 3], [4, 3]])] == [3, 1, 4, 2]
