"""What a request may do: its key's tenant and scope, and the tenant's limits."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from starlette.requests import Request

from julep_server.db.engine import Database
from julep_server.db.outage import log_failure
from julep_server.errors import ApiError
from julep_server.http.authentication import forbidden, key_of, unauthorized
from julep_server.settings import Settings
from julep_server.store.times import now
from julep_server.tenancy import records
from julep_server.tenancy.chats import ChatCounts, ChatSlot
from julep_server.tenancy.directory import Directory, Snapshot
from julep_server.tenancy.entering import enter_keys
from julep_server.tenancy.keys import ALL, LOCAL_TENANT, Key, key_hash
from julep_server.tenancy.limits import Limits
from julep_server.tenancy.rate_headers import rate_headers
from julep_server.tenancy.rates import Bucket
from julep_server.tenancy.storage import Storage
from julep_server.tenancy.tokens import TokenCounts, seconds_to_tomorrow

_SAVE_INTERVAL = 5.0
_USE_INTERVAL = 60_000_000
"""Microseconds between two notes of when a key was used."""

_TENANT = "julep.tenant"
_log = logging.getLogger("julep_server")


class Access:
    """Decides on requests, and counts what tenants use.

    Args:
        database: The database; the settings' keys are entered into it.
        settings: The server's settings.
        models: The models that some tenants may use, by the tenant's name or by a key.

    Raises:
        ValueError: A key of the settings belongs to a tenant of another name.
    """

    def __init__(
        self, database: Database, settings: Settings, models: Mapping[str, Sequence[str]]
    ) -> None:
        enter_keys(database, settings.api_keys)
        self._database = database
        self._directory = Directory(database, settings, models)
        self._buckets: dict[str, Bucket] = {}
        self._chats = ChatCounts()
        self._tokens = TokenCounts(database)
        self._storage = Storage(database)
        # When keys were used: the time that is to be written, or that was written last.
        self._used: dict[str, int] = {}
        self._noted: dict[str, int] = {}
        self._saving: asyncio.Task[None] | None = None

    @property
    def requires_key(self) -> bool:
        """Whether requests need a key, as far as is known now."""
        return self._directory.latest.requires_key

    async def admit(self, request: Request, *, writes: bool) -> str:
        """Return the id of the tenant that a request comes from.

        Args:
            request: The request.
            writes: Whether it changes or costs anything, which a key for reading may not.

        Raises:
            ApiError: 401 for a missing or wrong key, 403 for one that may not, or for storage that
                is full, 413 for a body that could never be stored, 429 for too many requests.
        """
        snapshot = await self._directory.current()
        tenant, key = await self._identify(snapshot, request.headers.get("authorization"))
        limits = self._directory.latest.limits_of(tenant)
        request.scope[_TENANT] = tenant
        if key is not None:
            self._note_use(key)
            if writes and key.scope != ALL:
                raise forbidden(f"the key {key.name} may only read")
        self._check_rate(tenant, limits)
        if writes and limits.storage is not None and request.method != "DELETE":
            await self._check_storage(tenant, limits.storage, request)
        return tenant

    async def is_known(self, request: Request) -> bool:
        """Check whether a request comes from a tenant, without counting it."""
        try:
            snapshot = await self._directory.current()
            await self._identify(snapshot, request.headers.get("authorization"))
        except ApiError:
            return False
        return True

    def models_of(self, tenant: str) -> Sequence[str] | None:
        """Return the only models that a tenant may use; None for all."""
        return self._directory.latest.limits_of(tenant).models

    async def begin_chat(self, tenant: str) -> ChatSlot:
        """Return a place for a chat of a tenant.

        Raises:
            ApiError: 429 when it has as many already as it may, or has used its tokens.
        """
        limits = self._directory.latest.limits_of(tenant)
        if limits.tokens is not None and await self._tokens.used(tenant) >= limits.tokens:
            message = f"the {limits.tokens} tokens of today are used"
            raise _too_many("tokens_exhausted", message, seconds_to_tomorrow())
        if limits.chats is not None and self._chats.running(tenant) >= limits.chats:
            message = f"more than {limits.chats} chats at the same time"
            raise _too_many("too_many_chats", message, 1)
        return self._chats.begin(tenant)

    def record_tokens(self, tenant: str, tokens: int) -> None:
        """Count the tokens of a chat."""
        if tokens > 0:
            self._tokens.add(tenant, tokens)

    def headers(self, request: Request) -> dict[str, str]:
        """Return the headers that tell a tenant what is left of its limits."""
        tenant = request.scope.get(_TENANT)
        if tenant is None:
            return {}
        limits = self._directory.latest.limits_of(tenant)
        if limits.rate is None and limits.chats is None and limits.tokens is None:
            return {}
        bucket = self._buckets.get(tenant)
        moment = time.monotonic()
        left = 0 if bucket is None else bucket.left(moment, limits)
        full = 0 if bucket is None else bucket.seconds_to_full(limits)
        chats, tokens = self._chats.running(tenant), self._tokens.known(tenant)
        return rate_headers(limits, left, full, chats, tokens)

    def start(self) -> None:
        """Begin to save what is counted; needs a running event loop."""
        self._saving = asyncio.create_task(self._save_repeatedly(), name="usage")

    async def stop(self) -> None:
        """Save what was counted."""
        if self._saving is not None:
            self._saving.cancel()
            with suppress(asyncio.CancelledError):
                await self._saving
        await self._save()

    async def _identify(
        self, snapshot: Snapshot, authorization: str | None
    ) -> tuple[str, Key | None]:
        given = key_of(authorization)
        key = None
        if given:
            sha256 = key_hash(given)
            key = snapshot.find(sha256)
            if key is None and snapshot.requires_key:
                snapshot = await self._directory.newest()
                key = snapshot.find(sha256)
        state = None if key is None else key.state(now())
        if key is not None and state == "active":
            return key.tenant, key
        if not snapshot.requires_key:
            # Clients send some key to any server.
            return LOCAL_TENANT, None
        if not given:
            raise unauthorized("an API key is required: send Authorization: Bearer KEY")
        if key is None:
            raise unauthorized("the API key is not accepted by this server", wrong=True)
        raise unauthorized(f"the API key {key.name} is {state}", wrong=True)

    def _check_rate(self, tenant: str, limits: Limits) -> None:
        if limits.rate is None:
            return
        moment = time.monotonic()
        bucket = self._buckets.get(tenant)
        if bucket is None:
            bucket = self._buckets[tenant] = Bucket(moment, limits)
        if (delay := bucket.take(moment, limits)) > 0:
            message = f"more than {limits.rate:g} requests a second"
            raise _too_many("rate_limited", message, math.ceil(delay))

    async def _check_storage(self, tenant: str, limit: int, request: Request) -> None:
        declared = request.headers.get("content-length", "")
        # A body without a length is counted when the texts are counted again.
        size = int(declared) if declared.isascii() and declared.isdigit() else 1
        if size > limit:
            message = f"the body is longer than all that may be stored, {limit} bytes"
            raise ApiError(413, "payload_too_large", message, (), {"Connection": "close"})
        used = await self._storage.used(tenant, size, limit)
        if used + size > limit:
            message = f"the storage is full: {used} of {limit} bytes are used; delete something"
            raise ApiError(403, "storage_full", message, (), {"Connection": "close"})
        self._storage.add(tenant, size)

    def _note_use(self, key: Key) -> None:
        moment = now()
        last = self._noted.get(key.id, key.last_used_at or 0)
        if moment - last >= _USE_INTERVAL:
            self._noted[key.id] = self._used[key.id] = moment

    async def _save_repeatedly(self) -> None:
        while True:
            await asyncio.sleep(_SAVE_INTERVAL)
            await self._save()

    async def _save(self) -> None:
        used, self._used = self._used, {}
        try:
            await self._tokens.save()
            if used:
                await self._database.write(lambda connection: records.record_use(connection, used))
        except Exception as error:  # noqa: BLE001 - the database may be unavailable for a while
            self._used = {**used, **self._used}
            log_failure(_log, error, "what tenants have used could not be saved")


def _too_many(code: str, message: str, seconds: int) -> ApiError:
    return ApiError(429, code, message, (), {"Retry-After": str(max(1, seconds))})
