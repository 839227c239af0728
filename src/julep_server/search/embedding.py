"""Keeps the vectors of all passages: those of new ones, and those that are missing.

Passages are stored without vectors, and found by their words at once. Their vectors follow after
the transaction, so that no transaction waits for an endpoint and nothing is lost when one is down:
what has no vector of the current embedder is given one later, the newest first.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, Select, delete, exists, insert, select

from julep_server.db.engine import Database
from julep_server.db.tables import passages, vectors
from julep_server.errors import ApiError
from julep_server.models.openai_errors import RefusedError, not_understood
from julep_server.search.embedder import Embedder
from julep_server.search.question import Question, Vector
from julep_server.search.vectors import cosines, pack

WITHIN = 10.0
"""Seconds that an answer waits for the vectors of what it has stored."""

PAUSE = 5.0
"""Seconds for which an embedder that failed isn't asked again; when it goes on failing, longer."""

_LONGEST_PAUSE = 120.0
_AT_ONCE = 64
_LAST = 2000
_TITLE = 200
_ABOUT_A_TEXT = frozenset({400, 413, 422})
_log = logging.getLogger("julep_server")

# Of subjects far from each other: how near their vectors are is how near unrelated texts are.
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
    """What an embedder's vectors are called, and how near those of unrelated texts can be."""

    embedder: str
    unrelated: float


@dataclass(frozen=True, slots=True)
class _Passage:
    seq: int
    source_id: str
    title: str
    text: str

    def to_embed(self) -> str:
        """The text with what its title tells about it."""
        return f"{self.title[:_TITLE]}\n{self.text}".strip()


