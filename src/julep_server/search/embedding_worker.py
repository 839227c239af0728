"""Embeds passages and queries: new passages at once, and those without a vector in the background.

Passages are stored without vectors, and searches by words find them at once. Their vectors follow
after the transaction, so that no transaction waits for an endpoint, and nothing is lost when one is
down: passages without a vector of the current embedder are embedded later, the newest first.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection, Select, delete, exists, func, insert, select

from julep_server.db.engine import Database
from julep_server.db.outage import DatabaseUnavailableError
from julep_server.db.rows import read_rows, select_records
from julep_server.db.tables import passages, vectors
from julep_server.db.turns import IN_BACKGROUND
from julep_server.errors import ApiError
from julep_server.models.openai_errors import not_understood
from julep_server.search.batches import Batches
from julep_server.search.embedder import Embedder
from julep_server.search.embedding_state import EmbeddingState, failure_of
from julep_server.search.query import QueryVector, SearchQuery
from julep_server.search.scope_changes import record_vectors
from julep_server.search.vectors import cosines, pack

MAX_WAIT = 10.0
"""Seconds that a response waits for the vectors of what was stored, or for a query's vector."""

RETRY_DELAY = 5.0
"""Seconds without requests to an embedder that failed; the delay grows with repeated failures."""

_MAX_RETRY_DELAY = 120.0
# Between two looks for vectors that other processes may have stored, while there are none.
_LOOK_INTERVAL = 1.0
_BATCH_SIZE = 64
_MAX_QUERY_LENGTH = 2000
_MAX_TITLE_LENGTH = 200
_MAX_REFUSED = 10_000
_log = logging.getLogger("julep_server")

# On unrelated subjects: the nearness of their vectors is that of unrelated texts.
_UNRELATED = (
    "The train to the coast leaves at noon.",
    "She planted tomatoes behind the shed.",
    "The court postponed its decision.",
    "A violin needs new strings.",
    "His knee hurts when he runs.",
    "The program sorts a list of numbers.",
    "Snow closed the mountain pass.",
    "They borrowed money to buy a house.",
    "The recipe asks for two eggs.",
    "Voters elected a new mayor.",
    "The telescope shows a distant star.",
    "Her brother speaks three languages.",
)


@dataclass(frozen=True, slots=True)
class _Scale:
    """The name of an embedder's vectors, and the highest cosine between unrelated texts."""

    embedder: str
    unrelated: float


@dataclass(frozen=True, slots=True)
class _Passage:
    seq: int
    source_id: str
    title: str
    text: str

    def to_embed(self) -> str:
        """Return the text with its title, which adds to its meaning."""
        return f"{self.title[:_MAX_TITLE_LENGTH]}\n{self.text}".strip()


_PASSAGES = select_records(_Passage, passages)


