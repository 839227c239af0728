"""The tenants and keys of a running server: a copy in memory, at most a second old.

A request costs a look-up in the copy. Once a second, if there are requests, one row is read that
says whether anything has changed. A key that the copy lacks is looked for at once, so that a new
key is accepted immediately; requests that wait for this share one reading.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from julep_server.db.engine import Database
from julep_server.settings import Settings
from julep_server.tenancy import records
from julep_server.tenancy.entering import are_missing, enter
from julep_server.tenancy.keys import Key, Tenant, key_hash, require_key
from julep_server.tenancy.limits import Limits, limits_of

MAX_AGE = 1.0
"""Seconds for which the copy is used: how long a revoked key may still be accepted."""

_NO_LIMITS = Limits()
_log = logging.getLogger("julep_server")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The tenants and keys at one moment.

    Attributes:
        keys: The keys by their hashes.
        limits: The limits of each tenant, by its id.
        requires_key: Whether a request needs a key. It does as soon as there was one, even if all
            are revoked; but those of a migrated database open it, and don't close it.
    """

    version: int = 0
    keys: Mapping[str, Key] = field(default_factory=dict[str, Key], repr=False)
    limits: Mapping[str, Limits] = field(default_factory=dict[str, Limits])
    requires_key: bool = True

    def limits_of(self, tenant: str) -> Limits:
        """Return the limits of a tenant."""
        return self.limits.get(tenant, _NO_LIMITS)

    def find(self, sha256: str) -> Key | None:
        """Return the key of a hash."""
        key = self.keys.get(sha256)
        # The table is searched by a hash, whose beginning reveals nothing of a key.
        return key if key is not None and hmac.compare_digest(key.sha256, sha256) else None


class Directory:
    """Keeps the copy up to date.

    Args:
        database: The database.
        settings: The server's settings.
        models: The models that some tenants may use, by the tenant's name or by a key.
    """

    def __init__(
        self, database: Database, settings: Settings, models: Mapping[str, Sequence[str]]
    ) -> None:
        self._database = database
        self._settings = settings
        self._models = models
        self._checked = time.monotonic()
        self._closed = False
        self.latest = Snapshot()
        self.latest = database.write_sync(self._read)
        # A backup without keys that is restored must not open a server that was closed.
        self._closed = self.latest.requires_key
        self._begun = self._ended = 0
        self._task: asyncio.Task[None] | None = None

    async def current(self) -> Snapshot:
        """Return the copy, made new if it is older than a second."""
        if time.monotonic() - self._checked >= MAX_AGE:
            await self._refreshed(self._begun + (self._task is None))
        return self.latest

    async def newest(self) -> Snapshot:
        """Return a copy that was read after this call."""
        await self._refreshed(self._begun + 1)
        return self.latest

    async def _refreshed(self, number: int) -> None:
        """Wait until the reading of this number has ended, which requests share."""
        while self._ended < number:
            if self._task is None:
                self._begun += 1
                self._task = asyncio.create_task(self._refresh(self._begun), name="tenancy")
            # A request that is cancelled must not cancel what others wait for.
            await asyncio.shield(self._task)

    async def _refresh(self, number: int) -> None:
        began = time.monotonic()
        try:
            latest = await self._database.read(self._read)
            if latest is not self.latest and are_missing(self._settings.api_keys, latest.keys):
                await self._enter_again()
                latest = await self._database.read(self._read)
            self.latest = latest
            self._closed = self.latest.requires_key
            self._checked = began
            self._ended = number
        finally:
            self._task = None

    async def _enter_again(self) -> None:
        """Enter the settings' keys into a database that was restored and lacks them."""
        keys = self._settings.api_keys
        try:
            await self._database.write(lambda connection: enter(connection, keys))
        except IntegrityError:
            _log.info("another server has entered the keys of the settings")
        except ValueError as error:
            _log.warning("the keys of the settings can't be entered again: %s", error)
        else:
            _log.warning("the database was replaced: the keys of the settings are entered again")

    def _read(self, connection: Connection) -> Snapshot:
        version = records.version(connection)
        if self.latest.version == version:
            return self.latest
        keys = records.all_keys(connection)
        tenants = records.all_tenants(connection)
        return Snapshot(
            version,
            {key.sha256: key for key in keys},
            {
                tenant.id: limits_of(self._settings, tenant.limits, self._models_of(tenant, keys))
                for tenant in tenants
            },
            self._closed or require_key(keys),
        )

    def _models_of(self, tenant: Tenant, keys: Sequence[Key]) -> Sequence[str] | None:
        """Return the models that the settings allow a tenant, by its name or one of its keys."""
        hashes = {key.sha256 for key in keys if key.tenant == tenant.id}
        for named, models in self._models.items():
            if named == tenant.name or key_hash(named) in hashes:
                return models
        return None
