"""``julep keys``: creates, lists, rotates and revokes keys, while servers run."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from cyclopts import App as CommandLine
from cyclopts import Parameter
from sqlalchemy import Connection

from julep_server.commands.helps import examples
from julep_server.commands.opened import DatabaseOption, change, print_note, print_table
from julep_server.json_text import JSON, dumps
from julep_server.store.times import now, timestamp
from julep_server.tenancy import records
from julep_server.tenancy.keys import (
    LOCAL_TENANT,
    Key,
    checked_name,
    key_hash,
    new_key,
    require_key,
)

_SECOND = 1_000_000
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_HEAD = ("ID", "TENANT", "NAME", "SCOPE", "STATE", "CREATED", "EXPIRES", "LAST USED")

_Which = Annotated[str, Parameter(help="The key's id, the beginning of it, or its name.")]
_Name = Annotated[str | None, Parameter(help="The key's name; by default its tenant's.")]
_Scope = Annotated[Literal["all", "read"], Parameter(help="What the key may do.")]
_Expires = Annotated[
    str | None,
    Parameter(help="When it ends: after a time such as 12h or 90d, or at a date (UTC)."),
]
_Grace = Annotated[str, Parameter(help="How long the old key is accepted still, such as 15m.")]


command_line = CommandLine(
    name="keys",
    help="Create, list, rotate and revoke the keys of tenants, while servers run.",
    help_epilogue=examples("keys create --name laptop", "keys list"),
)


@command_line.command(
    help_epilogue=examples(
        "keys create --name laptop --expires 90d", "keys create --tenant acme --scope read"
    )
)
def create(
    *,
    tenant: Annotated[str, Parameter(help="The tenant's name.")] = LOCAL_TENANT,
    name: _Name = None,
    scope: _Scope = "all",
    expires: _Expires = None,
    database: DatabaseOption = None,
) -> None:
    """Create a key, and write it to the output: once, because only its hash is stored."""
    secret = new_key()

    def work(connection: Connection) -> tuple[Key, bool]:
        title = checked_name(tenant if name is None else name)
        owner = records.find_tenant(connection, tenant)
        if owner is None:
            raise ValueError(f"no tenant is named {tenant}: julep tenants create {tenant}")
        ends = None if expires is None else _moment(expires)
        is_first = not require_key(records.all_keys(connection))
        key = records.add_key(
            connection, owner.id, title, key_hash(secret), now(), scope=scope, expires_at=ends
        )
        return key, is_first

    key, is_first = change(database, work)
    if is_first:
        print_note("this is the first key: from now on, the server requires one")
    print_note(f"the key {key.id} of the tenant {tenant}, which is not shown again:")
    sys.stdout.write(f"{secret}\n")


@command_line.command(name="list", help_epilogue=examples("keys list", "keys list --json"))
def list_keys(
    *,
    json: Annotated[bool, Parameter(help="Write JSON.", negative="")] = False,
    database: DatabaseOption = None,
) -> None:
    """List all keys, without the keys themselves."""

    def work(connection: Connection) -> tuple[list[Key], dict[str, str]]:
        names = {tenant.id: tenant.name for tenant in records.all_tenants(connection)}
        return records.all_keys(connection), names

    keys, names = change(database, work)
    rows = [_row(key, names[key.tenant]) for key in keys]
    if json:
        fields = [name.lower().replace(" ", "_") for name in _HEAD]
        items: list[JSON] = [dict[str, JSON](zip(fields, row, strict=True)) for row in rows]
        sys.stdout.write(f"{dumps(items)}\n")
    else:
        print_table(_HEAD, rows)


@command_line.command(help_epilogue=examples("keys rotate laptop --grace 15m"))
def rotate(which: _Which, *, grace: _Grace = "0s", database: DatabaseOption = None) -> None:
    """Create a key in the place of another, with its tenant, name, scope and end."""
    secret = new_key()

    def work(connection: Connection) -> Key:
        old, moment = _one(connection, which, rotated=True), now()
        if old.state(moment) != "active":
            raise ValueError(f"the key {which} is {old.state(moment)}")
        left = _seconds(grace) * _SECOND
        if left:
            ends = min(moment + left, old.expires_at or moment + left)
            records.change_key(connection, old.id, expires_at=ends)
        else:
            records.change_key(connection, old.id, revoked_at=moment)
        return records.add_key(
            connection,
            old.tenant,
            old.name,
            key_hash(secret),
            moment,
            scope=old.scope,
            expires_at=old.expires_at,
        )

    key = change(database, work)
    print_note(f"the key {key.id}, which is not shown again:")
    sys.stdout.write(f"{secret}\n")


@command_line.command(help_epilogue=examples("keys revoke laptop"))
def revoke(which: _Which, *, database: DatabaseOption = None) -> None:
    """Revoke a key: servers refuse it within a second."""

    def work(connection: Connection) -> Key:
        key = _one(connection, which)
        if key.revoked_at is None:
            records.change_key(connection, key.id, revoked_at=now())
        return key

    print_note(f"the key {change(database, work).id} is revoked")


def _one(connection: Connection, which: str, *, rotated: bool = False) -> Key:
    """Return the key that a text names; one that is active takes precedence by its name.

    Args:
        connection: A transaction.
        which: An id, its beginning, or a name.
        rotated: Whether to leave out what an earlier rotation left active for a time.
    """
    keys = records.all_keys(connection)
    found = [key for key in keys if key.id == which.lower()]
    if not found:
        found = [key for key in keys if key.name == which and key.state(now()) == "active"]
        found = [key for key in found if not (rotated and _is_replaced(key, found))]
    found = found or [key for key in keys if key.name == which]
    if not found and len(which) >= 4:
        found = [key for key in keys if key.id.startswith(which.lower())]
    if not found:
        raise ValueError(f"there is no key {which}: julep keys list shows them")
    if len(found) > 1:
        raise ValueError(f"there are several keys {which}: use the id, as julep keys list shows it")
    return found[0]


def _is_replaced(key: Key, others: Sequence[Key]) -> bool:
    """Check whether a newer key of the tenant was created that outlasts this one."""
    return key.expires_at is not None and any(
        other.tenant == key.tenant
        and other.created_at > key.created_at
        and (other.expires_at is None or other.expires_at > key.expires_at)
        for other in others
    )


def _row(key: Key, tenant: str) -> tuple[str, ...]:
    times = (key.created_at, key.expires_at, key.last_used_at)
    shown = ("" if moment is None else f"{timestamp(moment)[:19]}Z" for moment in times)
    return (key.id, tenant, key.name, key.scope, key.state(now()), *shown)


def _moment(text: str) -> int:
    """Parse a time from now, or a date."""
    if text[-1:] in _UNITS and text[:-1].isdecimal():
        return now() + _seconds(text) * _SECOND
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"a time is like 12h, 90d or 2030-12-31; got {text!r:.40}") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    ends = int(moment.timestamp()) * _SECOND
    if ends <= now():
        raise ValueError(f"{text} is over")
    return ends


def _seconds(text: str) -> int:
    found = re.fullmatch(r"([0-9]{1,6})([smhdw])", text)
    if found is None:
        raise ValueError(f"a time is like 30s, 15m, 12h or 90d; got {text!r:.40}")
    return int(found[1]) * _UNITS[found[2]]