class EmbeddingWorker:
    """Embeds passages and queries.

    Args:
        database: The database that holds the passages.
        embedder: None if there is no embedder: nothing is embedded.
    """

    def __init__(self, database: Database, embedder: Embedder | None) -> None:
        self._database = database
        self._embedder = embedder
        self._batches = None if embedder is None else Batches(embedder)
        self._refused: set[_Passage] = set()
        self._state = EmbeddingState(None if embedder is None else embedder.name)
        self._scale: _Scale | None = None
        self._down_until = 0.0
        self._has_vectors = False
        self._next_look = 0.0
        self._awake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def embedder(self) -> Embedder | None:
        """The embedder, if there is one."""
        return self._embedder

    def state(self) -> EmbeddingState:
        """Return how far the embedding is, and whether it fails."""
        return replace(self._state)

    def start(self) -> None:
        """Start embedding passages in the background; needs a running event loop."""
        if self._batches is not None:
            self._awake.set()
            self._spawn(self._catch_up(self._batches))

    def wake(self) -> None:
        """Look for passages without a vector at once, because some were stored."""
        self._awake.set()

    async def stop(self) -> None:
        """Stop; passages without a vector are embedded when a server starts again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._embedder is not None:
            await self._embedder.close()

    async def embed_query(self, text: str) -> SearchQuery:
        """Build a query from a text, and embed the end of the text.

        Returns:
            The query; without a vector if there is no embedder, if the embedder fails, or if there
            are no stored vectors to compare it with.
        """
        wanted = text[-_MAX_QUERY_LENGTH:].strip()
        if self._batches is None or not wanted or time.monotonic() < self._down_until:
            return SearchQuery(text)
        # A server without documents and memories sends no request to the embedder.
        if not self._has_vectors and time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + _LOOK_INTERVAL
            self._has_vectors = await self._database.read(_any_vector, snapshot=False)
        if not self._has_vectors:
            return SearchQuery(text)
        try:
            async with asyncio.timeout(MAX_WAIT):
                scale = await self._measure_scale(self._batches)
                (values,) = await self._batches.every([wanted])
            self._succeeded()
            vector = QueryVector(scale.embedder, _packed(values), scale.unrelated)
            return SearchQuery(text, vector)
        except (ApiError, TimeoutError) as error:
            self._failed(error)
            # The background finds out when it works again, also without further queries.
            self._awake.set()
            return SearchQuery(text)

    async def embed_sources(self, sources: Sequence[str]) -> str | None:
        """Embed new passages; never raises, and returns within ``MAX_WAIT`` seconds.

        Args:
            sources: Ids of the documents or memories, whose passages are committed.

        Returns:
            Why their vectors are missing for now; None if they are not.
        """
        if not sources:
            return None
        if self._batches is None:
            self._awake.set()
            return None
        if time.monotonic() < self._down_until:
            self._awake.set()
            return self._state.failure
        task = self._spawn(self._embed_new(self._batches, sources))
        done, _ = await asyncio.wait({task}, timeout=MAX_WAIT)
        return self._state.failure if done else "model_timeout"

    async def _embed_new(self, batches: Batches, sources: Sequence[str]) -> None:
        new = _PASSAGES.where(
            passages.c.source_id.in_(sources), ~exists().where(vectors.c.seq == passages.c.seq)
        )
        try:
            await self._fill(batches, new)
            self._succeeded()
        except Exception as error:  # noqa: BLE001 - the passages are stored, and retried later
            self._failed(error)
            self._awake.set()

    async def _catch_up(self, batches: Batches) -> None:
        """Embed all passages without a vector, at the start and whenever woken."""
        IN_BACKGROUND.set(True)
        failures = 0
        while True:
            await self._awake.wait()
            self._awake.clear()
            try:
                if self._state.failure is not None:
                    await asyncio.sleep(self._down_until - time.monotonic())
                    # Nothing may be waiting, and only a response shows that it works again.
                    await batches.every(_UNRELATED[:1])
                await self._fill_all(batches)
                self._succeeded()
                failures = 0
            except Exception as error:  # noqa: BLE001 - whatever the error, it may be transient
                self._failed(error)
                self._awake.set()
                await asyncio.sleep(min(RETRY_DELAY * 2**failures, _MAX_RETRY_DELAY))
                failures = min(failures + 1, 16)

    async def _fill_all(self, batches: Batches) -> None:
        if await self._database.read(lambda connection: _batch(connection, _PASSAGES, None)):
            scale = await self._measure_scale(batches)
            embedded = exists().where(
                vectors.c.seq == passages.c.seq, vectors.c.embedder == scale.embedder
            )
            wanted = _PASSAGES.where(~embedded)
            counted = select(func.count()).select_from(wanted.subquery())
            self._state.waiting = await self._database.read(
                lambda connection: connection.execute(counted).scalar_one()
            )
            if self._state.waiting > _BATCH_SIZE:
                _log.info("%d texts are to be embedded", self._state.waiting)
            await self._fill(batches, wanted)
            self._state.waiting = 0

    async def _fill(self, batches: Batches, wanted: Select[tuple[object, ...]]) -> None:
        """Embed the selected passages, the newest first."""
        scale = await self._measure_scale(batches)
        before: int | None = None
        stored = 0
        while batch := await self._database.read(partial(_batch, query=wanted, before=before)):
            embedded = await self._embed_batch(batches, batch)
            await self._database.write(partial(_store, name=scale.embedder, embedded=embedded))
            self._has_vectors = self._has_vectors or bool(embedded)
            before, stored = batch[-1].seq, stored + len(embedded)
            self._state.embedded += len(embedded)
            self._state.waiting = max(0, self._state.waiting - len(batch))
            if len(batch) < _BATCH_SIZE:
                return
            _log.info("%d texts embedded, %d to come", stored, self._state.waiting)

    async def _embed_batch(
        self, batches: Batches, batch: Sequence[_Passage]
    ) -> list[tuple[_Passage, bytes]]:
        """Embed some passages; one that the endpoint refuses is not sent again by this server."""
        batch = [passage for passage in batch if passage not in self._refused]
        embedded: list[tuple[_Passage, bytes]] = []
        outcomes = await batches.each([passage.to_embed() for passage in batch])
        for passage, outcome in zip(batch, outcomes, strict=True):
            try:
                if isinstance(outcome, ApiError):
                    raise outcome
                embedded.append((passage, _packed(outcome)))
            except ApiError as error:
                _log.warning("a text of %s can't be embedded: %s", passage.source_id, error)
                if len(self._refused) < _MAX_REFUSED:
                    self._refused.add(passage)
                    self._state.refused = len(self._refused)
        return embedded

    async def _measure_scale(self, batches: Batches) -> _Scale:
        """Return the scale of the embedder's vectors, measured once with unrelated sentences."""
        if self._scale is None:
            probes = [_packed(values) for values in await batches.every(_UNRELATED)]
            nearness = [
                cosine
                for number, probe in enumerate(probes[1:], start=1)
                for cosine in cosines(probe, b"".join(probes[:number]))
            ]
            name = f"{batches.name}/{len(probes[0]) // 4}"
            self._scale = _Scale(name, max(0.0, *nearness))
        return self._scale

    def _failed(self, error: Exception) -> None:
        if isinstance(error, DatabaseUnavailableError):
            # Not the embedder's failure, and logged already.
            return
        if time.monotonic() >= self._down_until:
            _log.warning("texts can't be embedded for now: %s", str(error) or failure_of(error))
        self._down_until = time.monotonic() + RETRY_DELAY
        self._state.failure = failure_of(error)

    def _succeeded(self) -> None:
        if self._state.failure is not None:
            _log.info("texts are embedded again")
        self._state.failure = None

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name="embedding")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _any_vector(connection: Connection) -> bool:
    return connection.execute(select(vectors.c.seq).limit(1)).first() is not None


