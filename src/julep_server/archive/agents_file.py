"""Agents as lines, with their tools, documents, memories, users, and sessions with their history.

The first line names the format, the last one has the number of lines between. docs/server/export.md
describes the others. They are grouped by kind, each in the order of creation: two files can be
compared line by line, and what is imported has the order that it had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import cast

from jsonschema_rs import Draft202012Validator
from sqlalchemy import ColumnElement, Connection, Select, delete, insert, or_, select

from julep_server.archive.kinds import KINDS, Kind
from julep_server.archive.lines import ArchiveError
from julep_server.archive.recognized import AGENTS
from julep_server.contract.operations import load_contract
from julep_server.contract.schemas import is_uuid4
from julep_server.contract.violations import violations
from julep_server.db import tables
from julep_server.json_text import JSON, JSONObject
from julep_server.store import docs, memories
from julep_server.store.list_parts import fold, hold
from julep_server.store.paging import index_metadata
from julep_server.store.resources import new_id

_VERSION = 1
_BATCH_SIZE = 500
_NOTHING: JSONObject = {}


def export_lines(
    connection: Connection, tenant: str, agents: Sequence[str] | None
) -> Iterator[JSONObject]:
    """Yield the lines of agents of a tenant.

    Args:
        connection: A transaction that sees one moment.
        tenant: The tenant.
        agents: Ids of agents, with which the users of their sessions and memories come; None for
            all that the tenant has.
    """
    yield {"format": AGENTS, "version": _VERSION}
    count = 0
    for kind in KINDS.values():
        query = _selected(kind, tenant, agents)
        rows = connection.execution_options(yield_per=_BATCH_SIZE).execute(query).mappings()
        for row in rows:
            count += 1
            yield kind.line(row)
    yield {"kind": "end", "lines": count}


def import_lines(
    connection: Connection, tenant: str, read: Callable[[], Iterable[tuple[int, JSONObject]]]
) -> tuple[dict[str, int], dict[str, str]]:
    """Store what a file has, for a tenant.

    Ids and times are kept. What has an id that is taken gets a new one, and all that refers to it
    follows; only a user that the tenant has already stays as it is, with its documents.

    Args:
        connection: A transaction that writes.
        tenant: The tenant that gets it.
        read: Returns the file's lines from the first one, each with its number.

    Returns:
        How many of each kind were stored, and the new ids by the file's.

    Raises:
        ArchiveError: The file has another format, is cut off, or a line of it is not valid.
    """
    hold(connection, tenant)
    target = _Target(connection, tenant)
    target.look(_checked(read()))
    counts = dict.fromkeys(KINDS, 0)
    batch: list[tuple[int, JSONObject]] = []
    for number, line in _checked(read()):
        if batch and (batch[0][1]["kind"] != line["kind"] or len(batch) == _BATCH_SIZE):
            counts[str(batch[0][1]["kind"])] += target.store(batch)
            batch = []
        batch.append((number, line))
    if batch:
        counts[str(batch[0][1]["kind"])] += target.store(batch)
    fold(connection, tenant)
    return {name: count for name, count in counts.items() if count}, target.new_ids


class _Target:
    """The tenant that gets the lines of a file, and what becomes of their ids."""

    def __init__(self, connection: Connection, tenant: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._kept: set[str] = set()
        self.new_ids: dict[str, str] = {}

    def look(self, lines: Iterable[tuple[int, JSONObject]]) -> None:
        """Decide about the ids of all lines, and check that what they refer to is there."""
        by_kind: dict[str, set[str]] = {name: set() for name in KINDS}
        owner_of: dict[str, str] = {}
        for number, line in lines:
            kind = KINDS[str(line["kind"])]
            _check(kind, line, number)
            owners = by_kind["agent"] | by_kind["user"]
            for name, of in kind.refers.items():
                # A summary refers to a message, which comes later; an agent may be deleted before
                # its sessions.
                known = owners if of == "owner" else by_kind[of]
                loose = of == "message" or kind.name == "session"
                if line.get(name) is not None and not loose and line[name] not in known:
                    raise ArchiveError(f"line {number}: there is no {of} {line[name]} before it")
            if "id" in line:
                if line["id"] in by_kind[kind.name]:
                    raise ArchiveError(f"line {number}: there is another {kind.name} {line['id']}")
                by_kind[kind.name].add(str(line["id"]))
                if kind.name == "doc":
                    owner_of[str(line["id"])] = str(line.get("owner_id"))
        self._kept = self._own(by_kind["user"])
        by_kind["doc"] = {doc for doc, owner in owner_of.items() if owner not in self._kept}
        for name, identifiers in by_kind.items():
            for taken in self._taken(KINDS[name], sorted(identifiers - self._kept)):
                self.new_ids[taken] = new_id()

    def store(self, batch: Sequence[tuple[int, JSONObject]]) -> int:
        """Store lines of one kind; return how many were stored."""
        kind = KINDS[str(batch[0][1]["kind"])]
        rows: list[dict[str, object]] = []
        for number, line in batch:
            owner = line.get("owner_id") if kind.name == "doc" else line.get("id")
            if kind.name in ("user", "doc") and owner in self._kept:
                continue
            renamed: dict[str, JSON] = {
                name: self.new_ids.get(str(line[name]), line[name])
                for name in ("id", *kind.refers)
                if line.get(name) is not None
            }
            rows.append(kind.row({**line, **renamed}, self._tenant, number))
        if not rows:
            return 0
        identifiers = [row["id"] for row in rows if "id" in row]
        graves = tables.tombstones
        self._connection.execute(delete(graves).where(graves.c.id.in_(identifiers)))
        self._connection.execute(insert(kind.table), rows)
        for row in rows:
            self._index(kind, row)
        return len(rows)

    def _index(self, kind: Kind, row: dict[str, object]) -> None:
        connection, identifier = self._connection, str(row.get("id"))
        if "metadata" in row:
            index_metadata(connection, identifier, cast("JSONObject", row["metadata"]))
        if kind.name == "doc":
            content = cast("JSON", row["content"])
            docs.index(connection, identifier, str(row["owner_id"]), str(row["title"]), content)
        if kind.name == "memory":
            about = (str(row["agent_id"]), str(row["user_id"]))
            of, text = str(row["type"]), str(row["content"])
            memories.index(connection, identifier, *about, of, text)

    def _own(self, users: set[str]) -> set[str]:
        table, found = tables.users, set[str]()
        for part in _parts(sorted(users)):
            query = select(table.c.id).where(table.c.id.in_(part), table.c.tenant == self._tenant)
            found |= set(self._connection.execute(query).scalars())
        return found

    def _taken(self, kind: Kind, identifiers: Sequence[str]) -> Iterator[str]:
        """Yield the ids that are in use, or that another tenant has used."""
        graves = tables.tombstones
        for part in _parts(identifiers):
            used = select(kind.table.c.id).where(kind.table.c.id.in_(part))
            of_others = select(graves.c.id).where(
                graves.c.id.in_(part), graves.c.tenant != self._tenant
            )
            for query in (used, of_others):
                yield from self._connection.execute(query).scalars()


def _selected(kind: Kind, tenant: str, agents: Sequence[str] | None) -> Select[tuple[object, ...]]:
    table, sessions = kind.table, tables.sessions
    query = select(table)
    if kind.name in ("message", "suggestion"):
        query = query.join(sessions, sessions.c.id == table.c.session_id)
        query = query.where(sessions.c.tenant == tenant).order_by(sessions.c.seq, table.c.seq)
        return query if agents is None else query.where(sessions.c.agent_id.in_(agents))
    query = query.where(table.c.tenant == tenant).order_by(table.c.seq)
    return query if agents is None else query.where(_of_agents(kind, agents))


def _of_agents(kind: Kind, agents: Sequence[str]) -> ColumnElement[bool]:
    columns, sessions, known = kind.table.c, tables.sessions, tables.memories
    if kind.name == "agent":
        return columns.id.in_(agents)
    if kind.name not in ("user", "doc"):
        return columns.agent_id.in_(agents)
    column = columns.id if kind.name == "user" else columns.owner_id
    of_users = or_(
        column.in_(select(sessions.c.user_id).where(sessions.c.agent_id.in_(agents))),
        column.in_(select(known.c.user_id).where(known.c.agent_id.in_(agents))),
    )
    return of_users if kind.name == "user" else or_(column.in_(agents), of_users)


def _checked(lines: Iterable[tuple[int, JSONObject]]) -> Iterator[tuple[int, JSONObject]]:
    """Yield the lines between the first and the last one, which are checked."""
    remaining = iter(lines)
    number, header = next(remaining, (1, _NOTHING))
    if (header.get("format"), header.get("version")) != (AGENTS, _VERSION):
        raise ArchiveError(f'line {number}: expected {{"format":"{AGENTS}","version":{_VERSION}}}')
    for count, (number, line) in enumerate(remaining):
        if line.get("kind") == "end":
            if line.get("lines") != count:
                raise ArchiveError(
                    f"line {number}: {line.get('lines')} lines expected, {count} found"
                )
            return
        if line.get("kind") not in KINDS:
            raise ArchiveError(f"line {number}: kind must be one of {', '.join(KINDS)}")
        yield number, line
    raise ArchiveError("the file is cut off: its last line, of kind end, is missing")


def _check(kind: Kind, line: JSONObject, number: int) -> None:
    """Check a line by the contract."""
    # Here a digest, which says more than the API does.
    known: JSONObject = {name: line[name] for name in line if name != "interrupted"}
    if found := violations(_validator(kind.schema), known):
        raise ArchiveError(f"line {number}: {kind.name}.{found[0].path}: {found[0].message}")
    for name in ("id", *kind.refers):
        value = line.get(name)
        if value is not None and not (isinstance(value, str) and is_uuid4(value)):
            raise ArchiveError(f"line {number}: {kind.name}.{name}: expected a UUID v4")


@cache
def _validator(schema: str) -> Draft202012Validator:
    return load_contract().schemas.validator({"$ref": f"#/components/schemas/{schema}"})


def _parts(identifiers: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(identifiers), _BATCH_SIZE):
        yield identifiers[start : start + _BATCH_SIZE]