class Embedding:
    """Embeds what is stored and what is asked.

    Args:
        database: Where the passages are.
        embedder: None where there is none: then all this does nothing.
    """

    def __init__(self, database: Database, embedder: Embedder | None) -> None:
        self._database = database
        self._embedder = embedder
        self._scale: _Scale | None = None
        self._down_until = 0.0
        self._compares = False
        self._awake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to give vectors to what has none; needs a running event loop."""
        if self._embedder is not None:
            self._awake.set()
            self._spawn(self._catch_up(self._embedder))

    def wake(self) -> None:
        """Look for what has no vector now: something was stored."""
        self._awake.set()

    async def stop(self) -> None:
        """Stop; what has no vector yet gets one when a server starts again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._embedder is not None:
            await self._embedder.close()

    async def question(self, text: str) -> Question:
        """Make a question of a text; of a long one, its end is what is meant.

        Returns:
            The question; without a vector where there is no embedder, where it fails, or where
            there is nothing yet to compare one with.
        """
        wanted = text[-_LAST:].strip()
        if self._embedder is None or not wanted or time.monotonic() < self._down_until:
            return Question(text)
        # A server without documents and memories needs no model, and no request.
        self._compares = self._compares or await self._database.read(_has_vectors)
        if not self._compares:
            return Question(text)
        try:
            async with asyncio.timeout(WITHIN):
                scale = await self._scaled(self._embedder)
                (values,) = await self._embedder.embed([wanted])
            return Question(text, Vector(scale.embedder, _packed(values), scale.unrelated))
        except (ApiError, TimeoutError) as error:
            self._failed(error)
            return Question(text)

    async def complete(self, sources: Sequence[str]) -> None:
        """Give vectors to what was just stored; never fails, and returns after ten seconds.

        Args:
            sources: Ids of the documents or memories; their passages are committed.
        """
        if self._embedder is None or not sources or time.monotonic() < self._down_until:
            self._awake.set()
            return
        task = self._spawn(self._complete(self._embedder, sources))
        await asyncio.wait({task}, timeout=WITHIN)

    async def _complete(self, embedder: Embedder, sources: Sequence[str]) -> None:
        new = select(passages).where(
            passages.c.source_id.in_(sources), ~exists().where(vectors.c.seq == passages.c.seq)
        )
        try:
            await self._fill(embedder, new)
        except Exception as error:  # noqa: BLE001 - the passages are stored, and tried again
            self._failed(error)
            self._awake.set()

    async def _catch_up(self, embedder: Embedder) -> None:
        """Give vectors to all that lacks one, at the start and whenever an attempt failed."""
        failures = 0
        while True:
            await self._awake.wait()
            self._awake.clear()
            try:
                await self._fill_all(embedder)
                failures = 0
            except Exception as error:  # noqa: BLE001 - whatever it is, it may be over later
                self._failed(error)
                self._awake.set()
                await asyncio.sleep(min(PAUSE * 2**failures, _LONGEST_PAUSE))
                failures = min(failures + 1, 16)

    async def _fill_all(self, embedder: Embedder) -> None:
        if await self._database.read(lambda connection: _batch(connection, select(passages), None)):
            scale = await self._scaled(embedder)
            has_one = exists().where(
                vectors.c.seq == passages.c.seq, vectors.c.embedder == scale.embedder
            )
            await self._fill(embedder, select(passages).where(~has_one))

    async def _fill(self, embedder: Embedder, wanted: Select[tuple[object, ...]]) -> None:
        """Give vectors to the passages selected, the newest first."""
        scale = await self._scaled(embedder)
        before: int | None = None
        while batch := await self._database.read(partial(_batch, query=wanted, before=before)):
            found = await _embedded(embedder, batch)
            await self._database.write(partial(_store, name=scale.embedder, found=found))
            before = batch[-1].seq

    async def _scaled(self, embedder: Embedder) -> _Scale:
        """What the embedder's vectors mean; it is asked once."""
        if self._scale is None:
            probes = [_packed(values) for values in await embedder.embed(_UNRELATED)]
            nearness = [
                cosine
                for number, probe in enumerate(probes[1:], start=1)
                for cosine in cosines(probe, probes[:number])
            ]
            name = f"{embedder.name}/{len(probes[0]) // 4}"
            self._scale = _Scale(name, max(0.0, *nearness))
        return self._scale

    def _failed(self, error: Exception) -> None:
        if time.monotonic() >= self._down_until:
            _log.warning("texts can't be embedded for now: %s", error)
        self._down_until = time.monotonic() + PAUSE

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name="embedding")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _embedded(embedder: Embedder, batch: Sequence[_Passage]) -> list[tuple[_Passage, bytes]]:
    """Embed some passages; one that the endpoint refuses goes without, and is tried again later."""
    try:
        found = await embedder.embed([passage.to_embed() for passage in batch])
        return [(passage, _packed(values)) for passage, values in zip(batch, found, strict=True)]
    except RefusedError as error:
        if error.unknown_model or error.status not in _ABOUT_A_TEXT:
            raise
        if len(batch) == 1:
            _log.warning("a text of %s can't be embedded: %s", batch[0].source_id, error)
            return []
        parts = [await _embedded(embedder, [passage]) for passage in batch]
        if not any(parts):
            raise
        return list(itertools.chain.from_iterable(parts))


def _has_vectors(connection: Connection) -> bool:
    return connection.execute(select(vectors.c.seq).limit(1)).first() is not None


def _batch(
    connection: Connection, query: Select[tuple[object, ...]], before: int | None
) -> list[_Passage]:
    """Some of the passages selected that are older than one, the newest first."""
    if before is not None:
        query = query.where(passages.c.seq < before)
    rows = connection.execute(query.order_by(passages.c.seq.desc()).limit(_AT_ONCE)).mappings()
    return [_Passage(row["seq"], row["source_id"], row["title"], row["text"]) for row in rows]


def _store(connection: Connection, name: str, found: Sequence[tuple[_Passage, bytes]]) -> None:
    """Store vectors of the passages that are still there."""
    numbers = [passage.seq for passage, _ in found]
    stored = connection.execute(select(passages).where(passages.c.seq.in_(numbers))).mappings()
    # A number may have been given anew: only the same text has the same meaning.
    same = {_Passage(row["seq"], row["source_id"], row["title"], row["text"]) for row in stored}
    rows = [
        {"seq": passage.seq, "embedder": name, "vector": vector}
        for passage, vector in found
        if passage in same
    ]
    if rows:
        connection.execute(delete(vectors).where(vectors.c.seq.in_([row["seq"] for row in rows])))
        connection.execute(insert(vectors), rows)


def _packed(values: Sequence[float]) -> bytes:
    try:
        return pack(values)
    except ValueError as error:
        raise not_understood(f"no usable vector: {error}") from error