def _batch(
    connection: Connection, query: Select[tuple[object, ...]], before: int | None
) -> list[_Passage]:
    """Return a batch of the selected passages, older than one of them, the newest first."""
    if before is not None:
        query = query.where(passages.c.seq < before)
    rows = connection.execute(query.order_by(passages.c.seq.desc()).limit(_BATCH_SIZE))
    return read_rows(_Passage, rows)


def _store(connection: Connection, name: str, embedded: Sequence[tuple[_Passage, bytes]]) -> None:
    """Store the vectors of the passages that still exist."""
    numbers = [passage.seq for passage, _ in embedded]
    stored = connection.execute(_PASSAGES.where(passages.c.seq.in_(numbers)))
    # Compared as a whole, because the database may reuse a number for another text.
    same = set(read_rows(_Passage, stored))
    rows = [
        {"seq": passage.seq, "embedder": name, "vector": vector}
        for passage, vector in embedded
        if passage in same
    ]
    if rows:
        connection.execute(delete(vectors).where(vectors.c.seq.in_([row["seq"] for row in rows])))
        connection.execute(insert(vectors), rows)
        record_vectors(connection, (passage.source_id for passage, _ in embedded))


def _packed(values: Sequence[float]) -> bytes:
    try:
        return pack(values)
    except ValueError as error:
        raise not_understood(f"no usable vector: {error}") from error
