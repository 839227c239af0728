"""Idempotency keys: a POST repeated with the same key is done once.

A request with a key first claims its slot. While it runs, a repetition waits for it (a streamed
one follows the running stream); afterwards the kept answer is given. Answers are kept in the
transaction that does the work, so neither a crash between the two nor a failure leaves a
half-truth behind: what failed is not kept, and its repetition is a new attempt. Another process
that does the same request meanwhile can't keep a second answer: its work is undone, and it gives
the first one's.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from julep_server.db.engine import Database
from julep_server.errors import conflict
from julep_server.json_text import JSON, canonical
from julep_server.store import answers
from julep_server.store.answers import Answer, Slot

if TYPE_CHECKING:
    from julep_server.chat.runs import Run


def fingerprint(body: JSON, streamed: bool) -> str:
    """Digest of what makes two requests the same: the body, and the form of the answer."""
    return hashlib.sha256(canonical([body, streamed]).encode("utf-8")).hexdigest()


class Claim:
    """One running request with a key.

    Attributes:
        run: The completion that the request streams, once it does.
    """

    __slots__ = ("_claims", "_done", "_held", "fingerprint", "run", "slot")

    def __init__(self, claims: Claims, slot: Slot, digest: str) -> None:
        self._claims = claims
        self._done = asyncio.Event()
        self._held = False
        self.slot = slot
        self.fingerprint = digest
        self.run: Run | None = None

    def keep(
        self, connection: Connection, status: int, headers: dict[str, str], body: JSON
    ) -> None:
        """Keep the answer, in the transaction that does the work."""
        answers.keep(connection, self.slot, Answer(self.fingerprint, status, headers, body))

    def hold(self, streamed: Run | None) -> Callable[[], None]:
        """Stay claimed when the handler returns, because a run goes on.

        Args:
            streamed: The run, where repetitions may follow it.

        Returns:
            What to call when the run has ended.
        """
        self._held = True
        self.run = streamed
        return self.release

    def handled(self) -> None:
        """The handler returned or failed."""
        if not self._held:
            self.release()

    def release(self) -> None:
        """Let repetitions go on."""
        self._claims.remove(self)
        self._done.set()

    async def wait(self) -> None:
        """Wait until the request is done."""
        await self._done.wait()


class Claims:
    """The running requests with keys of one server process.

    Args:
        database: Where answers are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: dict[Slot, Claim] = {}

    async def claim(self, slot: Slot, digest: str) -> Claim | Answer | Run:
        """Claim a slot, or get what a repetition is answered with.

        Args:
            slot: What names the request.
            digest: Its fingerprint.

        Returns:
            A claim, now the caller's; or the answer that was kept; or the running stream to follow.

        Raises:
            ApiError: 409 when the key was used with another body.
        """
        while (running := self._running.get(slot)) is not None:
            _check(running.fingerprint, digest)
            if running.run is not None:
                return running.run
            await running.wait()
        claim = self._running[slot] = Claim(self, slot, digest)
        try:
            kept = await self.kept(claim)
        except BaseException:
            claim.release()
            raise
        if kept is None:
            return claim
        claim.release()
        return kept

    async def kept(self, claim: Claim) -> Answer | None:
        """The answer that was kept for a request, here or by another process.

        Raises:
            ApiError: 409 when the key was used with another body.
        """
        slot = claim.slot
        kept = await self._database.read(lambda connection: answers.find(connection, slot))
        if kept is not None:
            _check(kept.fingerprint, claim.fingerprint)
        return kept

    def remove(self, claim: Claim) -> None:
        """Forget a claim that is done."""
        if self._running.get(claim.slot) is claim:
            del self._running[claim.slot]


def _check(first: str, again: str) -> None:
    if first != again:
        raise conflict(
            "idempotency_conflict", "this Idempotency-Key was used with another request body"
        )
