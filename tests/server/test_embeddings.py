"""Embeddings: recall by vectors, through an endpoint and with the offline embedder."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import pytest
from sqlalchemy import create_engine, select

from julep_server import LocalServer
from julep_server.db.tables import vectors
from julep_server.errors import ApiError
from julep_server.search import embedding_worker, offline_embedder
from julep_server.search.embedder import open_embedder
from julep_server.search.offline_embedder import OfflineEmbedder
from julep_server.search.openai_embedder import OpenAIEmbedder
from julep_server.settings import Settings
from tests.server.helpers.api import Api, error_of
from tests.server.helpers.embedding_endpoint import DIMENSIONS, MODEL, EmbeddingEndpoint
from tests.server.test_recall import docs_of, filler, ids

CAT, CASK = "A kitten sleeps upstairs.", "Barrel zx9 leaks."
KITTEN, BARREL = ({"title": "-", "content": text} for text in (CAT, CASK))


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddingEndpoint]:
    with EmbeddingEndpoint() as endpoint:
        yield endpoint


@pytest.fixture
def meanings(running: EmbeddingEndpoint) -> EmbeddingEndpoint:
    running.released.set()
    running.reset()
    return running


@contextmanager
def serving_with(endpoint: EmbeddingEndpoint, **settings: Any) -> Generator[Api, None, None]:
    chosen: dict[str, Any] = {"embedding_url": endpoint.url, "embedding_model": MODEL, **settings}
    with LocalServer(**chosen) as server, Api(server.url) as api:
        yield api


def embedders(url: str) -> list[str]:
    """The embedders of all stored vectors."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    try:
        with engine.connect() as connection:
            return list(connection.execute(select(vectors.c.embedder)).scalars())
    finally:
        engine.dispose()


def agent_with(api: Api, *texts: str) -> tuple[str, list[str]]:
    """An agent's session, and the ids of its documents in the order of their texts."""
    agent = api.make("agents")["id"]
    made = [
        api.post(f"/agents/{agent}/docs", {"title": "-", "content": text}).json()["id"]
        for text in texts
    ]
    return str(api.make("sessions", agent_id=agent)["id"]), made


def until(condition: Callable[[], bool]) -> None:
    """Wait for the server's background work."""
    limit = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.01)


# --- matches ---


def test_vectors_find_what_words_do_not(meanings: EmbeddingEndpoint) -> None:
    for model, found in ((MODEL, True), ("none", False)):
        url = meanings.url if found else None
        with serving_with(meanings, embedding_url=url, embedding_model=model) as api:
            session, (cat, _) = agent_with(api, CAT, CASK)
            response = api.reply(session, "Where is the feline?")
            assert ids(response)[0] == ([cat] if found else [])


def test_words_find_what_vectors_do_not(meanings: EmbeddingEndpoint) -> None:
    with serving_with(meanings) as api:
        session, (_, barrel) = agent_with(api, CAT, CASK)
        assert ids(api.reply(session, "zx9?"))[0] == [barrel]


def test_texts_found_by_both_come_first(meanings: EmbeddingEndpoint) -> None:
    texts = ("Zx9 is here.", "The ship is old.", "The vessel zx9 is old.")
    with serving_with(meanings, recall_distance=1.0) as api:
        session, (by_word, by_meaning, by_both) = agent_with(api, *texts)
        assert ids(api.reply(session, "Which boat is zx9?"))[0] == [by_both, by_word, by_meaning]


@pytest.mark.parametrize(("distance", "found"), [(0.0, 1), (1.0, 2)])
def test_the_distance_limits_vectors_too(
    meanings: EmbeddingEndpoint, distance: float, found: int
) -> None:
    docs = [KITTEN, {"title": "-", "content": "Kitten, beverage, lantern, anchor."}]
    with serving_with(meanings, recall_distance=distance) as api:
        agent = api.make("agents", docs=docs)["id"]
        session = api.make("sessions", agent_id=agent)["id"]
        response = api.reply(session, "feline")
        assert len(ids(response)[0]) == found


