"""``julep tenants``: creates, lists and renames tenants, and sets their limits."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated

from cyclopts import App as CommandLine
from cyclopts import Parameter
from sqlalchemy import Connection

from julep_server.commands.helps import examples
from julep_server.commands.opened import DatabaseOption, change, print_note, print_table
from julep_server.json_text import JSON, JSONObject, dumps
from julep_server.model_endpoints import read_models
from julep_server.store.times import now, timestamp
from julep_server.tenancy import records
from julep_server.tenancy.keys import Tenant, checked_name
from julep_server.tenancy.limits import NAMES

NO_LIMIT = "none"
SERVERS_OWN = "default"

_HEAD = ("ID", "NAME", "CREATED", "KEYS", "LIMITS")

_Tenant = Annotated[str, Parameter(help="The tenant's name.")]
_Value = "; none for no limit, default for the server's"
_Rate = Annotated[str | None, Parameter(help=f"Requests a second{_Value}.")]
_Burst = Annotated[str | None, Parameter(help=f"Requests at once{_Value}.")]
_Chats = Annotated[str | None, Parameter(help=f"Chats at the same time{_Value}.")]
_Tokens = Annotated[str | None, Parameter(help=f"Tokens of chats a day{_Value}.")]
_Storage = Annotated[str | None, Parameter(help=f"Bytes of stored text{_Value}.")]
_Models = Annotated[str | None, Parameter(help=f"Names of models, with commas between{_Value}.")]
_ModelsFile = Annotated[
    str | None,
    Parameter(
        help="The servers' file of models, which --models is compared with.",
        env_var="JULEP_SERVER_MODELS_FILE",
    ),
]


command_line = CommandLine(
    name="tenants",
    help="Create and list tenants, and set their limits, while servers run.",
    help_epilogue=examples("tenants create acme", "tenants set acme --rate 10"),
)


@command_line.command(help_epilogue=examples("tenants create acme"))
def create(name: _Tenant, *, database: DatabaseOption = None) -> None:
    """Create a tenant, and write its id to the output."""

    def work(connection: Connection) -> Tenant:
        _check_free(connection, name)
        return records.add_tenant(connection, name, now())

    tenant = change(database, work)
    print_note(f"created {name}; its first key: julep keys create --tenant {name}")
    sys.stdout.write(f"{tenant.id}\n")


@command_line.command(name="list", help_epilogue=examples("tenants list", "tenants list --json"))
def list_tenants(
    *,
    json: Annotated[bool, Parameter(help="Write JSON.", negative="")] = False,
    database: DatabaseOption = None,
) -> None:
    """List all tenants, with the number of their active keys and the limits of their own."""

    def work(connection: Connection) -> tuple[list[Tenant], list[str]]:
        moment = now()
        keys = records.all_keys(connection)
        active = [key.tenant for key in keys if key.state(moment) == "active"]
        return records.all_tenants(connection), active

    tenants, active = change(database, work)
    if json:
        items: list[JSON] = [
            {
                "id": tenant.id,
                "name": tenant.name,
                "created": timestamp(tenant.created_at),
                "keys": active.count(tenant.id),
                "limits": dict(tenant.limits),
            }
            for tenant in tenants
        ]
        sys.stdout.write(f"{dumps(items)}\n")
        return
    rows = [
        (
            tenant.id,
            tenant.name,
            f"{timestamp(tenant.created_at)[:19]}Z",
            str(active.count(tenant.id)),
            " ".join(f"{name}={_shown(value)}" for name, value in tenant.limits.items()),
        )
        for tenant in tenants
    ]
    print_table(_HEAD, rows)


@command_line.command(help_epilogue=examples("tenants rename acme acme-labs"))
def rename(
    name: _Tenant,
    to: Annotated[str, Parameter(help="The new name.")],
    *,
    database: DatabaseOption = None,
) -> None:
    """Rename a tenant; its data and its keys stay."""

    def work(connection: Connection) -> None:
        tenant = _tenant(connection, name)
        _check_free(connection, to)
        records.change_tenant(connection, tenant.id, name=to)

    change(database, work)
    print_note(f"the tenant {name} is named {to} now")


@command_line.command(
    name="set",
    help_epilogue=examples(
        "tenants set acme --rate 10 --tokens 1000000",
        "tenants set acme --models default --rate none",
    ),
)
def set_limits(
    name: _Tenant,
    *,
    rate: _Rate = None,
    burst: _Burst = None,
    chats: _Chats = None,
    tokens: _Tokens = None,
    storage: _Storage = None,
    models: _Models = None,
    models_file: _ModelsFile = None,
    database: DatabaseOption = None,
) -> None:
    """Set limits of a tenant; the others stay. Servers hold to them within a second."""
    values = (rate, burst, chats, tokens, storage, models)
    given = {limit: value for limit, value in zip(NAMES, values, strict=True) if value is not None}

    def work(connection: Connection) -> JSONObject:
        if not given:
            options = ", ".join(f"--{limit}" for limit in NAMES)
            raise ValueError(f"nothing to set; there are {options}")
        tenant = _tenant(connection, name)
        limits = changed_limits(tenant.limits, given)
        if models is not None:
            _check_models(limits.get("models"), models_file)
        records.change_tenant(connection, tenant.id, limits=limits)
        return limits

    limits = change(database, work)
    shown = ", ".join(f"{limit} {_shown(value)}" for limit, value in limits.items())
    print_note(f"limits of {name}: {shown or 'those of the server'}")


def changed_limits(before: Mapping[str, JSON], given: Mapping[str, str]) -> JSONObject:
    """Return limits with some of them changed.

    Args:
        before: The limits before: null is no limit, an absent one is the server's.
        given: The texts of the changed ones, by name.

    Raises:
        ValueError: A text is no limit.
    """
    limits: JSONObject = dict(before)
    for name, text in given.items():
        if text == SERVERS_OWN:
            limits.pop(name, None)
        elif text == NO_LIMIT:
            limits[name] = None
        elif name == "models":
            limits[name] = [part.strip() for part in text.split(",") if part.strip()]
        else:
            limits[name] = _number(name, text)
    return limits


def _check_models(names: JSON, file: str | None) -> None:
    """Check that models are in the servers' file, if it is known.

    Raises:
        ValueError: One is not, or the file can't be read.
    """
    if not isinstance(names, list):
        return
    if not file:
        print_note("the names of models are not checked: --models-file names the servers' file")
        return
    known = read_models(file).endpoints
    if unknown := [str(name) for name in names if name not in known]:
        raise ValueError(
            f"{file} has no model {', '.join(unknown)}; its models are {', '.join(known)}"
        )


def _number(name: str, text: str) -> float | int:
    try:
        number = float(text) if name == "rate" else int(text)
    except ValueError:
        number = 0
    if not 0 < number < 2**53:
        kind = "number" if name == "rate" else "whole number"
        raise ValueError(
            f"--{name} is a {kind} greater than zero, {NO_LIMIT} or {SERVERS_OWN}; got {text!r:.40}"
        )
    return number


def _tenant(connection: Connection, name: str) -> Tenant:
    tenant = records.find_tenant(connection, name)
    if tenant is None:
        raise ValueError(f"no tenant is named {name}: julep tenants list shows them")
    return tenant


def _check_free(connection: Connection, name: str) -> None:
    if records.find_tenant(connection, checked_name(name)) is not None:
        raise ValueError(f"there is a tenant named {name} already")


def _shown(value: JSON) -> str:
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return NO_LIMIT if value is None else str(value)
