"""The server against the contract: what is read, what is produced, and what is written twice."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, String, TypeDecorator

from julep_server.app import HANDLERS
from julep_server.db import tables
from tests.gate.helpers.document import Document, Node, Operation
from tests.gate.helpers.problems import Problem
from tests.gate.helpers.sdk_checks import expected_keys
from tests.gate.helpers.sent import ROOT
from tests.gate.helpers.served import Served

SOURCES: Final = ROOT / "src" / "julep_server"

# Columns of a limited length, and what is stored there.
_COLUMNS: Final[tuple[tuple[Column[Any], str, str], ...]] = (
    (tables.tools.c.name, "FunctionDef", "name"),
    (tables.tools.c.type, "Tool", "type"),
    (tables.messages.c.role, "ChatMLMessage", "role"),
    (tables.suggestions.c.target, "Suggestion", "target"),
    (tables.memories.c.type, "Memory", "type"),
    (tables.jobs.c.state, "JobStatus", "state"),
)


def handled(document: Document, served: Served) -> Iterator[Problem]:
    """Every operation has a handler."""
    for operation in document.operations.values():
        if operation.id not in served.handled:
            module = f"src/julep_server/resources/{operation.tag}.py"
            text = f"no handler for {operation.method} {operation.path}: add it to HANDLERS"
            yield Problem(f"handled {operation.id}", f"{text} of {module}")
    for name in sorted(served.handled - document.operations.keys()):
        yield Problem(f"handled {name}", f"{where(name)} is of no operation of the contract")


def performed(served: Served) -> Iterator[Problem]:
    """Requests that the contract allows succeed, nulls for absent properties included."""
    if served.not_started:
        yield Problem("performed start", f"the server does not start: {served.not_started}")
    for text in served.failures:
        name, _, message = text.partition(": ")
        if name in served.handled:
            yield Problem(f"performed {name}", f"{where(name)}: {message}")
        elif " /" in name:  # of no operation
            yield Problem(f"performed {name}", message)


def read(document: Document, served: Served) -> Iterator[Problem]:
    """Every parameter and property of a request is read by the operation's handler."""
    for operation in _handled_operations(document, served):
        keys = expected_keys(document, operation)
        keys |= {f"path {one.name}" for one in operation.parameters if one.location == "path"}
        for key in sorted(keys - served.reads[operation.id]):
            yield Problem(f"read {operation.id} {key}", f"{where(operation.id)} never reads it")


def produced(document: Document, served: Served) -> Iterator[Problem]:
    """Successful responses have every property, header and status that is documented."""
    for operation in _handled_operations(document, served):
        for status, node in operation.success.items():
            if int(status) not in served.statuses[operation.id]:
                found = sorted(served.statuses[operation.id])
                text = f"{where(operation.id)} responds with {found}"
                yield Problem(f"produced {operation.id} status {status}", text)
            wanted = {f"header {name.lower()}" for name in node.get("headers", {})}
            for media_type, media in node["content"].items():
                kind = "event " if media_type == "text/event-stream" else ""
                wanted |= {f"{kind}{path}" for path in document.properties(media["schema"])}
            found_keys = served.produced[operation.id] | {
                f"header {name}" for name in served.headers[operation.id]
            }
            for key in sorted(wanted - found_keys):
                text = f"no response of {where(operation.id)} has it"
                yield Problem(f"produced {operation.id} {key}", text)


def defaults(document: Document, served: Served) -> Iterator[Problem]:
    """What a request leaves out has the contract's default, in the resource that it makes."""
    for name, resource in served.defaults.items():
        body = document.operations[name].body
        assert body is not None
        for key, schema in document.fields(body).items():
            if "default" in schema and key in resource and resource[key] != schema["default"]:
                text = f"{where(name)} sets {resource[key]!r}, not {schema['default']!r}"
                yield Problem(f"defaults {name} {key}", text)


def named(document: Document) -> Iterator[Problem]:
    """The server's code names every value of an enum, and every status of an error."""
    texts, numbers = literals()
    for place, schema in _enums(document):
        for value in document.enum(schema):
            if value not in texts:
                text = f"no line of src/julep_server names {value!r}"
                yield Problem(f"named {place} {value}", text)
    statuses = {
        code for one in document.operations.values() for code in one.responses if code[0] in "45"
    }
    for status in sorted(statuses):
        if int(status) not in numbers:
            text = "no line of src/julep_server responds with it"
            yield Problem(f"named status {status}", text)


def stored(document: Document) -> Iterator[Problem]:
    """Columns of a limited length hold the longest text that the contract allows."""
    for column, schema, name in _COLUMNS:
        yield from _column(document, column, document.fields(document.schemas[schema])[name])
    for operation in document.operations.values():
        for one in operation.parameters:
            if one.name == "Idempotency-Key":
                yield from _column(document, tables.idempotency.c.key, one.schema)


def _column(document: Document, column: Column[Any], schema: Node) -> Iterator[Problem]:
    longest = max(map(len, document.enum(schema)), default=schema.get("maxLength"))
    place = f"stored {column.table.name}.{column.name}"
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    assert isinstance(kind, String)
    length = kind.length
    if longest is None or length is None or longest > length:
        wanted = "any length" if longest is None else f"{longest} characters"
        text = f"src/julep_server/db/tables.py has {length} characters, the contract {wanted}"
        yield Problem(place, text)


def opened(document: Document, served: Served) -> Iterator[Problem]:
    """A server with keys demands one where the contract does, and only there."""
    for operation in () if served.not_started else document.operations.values():
        public = not operation.security or {} in operation.security
        if public != (operation.id in served.open):
            expected = "none" if public else "one"
            text = f"expected {expected}: src/julep_server/dispatch.py authenticates requests"
            yield Problem(f"opened {operation.id} key", text)


def _handled_operations(document: Document, served: Served) -> Iterator[Operation]:
    """Return the operations that the server was able to perform."""
    handled = set[str]() if served.not_started else served.handled
    return (one for one in document.operations.values() if one.id in handled)


def _enums(document: Document) -> Iterator[tuple[str, Node]]:
    """Yield the properties and parameters that are enums."""
    for name, schema in document.schemas.items():
        own = {path: node for path, node in document.properties(schema).items() if "enum" in node}
        yield from ((f"{name}.{path}", node) for path, node in own.items() if "." not in path)
    for operation in document.operations.values():
        for one in operation.parameters:
            schema = document.resolve(one.schema)
            for node in (schema, schema.get("items", {})):
                if "enum" in node:
                    yield f"{operation.id}.{one.name}", node


def where(operation: str) -> str:
    """Return the place of an operation's handler, such as ``src/julep_server/…/users.py:31``."""
    handler: Any = HANDLERS[operation]
    code = getattr(handler, "__func__", handler).__code__
    path = Path(code.co_filename).relative_to(ROOT)
    return f"{path}:{code.co_firstlineno} {code.co_qualname}"


@cache
def literals() -> tuple[frozenset[str], frozenset[int]]:
    """Return the texts and the numbers in the server's code, docstrings excluded."""
    texts: set[str] = set()
    numbers: set[int] = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            elif isinstance(node, ast.Constant) and isinstance(node.value, int):
                numbers.add(node.value)
    return frozenset(texts), frozenset(numbers)