def test_unrelated_texts_are_not_recalled(meanings: EmbeddingEndpoint) -> None:
    with serving_with(meanings, recall_distance=1.0) as api:
        agent = api.make("agents", docs=[KITTEN])["id"]
        session = api.make("sessions", agent_id=agent)["id"]
        assert ids(api.reply(session, "Good morning!"))[0] == []


def test_nothing_of_another_owner_or_tenant_is_found(meanings: EmbeddingEndpoint) -> None:
    with (
        LocalServer(
            api_keys=["a", "b"], embedding_url=meanings.url, embedding_model=MODEL
        ) as server,
        Api(server.url, "a") as one,
        Api(server.url, "b") as two,
    ):
        agent = one.make("agents", docs=[KITTEN])["id"]
        assert ids(one.reply(one.make("sessions", agent_id=agent)["id"], "feline")) == [
            docs_of(one, f"agents/{agent}"),
            [],
        ]
        for api in (one, two):
            api.make("users", docs=[KITTEN])
            assert ids(api.reply(api.make("sessions")["id"], "feline")) == [[], []]
        user = two.make("users", docs=[KITTEN])["id"]
        own = two.make("agents", docs=[KITTEN])["id"]
        session = two.make("sessions", agent_id=own, user_id=user)["id"]
        expected = [docs_of(two, f"agents/{own}"), docs_of(two, f"users/{user}")]
        assert ids(two.reply(session, "feline")) == expected


def test_no_query_is_embedded_if_nothing_is_recalled(meanings: EmbeddingEndpoint) -> None:
    with serving_with(meanings) as api:
        api.reply(api.make("sessions")["id"], "feline")
        assert meanings.requests == []
        session, _ = agent_with(api, CAT)
        before = len(meanings.requests)
        api.reply(session, "feline", recall=False)
        assert len(meanings.requests) == before
        api.reply(session, "feline")
        assert len(meanings.requests) == before + 1


# --- vectors ---


def test_texts_are_sent_in_batches_with_the_key(meanings: EmbeddingEndpoint) -> None:
    pieces = [f"Piece {number}: kitten." for number in range(150)]
    with serving_with(meanings, embedding_key="secret") as api:
        agent = api.make("agents", docs=[{"title": "Pets", "content": pieces}])["id"]
        api.reply(api.make("sessions", agent_id=agent)["id"], "feline")
    assert {request["model"] for request in meanings.requests} == {MODEL}
    assert set(meanings.keys) == {"Bearer secret"}
    sent = [text for text in meanings.texts if text.startswith("Pets\n")]
    assert sorted(sent) == sorted(f"Pets\n{piece}" for piece in pieces)
    assert max(len(request["input"]) for request in meanings.requests) <= 64


def test_vectors_are_deleted_with_their_document(
    meanings: EmbeddingEndpoint, database_url: str
) -> None:
    with serving_with(meanings, database=database_url) as api:
        agent = api.make("agents", docs=[KITTEN, BARREL])["id"]
        assert embedders(database_url) == [f"{MODEL}/{DIMENSIONS}"] * 2
        api.delete(f"/agents/{agent}/docs/{docs_of(api, f'agents/{agent}')[0]}")
        assert len(embedders(database_url)) == 1
        api.delete(f"/agents/{agent}")
        assert embedders(database_url) == []


def test_vectors_of_another_embedder_are_not_compared(
    meanings: EmbeddingEndpoint, database_url: str
) -> None:
    with serving_with(meanings, database=database_url) as api:
        agent = api.make("agents", docs=[KITTEN])["id"]
        session = api.make("sessions", agent_id=agent)["id"]
        assert ids(api.reply(session, "feline"))[0] != []
    meanings.held = "sleeps"
    with serving_with(meanings, database=database_url, embedding_model="other") as api:
        assert ids(api.reply(session, "feline"))[0] == []
        assert ids(api.reply(session, "kitten"))[0] != []
        meanings.released.set()
        until(lambda: embedders(database_url) == [f"other/{DIMENSIONS}"])
        assert ids(api.reply(session, "feline"))[0] != []


