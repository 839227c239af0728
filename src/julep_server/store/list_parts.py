"""The number of items in parts of a tenant's lists: for totals, and for pages far from the start.

Triggers of the database add a row for each item that comes and goes, at its time, in the same
transaction: they hold for all that writes, and writers don't wait for each other. Now and then a
creation or a change replaces the rows of neighbouring times by their sum. The items before a moment
are the sum of the parts before it, whichever parts there are, if no part begins before it and ends
later.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
)

from julep_server.db import tables
from julep_server.db.tables import list_parts

COUNTED = (tables.agents, tables.users, tables.sessions)
"""The tables whose rows are counted for each tenant."""

_LISTS = [(table, sort_by) for table in COUNTED for sort_by in ("created_at", "updated_at")]
PART_SIZE = 4096
"""The most items of a part that is made of several; up to here, items are skipped one by one."""

_FOLD_EVERY = 256
"""The writes after which rows are replaced by their sums, on average."""
_FOLDED = 1024
"""The most rows that one of these writes reads."""
_ALL = 2**62


class Start(NamedTuple):
    """A place in a list from which a page can be read.

    Attributes:
        moment: The time there: items of a descending page are before it, others are not.
        skipped: The number of items between the start of the list and this place.
    """

    moment: int
    skipped: int


def name_of(table: Table, sort_by: str) -> str:
    """Return a list's name, as the triggers have it."""
    return f"{table.name}.{sort_by}"


_HERE = list_parts.c.tenant == bindparam("of_tenant"), list_parts.c.list == bindparam("of_list")
_ORDER = list_parts.c.earliest, list_parts.c.seq
_TOTAL = select(func.sum(list_parts.c.size)).where(*_HERE)


def total(connection: Connection, tenant: str, table: Table) -> int:
    """Return the number of a tenant's rows in a table."""
    values = {"of_tenant": tenant, "of_list": name_of(table, "created_at")}
    return int(connection.execute(_TOTAL, values).scalar() or 0)


def _starts(*, descending: bool) -> Select[int, int]:
    size, reached = list_parts.c.size, func.max(list_parts.c.latest)
    each = (
        select(
            list_parts.c.earliest,
            (func.sum(size).over(order_by=_ORDER, rows=(None, 0)) - size).label("before"),
            reached.over(order_by=_ORDER, rows=(None, -1)).label("reached"),
            func.sum(size).over().label("total"),
        )
        .where(*_HERE)
        .subquery()
    )
    skipped = each.c.total - each.c.before if descending else each.c.before
    nearest = each.c.earliest.asc() if descending else each.c.earliest.desc()
    between = or_(each.c.reached.is_(None), each.c.reached < each.c.earliest)
    query = select(each.c.earliest, skipped).where(between, skipped <= bindparam("offset"))
    return query.order_by(nearest).limit(1)


_START = {descending: _starts(descending=descending) for descending in (False, True)}


def find_start(
    connection: Connection, tenant: str, name: str, offset: int, *, descending: bool
) -> Start | None:
    """Return the last known place before an offset; None if that is the start of the list."""
    values = {"of_tenant": tenant, "of_list": name, "offset": offset}
    row = connection.execute(_START[descending], values).first()
    return None if row is None else Start(int(row[0]), int(row[1]))


class _Part(NamedTuple):
    seq: int
    earliest: int
    latest: int
    size: int


_COLUMNS = [list_parts.c[name] for name in _Part._fields]
_PARTS = (
    select(*_COLUMNS)
    .where(*_HERE, list_parts.c.earliest <= bindparam("around"))
    .order_by(*(column.desc() for column in _ORDER))
    .limit(bindparam("limit"))
)
_BETWEEN = list_parts.c.earliest.between(bindparam("first"), bindparam("last"))
# What another writer folds is left to it.
_FREE = select(list_parts.c.seq).where(*_HERE, _BETWEEN).with_for_update(skip_locked=True)
_DELETE = delete(list_parts).where(list_parts.c.seq.in_(_FREE)).returning(*_COLUMNS)
_LONG = (
    select(list_parts.c.tenant, list_parts.c.list)
    .group_by(list_parts.c.tenant, list_parts.c.list)
    .having(func.count() > bindparam("rows"))
)
_HOLD = select(list_parts.c.seq).where(_HERE[0]).with_for_update()
_INSERT = insert(list_parts)


def fold_sometimes(
    connection: Connection, tenant: str, table: Table, *moments: tuple[str, int]
) -> None:
    """Fold, now and then, the rows that triggers have added.

    Args:
        connection: A transaction that writes.
        tenant: The tenant.
        table: The table of the items that were written.
        moments: What lists are sorted by, with a time at which the caller changed the list.
    """
    if random.randrange(_FOLD_EVERY) == 0:  # noqa: S311 - no secret
        for sort_by, moment in moments:
            _fold(connection, tenant, name_of(table, sort_by), moment, _FOLDED)


def fold_long(connection: Connection) -> None:
    """Fold the lists that have many rows: deletions, which others would conflict with, fold none.

    Args:
        connection: A transaction that writes, and sees what others have committed.
    """
    for tenant, name in connection.execute(_LONG, {"rows": _FOLDED}).all():
        _fold(connection, tenant, name, _ALL, _ALL)


