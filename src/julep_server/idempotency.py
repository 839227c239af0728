"""Idempotency keys: a POST that is repeated with the same key is performed once.

A request with a key first claims it. While the request runs, a repetition waits for it (a streamed
one follows the running stream); afterwards the repetition receives the stored response. Responses
are stored in the transaction that does the work, so that neither a crash nor a failure leaves one
without the other: a failure is not stored, and its repetition is a new attempt. If another process
performs the same request meanwhile, its second response can't be stored: its work is rolled back,
and it returns the first response.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

from sqlalchemy import Connection

from julep_server.db.engine import Database
from julep_server.errors import conflict
from julep_server.json_text import JSON, canonical
from julep_server.store import kept_responses
from julep_server.store.kept_responses import IdempotencyKey, KeptResponse
from julep_server.streaming.runs import Run


def fingerprint(body: JSON, streamed: bool) -> str:
    """Return a digest of what makes two requests the same: the body, and whether it is streamed."""
    return hashlib.sha256(canonical([body, streamed]).encode("utf-8")).hexdigest()


class IdempotencyClaim:
    """A running request's claim on its key.

    Attributes:
        run: The run that the request streams, once it does.
    """

    __slots__ = ("_claims", "_done", "_held", "fingerprint", "key", "run")

    def __init__(self, claims: IdempotencyClaims, key: IdempotencyKey, digest: str) -> None:
        self._claims = claims
        self._done = asyncio.Event()
        self._held = False
        self.key = key
        self.fingerprint = digest
        self.run: Run | None = None

    def keep(
        self, connection: Connection, status: int, headers: dict[str, str], body: JSON
    ) -> None:
        """Store the response, in the transaction that does the work."""
        response = KeptResponse(self.fingerprint, status, headers, body)
        kept_responses.keep(connection, self.key, response)

    def hold(self, streamed: Run | None) -> Callable[[], None]:
        """Keep the claim when the handler returns, because a run continues.

        Args:
            streamed: The run, if repetitions may follow it.

        Returns:
            A function to call when the run has ended.
        """
        self._held = True
        self.run = streamed
        return self.release

    def handler_returned(self) -> None:
        """Release the claim, unless it is held for a run."""
        if not self._held:
            self.release()

    def release(self) -> None:
        """Let repetitions proceed."""
        self._claims.remove(self)
        self._done.set()

    async def wait(self) -> None:
        """Wait until the request is done."""
        await self._done.wait()


class IdempotencyClaims:
    """The running requests with keys of one server process.

    Args:
        database: The database that stores responses.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: dict[IdempotencyKey, IdempotencyClaim] = {}

    async def claim(
        self, key: IdempotencyKey, digest: str
    ) -> IdempotencyClaim | KeptResponse | Run:
        """Claim a key, or find the first request's response.

        Args:
            key: The request's key.
            digest: The request's fingerprint.

        Returns:
            A claim, now the caller's; or the stored response; or the running stream to follow.

        Raises:
            ApiError: 409 when the key was used with another body.
        """
        while (running := self._running.get(key)) is not None:
            _check_same(running.fingerprint, digest)
            if running.run is not None:
                return running.run
            await running.wait()
        claim = self._running[key] = IdempotencyClaim(self, key, digest)
        try:
            kept = await self.kept(claim)
        except BaseException:
            claim.release()
            raise
        if kept is None:
            return claim
        claim.release()
        return kept

    async def kept(self, claim: IdempotencyClaim) -> KeptResponse | None:
        """Return the response that this or another process has stored for a request.

        Raises:
            ApiError: 409 when the key was used with another body.
        """
        key = claim.key
        kept = await self._database.read(
            lambda connection: kept_responses.find(connection, key), snapshot=False
        )
        if kept is not None:
            _check_same(kept.fingerprint, claim.fingerprint)
        return kept

    def remove(self, claim: IdempotencyClaim) -> None:
        """Forget a claim that is done."""
        if self._running.get(claim.key) is claim:
            del self._running[claim.key]


def _check_same(first: str, repeated: str) -> None:
    if first != repeated:
        raise conflict(
            "idempotency_conflict", "this Idempotency-Key was used with another request body"
        )
