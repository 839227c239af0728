"""The kinds of lines in a file of agents: their tables, fields and references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import RowMapping, Table

from julep_server.archive.lines import ArchiveError
from julep_server.db import tables
from julep_server.json_text import JSON, JSONObject
from julep_server.store.memories import digest_of
from julep_server.store.times import parse_timestamp, timestamp

# Columns that follow from others, or that the target's database assigns.
_LEFT_OUT = {"seq", "tenant", "digest"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of line.

    Attributes:
        name: The line's ``kind``.
        table: The table of its rows.
        schema: The component of the contract that most of its fields match.
        refers: Fields that hold ids, with the kind of what they are the ids of.
        renamed: Columns that have another name in the line, as in the API.
    """

    name: str
    table: Table
    schema: str
    refers: Mapping[str, str] = field(default_factory=dict[str, str])
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])

    def line(self, row: RowMapping) -> JSONObject:
        """Return the line of a row; columns without a value are left out."""
        line: JSONObject = {"kind": self.name}
        for column in self.table.columns:
            value = row[column.name]
            if value is not None and column.name not in self._left_out():
                # The name of a column is a text of a kind of its own.
                name = self.renamed.get(column.name, str(column.name))
                line[name] = timestamp(value) if column.name.endswith("_at") else value
        return line

    def row(self, line: JSONObject, tenant: str, number: int) -> dict[str, object]:
        """Return the values of a line's columns.

        Args:
            line: The line.
            tenant: The tenant that gets it.
            number: The line's number, for errors.

        Raises:
            ArchiveError: A field is missing, is not known, or is no time.
        """
        row: dict[str, object] = {}
        rest = {name for name in line if name != "kind"}
        for column in self.table.columns:
            if column.name in self._left_out():
                continue
            name = self.renamed.get(column.name, column.name)
            rest.discard(name)
            value = line.get(name)
            if value is None and not column.nullable and column.server_default is None:
                raise ArchiveError(f"line {number}: {self.name}: {name} is missing")
            if value is not None and column.name.endswith("_at"):
                value = _time(value, f"line {number}: {self.name}: {name}")
            if value is not None or column.nullable:
                row[column.name] = value
        if rest:
            raise ArchiveError(f"line {number}: {self.name} has no field {min(rest)}")
        if "tenant" in self.table.columns:
            row["tenant"] = tenant
        if self.name == "memory":
            row["digest"] = digest_of(str(line["content"]))
        if self.name == "tool":
            row["name"] = _tool_name(line, number)
        return row

    def _left_out(self) -> set[str]:
        return _LEFT_OUT | {"name"} if self.name == "tool" else _LEFT_OUT


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("user", tables.users, "User"),
        Kind("agent", tables.agents, "Agent"),
        Kind("doc", tables.docs, "Doc", {"owner_id": "owner"}),
        Kind("tool", tables.tools, "Tool", {"agent_id": "agent"}),
        Kind(
            "memory",
            tables.memories,
            "Memory",
            {"agent_id": "agent", "user_id": "user"},
            {"happened_at": "timestamp"},
        ),
        Kind(
            "session",
            tables.sessions,
            "Session",
            {"agent_id": "agent", "user_id": "user", "summarised_id": "message"},
        ),
        Kind("message", tables.messages, "ChatMLMessage", {"session_id": "session"}),
        Kind(
            "suggestion",
            tables.suggestions,
            "Suggestion",
            {"session_id": "session", "message_id": "message"},
        ),
    )
}
"""In the order of a file: what is referred to comes first."""


def _time(value: JSON, where: str) -> int:
    try:
        return parse_timestamp(str(value))
    except ValueError:
        raise ArchiveError(f"{where}: expected a time such as 2026-11-02T09:30:00Z") from None


def _tool_name(line: JSONObject, number: int) -> str:
    function = line.get("function")
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise ArchiveError(f"line {number}: tool: function.name is missing")
    return str(function["name"])
