"""Edits of the contract as functions, for the tables of edits."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias, cast

Document: TypeAlias = dict[str, Any]
Change: TypeAlias = Callable[[Document], None]

SESSION = "src/julep/managers/session.py"
SESSION_LISTS = "src/julep/managers/session_lists.py"
USER = "src/julep/managers/user.py"
CHAT = "src/julep/managers/chat.py"
TYPES = "src/julep/managers/types.py"
INPUTS = "src/julep/managers/_inputs.py"
CALLS = "tests/sdk/helpers/calls.py"
TABLES = "src/julep_server/db/tables.py"
SHOWN = "src/julep_server/representations.py"
SESSIONS = "src/julep_server/resources/sessions.py"
USERS = "src/julep_server/resources/users.py"
FACTS = "tests/contract/corrections.yaml"


class Edit(NamedTuple):
    """One edit.

    Attributes:
        name: What it does.
        change: Changes a document in place.
        level: The level of the whole.
        kinds: The rules of all changes that it is.
        places: Files, with the names in them, that must be listed; a "!" before a file marks one
            that must be to do, not only to check.
        red: What fails until the places are done: "gate" is scripts/test --contract, "facts"
            tests/contract/test_facts.py, "start" the server; nothing where nothing must follow.
    """

    name: str
    change: Change
    level: str
    kinds: tuple[str, ...]
    places: tuple[str, ...] = ()
    red: tuple[str, ...] = ()

    def apply(self, document: Document) -> Document:
        """Return an edited copy."""
        edited = copy.deepcopy(document)
        self.change(edited)
        return edited


def at(document: Document, path: tuple[str | int, ...]) -> Any:
    """Return a part of a document; an operation is found by its id, a schema by its name."""
    found: Any = document
    first, *rest = [*path]
    first = str(first)
    if first in document["components"]["schemas"]:
        found = document["components"]["schemas"][first]
    elif first[:1].isupper():
        found = operation(document, first)
    else:
        found = document[first]
    for step in rest:
        found = found[step]
    return found


def operations(document: Document) -> list[Document]:
    """Return all operations."""
    return [
        cast("Document", node)
        for item in document["paths"].values()
        for node in item.values()
        if isinstance(node, dict)
    ]


def operation(document: Document, name: str) -> Any:
    """Return an operation, or the shared parameter, response or header of a name."""
    for node in operations(document):
        if node.get("operationId") == name:
            return node
    for section in ("parameters", "responses", "headers"):
        if name in document["components"][section]:
            return document["components"][section][name]
    raise KeyError(name)


def put(*path: str | int, value: Any) -> Change:
    """Set a key."""

    def change(document: Document) -> None:
        at(document, path[:-1])[path[-1]] = copy.deepcopy(value)

    return change


def drop(*path: str | int) -> Change:
    """Remove a key or an item."""

    def change(document: Document) -> None:
        del at(document, path[:-1])[path[-1]]

    return change


def add(*path: str | int, value: Any) -> Change:
    """Append to a list."""

    def change(document: Document) -> None:
        at(document, path).append(copy.deepcopy(value))

    return change


def take(*path: str | int, value: Any) -> Change:
    """Remove a value from a list."""

    def change(document: Document) -> None:
        at(document, path).remove(value)

    return change


def rename(*path: str | int, to: str) -> Change:
    """Rename a key, in its place; `required` follows."""

    def change(document: Document) -> None:
        parent = at(document, path[:-1])
        items = [(to if key == path[-1] else key, value) for key, value in parent.items()]
        parent.clear()
        parent.update(items)
        if path[-2:-1] == ("properties",):
            holder = at(document, path[:-2])
            required = holder.get("required", [])
            holder["required"] = [to if name == path[-1] else name for name in required]
            if not required:
                del holder["required"]

    return change


def both(*changes: Change) -> Change:
    """Make several changes."""

    def change(document: Document) -> None:
        for one in changes:
            one(document)

    return change


def rename_schema(old: str, new: str) -> Change:
    """Rename a schema, and every reference to it."""

    def change(document: Document) -> None:
        schemas = document["components"]["schemas"]
        items = [(new if key == old else key, value) for key, value in schemas.items()]
        schemas.clear()
        schemas.update(items)
        _refer(document, f"#/components/schemas/{old}", f"#/components/schemas/{new}")

    return change


def _refer(node: Any, old: str, new: str) -> None:
    if isinstance(node, dict):
        fields = cast("Document", node)
        if fields.get("$ref") == old:
            fields["$ref"] = new
        for value in fields.values():
            _refer(value, old, new)
    elif isinstance(node, list):
        for value in cast("list[object]", node):
            _refer(value, old, new)


def move(*path: str | int, to: str) -> Change:
    """Put what a key has under another key, after the others."""

    def change(document: Document) -> None:
        parent = at(document, path[:-1])
        parent[to] = parent.pop(path[-1])

    return change


def move_path(old: str, new: str) -> Change:
    """Rename a path."""

    def change(document: Document) -> None:
        document["paths"] = {
            (new if path == old else path): item for path, item in document["paths"].items()
        }

    return change


def parameter(name: str, *, required: bool = False, where: str = "query") -> Document:
    """Return a parameter."""
    schema = {"type": "string", "format": "uuid"}
    return {"name": name, "in": where, "required": required, "description": "A.", "schema": schema}


LABELS = {"type": "array", "items": {"type": "string"}, "description": "Labels."}
TEXT = {"type": "string", "description": "A text."}
MEDIA = "application/json"
OK = {
    "description": "Done.",
    "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Session"}}},
}
COPY = {
    "operationId": "CopySession",
    "tags": ["sessions"],
    "summary": "Copy a session",
    "description": "Copies a session.",
    "parameters": [{"$ref": "#/components/parameters/SessionId"}],
    "responses": {"201": OK},
}
TEAMS = {**COPY, "operationId": "ListTeams", "tags": ["teams"], "parameters": []}