def test_existing_documents_are_embedded(meanings: EmbeddingEndpoint, database_url: str) -> None:
    with serving_with(
        meanings, database=database_url, embedding_url=None, embedding_model="none"
    ) as api:
        agent = api.make("agents", docs=[KITTEN] * 70)["id"]
        session = api.make("sessions", agent_id=agent)["id"]
    assert embedders(database_url) == []
    with serving_with(meanings, database=database_url) as api:
        until(lambda: len(embedders(database_url)) == 70)
        assert ids(api.reply(session, "feline"))[0] != []


# --- failures of the endpoint ---


def test_a_document_is_stored_while_the_endpoint_is_down(
    meanings: EmbeddingEndpoint, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding_worker, "RETRY_DELAY", 0.05)
    with serving_with(meanings, database=database_url) as api:
        meanings.status = 503
        agent = api.make("agents", docs=[KITTEN])["id"]
        session = api.make("sessions", agent_id=agent)["id"]
        assert ids(api.reply(session, "feline"))[0] == []
        assert ids(api.reply(session, "kitten"))[0] != []
        meanings.status = 200
        until(lambda: len(embedders(database_url)) == 1)
        until(lambda: ids(api.reply(session, "feline", record=False))[0] != [])


def test_an_endpoint_that_is_down_gets_no_requests_for_a_while(meanings: EmbeddingEndpoint) -> None:
    with serving_with(meanings) as api:
        session, _ = agent_with(api, CAT)
        before = len(meanings.requests)
        meanings.status = 500
        for _ in range(5):
            api.reply(session, "feline")
        assert len(meanings.requests) == before + 1


def test_a_refused_text_does_not_delay_others(
    meanings: EmbeddingEndpoint, database_url: str
) -> None:
    meanings.refused = "leaks"
    with serving_with(meanings, database=database_url) as api:
        agent = api.make("agents", docs=[KITTEN, BARREL])["id"]
        session = api.make("sessions", agent_id=agent)["id"]
        until(lambda: len(embedders(database_url)) == 1)
        assert len(ids(api.reply(session, "feline"))[0]) == 1
        assert len(ids(api.reply(session, "barrel"))[0]) == 1


ONE = {"index": 0, "embedding": [1.0]}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, [], (503, "model_unavailable")),
        (200, {"data": []}, (503, "model_unavailable")),
        (200, {"data": [ONE]}, (503, "model_unavailable")),
        (200, {"data": [ONE, ONE, ONE]}, (503, "model_unavailable")),
        (200, {"error": {"message": "wrong key", "code": 401}}, (400, "model_refused")),
        (200, {"data": [ONE, {"index": 1, "embedding": ["x"]}]}, (503, "model_unavailable")),
        (200, {"data": [ONE, {"index": 1, "embedding": [1, 2]}]}, (503, "model_unavailable")),
        (401, None, (400, "model_refused")),
        (429, None, (429, "rate_limited")),
        (500, None, (503, "model_unavailable")),
    ],
)
def test_errors_are_those_of_a_models_endpoint(
    meanings: EmbeddingEndpoint, status: int, body: Any, expected: tuple[int, str]
) -> None:
    meanings.status, meanings.body = status, body

    async def embed() -> None:
        embedder = OpenAIEmbedder(meanings.url, None, MODEL, 5.0)
        try:
            await embedder.embed(["one", "two"])
        finally:
            await embedder.close()

    with pytest.raises(ApiError) as failed:
        anyio.run(embed)
    assert (failed.value.status, failed.value.code) == expected


def test_a_silent_endpoint_is_a_timeout(meanings: EmbeddingEndpoint) -> None:
    meanings.held = "one"

    async def embed() -> None:
        embedder = OpenAIEmbedder(meanings.url, None, MODEL, 0.05)
        try:
            await embedder.embed(["one"])
        finally:
            await embedder.close()
            meanings.released.set()

    with pytest.raises(ApiError) as failed:
        anyio.run(embed)
    assert failed.value.code == "model_timeout"


