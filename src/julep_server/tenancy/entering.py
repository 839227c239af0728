"""Enters the keys of a server's settings into its database, when it starts."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Container, Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from julep_server.db.engine import Database
from julep_server.store.times import now
from julep_server.tenancy import records
from julep_server.tenancy.keys import (
    FROM_MIGRATION,
    FROM_SETTINGS,
    Key,
    automatic_name,
    is_automatic,
    key_hash,
    split_name,
)

_log = logging.getLogger("julep_server")
_ATTEMPTS = 5


def enter_keys(database: Database, texts: Sequence[str]) -> None:
    """Enter keys, each ``KEY`` or ``NAME:KEY``; those that are there already stay as they are.

    A key without a name gets a tenant of its own. One with a name belongs to the tenant of this
    name, and takes the place of the key that the settings named so before. A database of the first
    version has the hashes of all keys that were ever used: those that the settings still name go
    on, and the others are revoked.

    Args:
        database: The database.
        texts: The keys; nothing is done without one.

    Raises:
        ValueError: A key belongs to a tenant of another name.
    """
    if not texts:
        return
    for attempt in itertools.count(1):
        try:
            database.write_sync(lambda connection: enter(connection, texts))
        except IntegrityError:
            # Another server that starts at the same time has entered them.
            if attempt == _ATTEMPTS:
                raise
        else:
            return


def are_missing(texts: Sequence[str], known: Container[str]) -> bool:
    """Check whether keys are in no row, though they were entered: the database was replaced.

    Args:
        texts: The keys.
        known: The hashes of all keys, those that are revoked included.
    """
    return any(
        key_hash(text) not in known and key_hash(split_name(text)[1]) not in known for text in texts
    )


def enter(connection: Connection, texts: Sequence[str]) -> None:
    """Enter keys as :func:`enter_keys` does.

    Raises:
        ValueError: A key belongs to a tenant of another name.
        sqlalchemy.exc.IntegrityError: Another server has entered them meanwhile.
    """
    given = [_enter_one(connection, text) for text in texts]
    identifiers = {key.id for key in given}
    named = {(key.tenant, key.name) for key in given if not is_automatic(key.name)}
    others: list[str] = []
    for key in records.all_keys(connection):
        if key.id in identifiers:
            if key.revoked_at is not None:
                _log.warning("the key %s of the settings is revoked, and not accepted", key.name)
        elif key.revoked_at is not None:
            continue
        elif key.origin == FROM_MIGRATION or (
            key.origin == FROM_SETTINGS and (key.tenant, key.name) in named
        ):
            records.change_key(connection, key.id, revoked_at=now())
            _log.warning("the key %s is not in the settings any more: revoked", key.name)
        elif key.origin == FROM_SETTINGS:
            others.append(key.name)
    if others:
        _log.warning(
            "accepted, though the settings don't name them (julep keys revoke): %s",
            ", ".join(others),
        )


def _enter_one(connection: Connection, text: str) -> Key:
    # A key of the first version may have a colon of its own.
    whole = records.find_key(connection, key_hash(text))
    name, secret = (None, text) if whole is not None else split_name(text)
    sha256 = key_hash(secret)
    key = whole or records.find_key(connection, sha256)
    if key is None:
        title = name or automatic_name(sha256)
        tenant = records.find_tenant(connection, title)
        owner = tenant or records.add_tenant(connection, title, now())
        return records.add_key(connection, owner.id, title, sha256, now(), origin=FROM_SETTINGS)
    if name is not None and key.name != name:
        _rename(connection, key, name)
    if key.origin == FROM_MIGRATION:
        records.change_key(connection, key.id, origin=FROM_SETTINGS)
    return records.find_key(connection, sha256) or key


def _rename(connection: Connection, key: Key, name: str) -> None:
    """Name a key, and its tenant, that had no name."""
    [owner] = [one for one in records.all_tenants(connection) if one.id == key.tenant]
    if owner.name != name:
        if not is_automatic(owner.name) or records.find_tenant(connection, name) is not None:
            raise ValueError(f"the key named {name} is a key of the tenant {owner.name}")
        records.change_tenant(connection, owner.id, name=name)
    if is_automatic(key.name):
        records.change_key(connection, key.id, name=name)
