"""Idempotency keys: a POST that is repeated with the same key is performed once.

A request with a key first claims it. While the request runs, a repetition waits for it (a streamed
one follows the running stream); afterwards the repetition receives the stored response. Responses
are stored in the transaction that does the work, so that neither a crash nor a failure leaves one
without the other: a failure is not stored, and its repetition is a new attempt. If another process
performs the same request meanwhile, its second response can't be stored: its work is rolled back,
and it returns the first response.

A chat claims its key in the database too, so that the model is called once, whichever processes its
repetitions come to: they wait there, or follow the running stream.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from functools import partial
from typing import Final

from sqlalchemy import Connection

from julep_server.db.engine import Database, Isolation
from julep_server.db.outage import log_failure
from julep_server.errors import conflict
from julep_server.json_text import JSON, canonical
from julep_server.relay import Relay
from julep_server.store import kept_responses, processes
from julep_server.store.kept_responses import IdempotencyKey, KeptResponse
from julep_server.store.processes import Holder
from julep_server.streaming.runs import Run, server_stopping

_POLL_INTERVAL: Final = 0.1
_RELEASE_INTERVAL: Final = 0.5
_MAX_RELEASE_INTERVAL: Final = 10.0
_RELEASE_TIMEOUT: Final = 2.0
_log = logging.getLogger("julep_server")


def fingerprint(body: JSON, streamed: bool) -> str:
    """Return a digest of what makes two requests the same: the body, and whether it is streamed."""
    return hashlib.sha256(canonical([body, streamed]).encode("utf-8")).hexdigest()


class IdempotencyClaim:
    """A running request's claim on its key.

    Attributes:
        run_id: The id of the run, if the request starts one.
        exclusive: Whether the key is claimed in the database too.
        run: The run that the request streams, once it does.
    """

    __slots__ = ("_claims", "_done", "_run", "exclusive", "fingerprint", "key", "run", "run_id")

    def __init__(
        self, claims: IdempotencyClaims, key: IdempotencyKey, digest: str, run_id: str
    ) -> None:
        self._claims = claims
        self._done = asyncio.Event()
        self._run: Run | None = None
        self.key = key
        self.fingerprint = digest
        self.run_id = run_id
        self.exclusive = False
        self.run: Run | None = None

    def keep(
        self, connection: Connection, status: int, headers: dict[str, str], body: JSON
    ) -> None:
        """Store the response, in the transaction that does the work."""
        response = KeptResponse(self.fingerprint, status, headers, body)
        kept_responses.keep(connection, self.key, response)
        if self.exclusive:
            processes.release(connection, self.key, self.run_id)

    def hold(self, run: Run, *, streamed: bool) -> Callable[[], None]:
        """Keep the claim when the handler returns, because a run continues.

        Args:
            run: The run.
            streamed: Whether repetitions may follow it.

        Returns:
            A function to call when the run has ended.
        """
        self._run = run
        self._claims.started(self)
        if streamed:
            self.run = run
        return self.release

    def handler_returned(self) -> None:
        """Release the claim, unless it is held for a run."""
        if self._run is None:
            self.release()

    def release(self) -> None:
        """Let repetitions proceed."""
        # What was stored has released the key in the database.
        stored = self._run is not None and self._run.failure is None
        self._claims.remove(self, stored=stored)
        self._done.set()

    async def wait(self) -> None:
        """Wait until the request is done."""
        await self._done.wait()


class IdempotencyClaims:
    """The running requests with keys of one server process.

    Args:
        database: The database that stores responses.
        relay: Follows the streams of other processes.
    """

    def __init__(self, database: Database, relay: Relay) -> None:
        self._database = database
        self._relay = relay
        self._running: dict[IdempotencyKey, IdempotencyClaim] = {}
        self._releases: set[asyncio.Task[None]] = set()

    async def aclose(self) -> None:
        """Wait until the keys that are no longer claimed are released in the database.

        Without a database they are not: they are free when the process has ended.
        """
        if self._releases:
            _, left = await asyncio.wait(self._releases, timeout=_RELEASE_TIMEOUT)
            for task in left:
                task.cancel()

    async def claim(
        self, key: IdempotencyKey, digest: str, session_id: str | None, *, exclusive: bool
    ) -> IdempotencyClaim | KeptResponse | Run:
        """Claim a key, or find the first request's response.

        Args:
            key: The request's key.
            digest: The request's fingerprint.
            session_id: The session whose stream the request is for, if it is for one.
            exclusive: Whether no other process may perform the request at the same time.

        Returns:
            A claim, now the caller's; or the stored response; or the running stream to follow.

        Raises:
            ApiError: 409 when the key was used with another body, 503 when the server stops while
                another process works on it.
        """
        while (running := self._running.get(key)) is not None:
            _check_same(running.fingerprint, digest)
            if running.run is not None:
                return running.run
            await running.wait()
        claim = IdempotencyClaim(self, key, digest, self._relay.new_run_id())
        self._running[key] = claim
        try:
            if exclusive and self._database.shared:
                found = await self._claim_shared(claim, session_id)
            else:
                found = await self.kept(claim)
        except BaseException:
            claim.release()
            raise
        if found is None:
            return claim
        claim.release()
        return found

    async def _claim_shared(
        self, claim: IdempotencyClaim, session_id: str | None
    ) -> KeptResponse | Run | None:
        """Claim a key in the database, or find the response of the process that has it."""
        self._relay.expected.add(claim.run_id)
        # Also when this is cancelled: what was claimed must be released.
        claim.exclusive = True
        while True:
            held = await self._database.write(partial(_claim_or_find, claim), Isolation.LOCKS)
            if isinstance(held, KeptResponse):
                claim.exclusive = False
                _check_same(held.fingerprint, claim.fingerprint)
                return held
            if held is None:
                return None
            _check_same(held.fingerprint, claim.fingerprint)
            if session_id is not None and held.run_id:
                tenant = claim.key.tenant
                run = await self._relay.follow(held.run_id, tenant, session_id)
                if run is not None:
                    await self._relay.wait_begun(run)
                    if run.failure is None or run.events:
                        return run
                await self._pause()
                continue
            # Waiting reads alone, since others may be writing.
            is_held = partial(processes.is_held, key=claim.key)
            while await self._database.read(is_held, snapshot=False):
                await self._pause()

    async def _pause(self) -> None:
        """Wait before the next look at the database, unless this process is stopping."""
        if self._relay.stopped:
            raise server_stopping()
        await asyncio.sleep(_POLL_INTERVAL)

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

    def started(self, claim: IdempotencyClaim) -> None:
        """Let other processes follow the run of a claim."""
        self._relay.expected.discard(claim.run_id)

    def remove(self, claim: IdempotencyClaim, *, stored: bool) -> None:
        """Forget a claim that is done.

        Args:
            claim: The claim.
            stored: Whether its response was stored, and so its key released in the database.
        """
        self._relay.expected.discard(claim.run_id)
        if self._running.get(claim.key) is claim:
            del self._running[claim.key]
        if claim.exclusive and not stored:
            task = asyncio.create_task(self._release(claim), name="release")
            self._releases.add(task)
            task.add_done_callback(self._releases.discard)

    async def _release(self, claim: IdempotencyClaim) -> None:
        work = partial(processes.release, key=claim.key, run_id=claim.run_id)
        delay = _RELEASE_INTERVAL
        while True:
            try:
                await self._database.write(work, Isolation.LOCKS)
            except Exception as error:  # noqa: BLE001 - no caller awaits this task
                log_failure(_log, error, "releasing a key failed")
                # Again, because other processes wait for the key while this one is alive.
                await asyncio.sleep(delay)
                delay = min(2 * delay, _MAX_RELEASE_INTERVAL)
            else:
                return


def _claim_or_find(claim: IdempotencyClaim, connection: Connection) -> KeptResponse | Holder | None:
    """Claim a key, or return the stored response or the request that works on it."""
    holder = processes.claim(connection, claim.key, claim.fingerprint, claim.run_id)
    if holder is not None:
        return holder
    # Afterwards, because the process that had the key may have stored the response and released it.
    kept = kept_responses.find(connection, claim.key)
    if kept is not None:
        processes.release(connection, claim.key, claim.run_id)
    return kept


def _check_same(first: str, repeated: str) -> None:
    if first != repeated:
        raise conflict(
            "idempotency_conflict", "this Idempotency-Key was used with another request body"
        )