# --- the offline embedder ---


def test_the_offline_embedder_is_used_if_it_is_installed() -> None:
    texts = ("He is allergic to peanuts.", "The invoice must be paid in thirty days.")
    with LocalServer() as server, Api(server.url) as api:
        session, (allergy, _) = agent_with(api, *texts)
        assert ids(api.reply(session, "nuts"))[0] == [allergy]
        assert ids(api.reply(session, "Hello, how are you?"))[0] == []


NO_NETWORK = """
import asyncio, logging, socket, sys

def refuse(*_, **__):
    raise AssertionError("the network was used")

socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from julep_server.search.offline_embedder import OfflineEmbedder

embed = OfflineEmbedder().embed(["kitten", "cat", "invoice", ""])
loop = asyncio.new_event_loop()
kitten, cat, invoice, nothing = loop.run_until_complete(embed)
near = sum(a * b for a, b in zip(kitten, cat))
far = sum(a * b for a, b in zip(kitten, invoice))
assert near > 2 * abs(far), (near, far)
assert len(kitten) == len(nothing) == 256 and not any(nothing)
assert not logging.getLogger().handlers and "wordllama" not in sys.modules
"""


def test_the_offline_embedder_needs_no_network() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_NETWORK], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_without_the_package_texts_are_found_by_their_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(offline_embedder, "_PACKAGE", "no_package_of_this_name")
    assert open_embedder(Settings()) is None
    with pytest.raises(ApiError, match="not installed"):
        anyio.run(OfflineEmbedder().embed, ["x"])
    with LocalServer() as server, Api(server.url) as api:
        agent = api.make("agents", docs=[KITTEN])["id"]
        session = api.make("sessions", agent_id=agent)["id"]
        assert ids(api.reply(session, "feline"))[0] == []
        assert ids(api.reply(session, "kittens"))[0] != []


def test_a_megabyte_is_searched_by_vectors(database_url: str) -> None:
    text = filler(1_000_000)
    middle = text.index(". ", len(text) // 2) + 2
    content = [text[:middle], "He is allergic to peanuts.", text[middle:]]
    with LocalServer(database=database_url) as server, Api(server.url) as api:
        agent = api.make("agents")["id"]
        made = api.post(f"/agents/{agent}/docs", {"title": "Logbook", "content": content})
        assert made.status_code == 201
        session = api.make("sessions", agent_id=agent)["id"]
        until(lambda: len(embedders(database_url)) > 1200)
        response = api.reply(session, "Any nut allergy?")
        assert "peanuts" in str(response["response"])


# --- configuration ---


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"embedding_model": "x"}, "needs the URL"),
        ({"embedding_url": "http://x"}, "name of a model"),
        ({"embedding_url": "http://x", "embedding_model": "none"}, "name of a model"),
        ({"embedding_url": "ftp://x", "embedding_model": "x"}, "http"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Settings(**wrong)


def test_an_unknown_owner_is_a_404_before_anything_is_embedded(
    meanings: EmbeddingEndpoint,
) -> None:
    with serving_with(meanings) as api:
        path = "/agents/7d0c2f5e-93b1-4a6d-8f24-1b5e7c9a0d36/docs"
        error_of(api.post(path, KITTEN), 404)
    assert meanings.requests == []


def test_a_refused_text_is_sent_once_and_named_in_the_log(
    meanings: EmbeddingEndpoint, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    meanings.refused = "leaks"
    with serving_with(meanings, database=database_url) as api:
        agent = api.make("agents", docs=[BARREL])["id"]
        (barrel,) = docs_of(api, f"agents/{agent}")
        sent = sum("leaks" in text for text in meanings.texts)
        for _ in range(2):
            api.make("agents", docs=[KITTEN])
        until(lambda: len(embedders(database_url)) == 2)
        assert sum("leaks" in text for text in meanings.texts) == sent
    assert f"a text of {barrel} can't be embedded" in caplog.text