def hold(connection: Connection, tenant: str) -> None:
    """Keep other writers from folding a tenant's lists: a long transaction would conflict."""
    connection.execute(_HOLD, {"of_tenant": tenant}).all()


def fold(connection: Connection, tenant: str) -> None:
    """Fold all rows of a tenant's lists, after many were added at once.

    Args:
        connection: A transaction that sees one moment, and began with :func:`hold`.
        tenant: The tenant.
    """
    for table, sort_by in _LISTS:
        longest = _fold(connection, tenant, name_of(table, sort_by), _ALL, _ALL)
        if longest > 2 * PART_SIZE:
            # There are many now between items that were far apart.
            _recount(connection, table, sort_by, tenant)


def recount(connection: Connection) -> None:
    """Count the items of all lists.

    Args:
        connection: A transaction that writes, and sees one moment; others must wait for its end.
    """
    if connection.dialect.name == "postgresql":
        # Of many deleted rows, the space would stay, and PostgreSQL would read it for each total.
        connection.execute(text("TRUNCATE list_parts"))
    for table, sort_by in _LISTS:
        _recount(connection, table, sort_by)


def differences(connection: Connection) -> Iterator[str]:
    """Yield a sentence for each list whose parts are not those of its items.

    Args:
        connection: A transaction that sees one moment.
    """
    for table, sort_by in _LISTS:
        of_tenants = select(table.c.tenant, func.count()).group_by(table.c.tenant)
        stored = {str(row[0]): int(row[1]) for row in connection.execute(of_tenants)}
        known: dict[str, list[_Part]] = {tenant: [] for tenant in stored}
        columns = (list_parts.c[name] for name in ("tenant", *_Part._fields))
        query = select(*columns).where(list_parts.c.list == name_of(table, sort_by))
        for tenant, *values in connection.execute(query.order_by(*_ORDER)):
            known.setdefault(str(tenant), []).append(_Part(*values))
        for tenant, parts in sorted(known.items()):
            counted = sum(part.size for part in parts)
            wrong = _misplaced(connection, table.c.tenant == tenant, table.c[sort_by], parts)
            if counted != stored.get(tenant, 0) or wrong:
                yield (
                    f"the counts of {name_of(table, sort_by)} of tenant {tenant} have {counted}"
                    f" items of {stored.get(tenant, 0)}, and {wrong} at other times"
                )


def _fold(connection: Connection, tenant: str, name: str, around: int, limit: int) -> int:
    """Replace neighbouring parts up to a time by their sums; return the items of the longest."""
    values = {"of_tenant": tenant, "of_list": name, "around": around, "limit": limit}
    parts = [_Part(*row) for row in connection.execute(_PARTS, values)]
    groups = _groups(reversed(parts), PART_SIZE)
    for group in groups:
        if len(group) == 1:
            continue
        span = {"first": group[0].earliest, "last": group[-1].earliest}
        rows = connection.execute(_DELETE, {"of_tenant": tenant, "of_list": name, **span})
        # Only what was deleted is summed.
        if gone := [_Part(*row) for row in rows]:
            part = {
                "earliest": min(part.earliest for part in gone),
                "latest": max(part.latest for part in gone),
                "size": sum(part.size for part in gone),
            }
            connection.execute(_INSERT, {"tenant": tenant, "list": name, **part})
    return max((sum(part.size for part in group) for group in groups), default=0)


def _groups(parts: Iterable[_Part], size: int) -> list[list[_Part]]:
    """Group neighbours that overlap, or have together at most a number of items."""
    groups: list[list[_Part]] = []
    latest, items = -_ALL, 0
    for part in parts:
        if groups and (part.earliest <= latest or items + part.size <= size):
            groups[-1].append(part)
            latest, items = max(latest, part.latest), items + part.size
        else:
            groups.append([part])
            latest, items = part.latest, part.size
    return groups


def _recount(connection: Connection, table: Table, sort_by: str, tenant: str | None = None) -> None:
    """Replace a list's parts, of one tenant or of all, by those of its items."""
    moment, owner = table.c[sort_by].label("moment"), table.c.tenant
    number = func.row_number().over(partition_by=owner, order_by=moment) - 1
    numbered = select(owner, moment, (number // PART_SIZE).label("part"))
    old = delete(list_parts).where(list_parts.c.list == name_of(table, sort_by))
    if tenant is not None:
        numbered = numbered.where(owner == tenant)
        old = old.where(list_parts.c.tenant == tenant)
    connection.execute(old)
    each = numbered.subquery()
    span = func.min(each.c.moment), func.max(each.c.moment), func.count()
    rows = select(each.c.tenant, literal(name_of(table, sort_by)), *span)
    columns = ("tenant", "list", "earliest", "latest", "size")
    parts = rows.group_by(each.c.tenant, each.c.part)
    connection.execute(_INSERT.from_select(columns, parts))


def _misplaced(
    connection: Connection,
    owned: ColumnElement[bool],
    moment: ColumnElement[int],
    parts: Sequence[_Part],
) -> int:
    """Return by how many items the parts between places of a list are wrong, in all."""
    wrong = 0
    for group in _groups(parts, -_ALL):
        earliest, latest = group[0].earliest, max(part.latest for part in group)
        query = select(func.count()).where(owned, moment >= earliest, moment <= latest)
        found = connection.execute(query).scalar_one()
        wrong += abs(found - sum(part.size for part in group))
    return wrong
