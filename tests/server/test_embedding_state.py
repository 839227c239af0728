"""How far the embedding of texts is, and its failures: in the state, the log and the job."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import httpx
import pytest
from sqlalchemy import Connection, insert

from julep_server import LocalServer
from julep_server.db.engine import Database
from julep_server.db.tables import passages
from julep_server.errors import ApiError, unavailable
from julep_server.models.openai_errors import EndpointError
from julep_server.search import embedding_worker
from julep_server.search.batches import Batches
from julep_server.search.embedding_state import EmbeddingState
from julep_server.search.embedding_worker import EmbeddingWorker
from tests.server.helpers.api import Api
from tests.server.helpers.embedding_endpoint import MODEL, EmbeddingEndpoint

TEXTS = [*(f"Text {number}." for number in range(70)), "BAD"]


class Embedder:
    """An embedder that fails at first, and refuses a text."""

    name = "fake"

    def __init__(self) -> None:
        self.error: ApiError | None = unavailable("model_unavailable", "it is down")

    async def embed(self, texts: Sequence[str]) -> list[Sequence[float]]:
        if self.error is not None:
            raise self.error
        if any("BAD" in text for text in texts):
            error = EndpointError(400, "model_refused", "too long")
            error.endpoint_status = 400
            raise error
        return [[1.0, float(len(text))] for text in texts]

    async def close(self) -> None:
        pass


class LookingWorker(EmbeddingWorker):
    """Notes when its background has looked for texts for the first time."""

    def __init__(self, database: Database, embedder: Embedder) -> None:
        super().__init__(database, embedder)
        self.looked = asyncio.Event()

    async def _fill_all(self, batches: Batches) -> None:
        await super()._fill_all(batches)
        self.looked.set()


def store(connection: Connection) -> None:
    rows = [{"source_id": "a", "title": "", "text": text, "size": 1} for text in TEXTS]
    connection.execute(insert(passages), rows)


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - there is no event of it
        await asyncio.sleep(0)


def test_the_state_follows_what_happens(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(embedding_worker, "RETRY_DELAY", 0.01)

    async def main() -> list[EmbeddingState]:
        database, embedder = Database("sqlite://"), Embedder()
        await database.write(store)
        worker = EmbeddingWorker(database, embedder)
        found = [worker.state()]
        worker.start()
        await until(lambda: worker.state().failure is not None)
        found.append(worker.state())
        embedder.error = None
        await until(lambda: worker.state().failure is None)
        found.append(worker.state())
        await worker.stop()
        database.close()
        return found

    with caplog.at_level("INFO", "julep_server"):
        first, failing, last = asyncio.run(main())
    assert first == EmbeddingState("fake")
    assert (failing.failure, failing.is_ready, failing.embedded) == ("model_unavailable", False, 0)
    assert last == EmbeddingState("fake", None, embedded=70, waiting=0, refused=1)
    for line in (
        "texts can't be embedded for now: it is down",
        "71 texts are to be embedded",
        "63 texts embedded, 7 to come",
        "a text of a can't be embedded: too long",
        "texts are embedded again",
    ):
        assert line in caplog.text


def test_a_query_that_fails_is_ready_again_without_another_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that is not ready gets no queries that could show that it is."""
    monkeypatch.setattr(embedding_worker, "RETRY_DELAY", 0.01)
    # However busy the machine is.
    monkeypatch.setattr(embedding_worker, "MAX_WAIT", 600.0)

    async def main() -> None:
        database, embedder = Database("sqlite://"), Embedder()
        embedder.error = None
        worker = LookingWorker(database, embedder)
        worker.start()
        # What is written afterwards is not the background's to embed.
        await worker.looked.wait()
        await database.write(store)
        assert await worker.embed_sources(["a"]) is None
        embedder.error = unavailable("model_unavailable", "it is down")
        assert (await worker.embed_query("Text")).vector is None
        assert not worker.state().is_ready
        embedder.error = None
        await until(lambda: worker.state().is_ready)
        await worker.stop()
        database.close()

    asyncio.run(main())


def test_a_failing_embedder_is_named_by_readyz() -> None:
    with (
        EmbeddingEndpoint() as meanings,
        LocalServer(embedding_url=meanings.url, embedding_model=MODEL) as server,
        Api(server.url) as api,
    ):
        path = f"{server.root}/readyz"
        assert httpx.get(path, trust_env=False).json()["embedder"] == "ok"
        meanings.status = 500
        api.make("agents", docs=[{"title": "x", "content": "Some text."}])
        response = httpx.get(path, trust_env=False)
        assert response.status_code == 503
        assert response.json()["embedder"] == "it fails, and texts are recalled by words alone"


def test_a_server_without_an_embedder_is_ready() -> None:
    database = Database("sqlite://")
    worker = EmbeddingWorker(database, None)
    assert worker.state() == EmbeddingState(None)
    assert worker.state().is_ready
    database.close()


def test_a_job_names_the_failure() -> None:
    with (
        EmbeddingEndpoint() as meanings,
        LocalServer(embedding_url=meanings.url, embedding_model=MODEL) as server,
        Api(server.url) as api,
    ):
        agent, user = api.make("agents")["id"], api.make("users")["id"]
        session = api.make("sessions", agent_id=agent, user_id=user)["id"]
        (job,) = api.wait_done(api.reply(session, "I like tea."))["jobs"]
        assert "reason" not in api.job(job)
        meanings.status = 500
        (job,) = api.wait_done(api.reply(session, "I like bread."))["jobs"]
        reason = "stored; their vectors follow, once the embedder works (model_unavailable)"
        assert api.job(job)["reason"] == reason
        assert len(api.memories(agent)) == 2
