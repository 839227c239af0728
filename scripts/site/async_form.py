"""The async form of a program that is written for the sync client.

The rule: `julep.Client` becomes `julep.AsyncClient`; what is a coroutine of the async client is
awaited; `with` and `for` over what a client returns become `async with` and `async for`; a function
that awaits becomes async; the statements from the first that awaits become `main`, run by
`anyio.run`.
"""

from __future__ import annotations

import ast
import inspect
import io
import tokenize
from collections.abc import Iterator
from typing import Any, Final

import julep

_CLASSES: Final = {
    "Client": "AsyncClient",
    "ChatStream": "AsyncChatStream",
    "RunStream": "AsyncRunStream",
}


async def _foreign() -> None:
    """Stand for a method that is not found by annotations; in an async client it is a coroutine."""


# `client.api.send`, and the methods of the openai package: `client.chat.completions.create`.
_FOREIGN: Final = {"api": _foreign, "chat": _foreign, "completions": _foreign}
# What the methods of a stream are to a program: awaited, or iterated over.
_AWAITED_OF_STREAMS: Final = {"get_final_response", "close"}

_MIXED_WITH: Final = (
    "some items of this `with` become `async with`, others do not; expected a statement for each"
)


def async_form(program: str) -> str:
    """Return the async form; the program itself if there is nothing to await."""
    tree = ast.parse(program)
    form = _Form(program, tree)
    form.read()
    return form.written()


class _Form:
    """The edits of one program."""

    def __init__(self, program: str, tree: ast.Module) -> None:
        self._program = program
        self._tree = tree
        self._clients: set[str] = set()
        self._streams: set[str] = set()
        self._async_functions: set[str] = set()
        # Where something is inserted, and how many characters it replaces.
        self._edits: list[tuple[int, int, str]] = []
        self._starts = [0]
        for line in program.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line.encode()))

    def read(self) -> None:
        """Find what must be edited."""
        for node in ast.walk(self._tree):
            self._find_clients(node)
        found = -1
        while found != len(self._async_functions):
            found = len(self._async_functions)
            self._find_async_functions()
        parents = {
            child: parent
            for parent in ast.walk(self._tree)
            for child in ast.iter_child_nodes(parent)
        }
        for node in ast.walk(self._tree):
            self._edit(node, parents)

    def written(self) -> str:
        """Return the program with its edits, and with `main`."""
        if not self._edits:
            return self._program
        data = self._program.encode()
        edits = sorted(self._edits, reverse=True)
        first = self._first_statement()
        if first is None:  # an app, whose functions a framework calls
            for position, length, text in edits:
                data = data[:position] + text.encode() + data[position + length :]
            return data.decode()
        begin = self._starts[self._tree.body[first].lineno - 1]
        # Comments above the first statement belong to it.
        before = data[:begin].decode().splitlines(keepends=True)
        while before and before[-1].startswith("#"):
            begin -= len(before.pop().encode())
        for position, length, text in edits:
            data = data[:position] + text.encode() + data[position + length :]
            if position < begin:
                begin += len(text.encode()) - length
        head, body = data[:begin].decode().rstrip("\n"), data[begin:].decode().rstrip("\n")
        head = _with_anyio(head)
        return f"{head}\n\n\nasync def main() -> None:\n{_indented(body)}\n\n\nanyio.run(main)\n"

    def _first_statement(self) -> int | None:
        """Return the number of the first top statement, of no definition, that awaits."""
        for number, node in enumerate(self._tree.body):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
                continue
            if any(map(self._awaits, ast.walk(node))):
                return number
        return None

    def _find_clients(self, node: ast.AST) -> None:
        match node:
            case (
                ast.withitem(context_expr=value, optional_vars=ast.Name(name))
                | ast.Assign(value=value, targets=[ast.Name(name)])
            ):
                if self._is_client(value):
                    self._clients.add(name)
                elif self._is_stream(value):
                    self._streams.add(name)
            case ast.arg(arg=name, annotation=ast.Attribute(attr="Client")):
                self._clients.add(name)
            case ast.arg(arg=name, annotation=ast.Attribute(attr="ChatStream" | "RunStream")):
                self._streams.add(name)
            case _:
                pass

    def _find_async_functions(self) -> None:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.FunctionDef) and any(
                self._awaits(inner) for statement in node.body for inner in ast.walk(statement)
            ):
                self._async_functions.add(node.name)

    def _is_client(self, node: ast.expr) -> bool:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name("julep"), attr="Client")):
                return True
            case ast.Call(func=ast.Attribute(value=value, attr="with_options" | "copy")):
                return self._is_client_name(value)
            case _:
                return False

    def _is_client_name(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self._clients

    def _member(self, node: ast.expr) -> Any:
        """Return the member of the async client that `client.sessions.chat` names; else None."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.insert(0, node.attr)
            node = node.value
        root = self._is_client_name(node) or self._is_client(node)
        if not root or not names:
            return None
        if names[0] in _FOREIGN:
            return _FOREIGN[names[0]]
        found: Any = julep.AsyncClient
        for name in names:
            found = inspect.getattr_static(found, name, None)
            if isinstance(found, property):
                hints = inspect.get_annotations(found.fget, eval_str=True)  # type: ignore[arg-type] # has one
                found = hints["return"]
            elif hasattr(found, "func"):  # a cached property
                found = inspect.get_annotations(found.func, eval_str=True)["return"]
        return found

    def _is_stream(self, node: ast.expr) -> bool:
        """Return whether this is a call that returns what is iterated over or entered."""
        if not isinstance(node, ast.Call):
            return False
        found = self._member(node.func)
        plain = inspect.isroutine(found) and not inspect.iscoroutinefunction(found)
        return plain and not self._is_client(node)

    def _reads_stream(self, node: ast.expr) -> bool:
        match node:
            case ast.Name(name):
                return name in self._streams
            case ast.Attribute(value=value) | ast.Call(func=ast.Attribute(value=value)):
                return self._reads_stream(value)
            case _:
                return False

    def _awaits(self, node: ast.AST) -> bool:
        match node:
            case ast.Call(func=ast.Name("next"), args=[first, *_]):
                return self._reads_stream(first)
            case ast.Call(func=ast.Name(name)):
                return name in self._async_functions
            case ast.Call(func=ast.Attribute(value=value, attr=name) as func):
                if self._reads_stream(value):
                    return name in _AWAITED_OF_STREAMS
                return inspect.iscoroutinefunction(self._member(func))
            case ast.withitem(context_expr=value):
                return self._is_client(value) or self._is_stream(value)
            case ast.For(iter=value) | ast.comprehension(iter=value):
                return self._is_stream(value) or self._reads_stream(value)
            case _:
                return False

    def _edit(self, node: ast.AST, parents: dict[ast.AST, ast.AST]) -> None:
        match node:
            case ast.Attribute(value=ast.Name("julep"), attr=name) if name in _CLASSES:
                end = self._end(node)
                self._edits.append((end - len(name), len(name), _CLASSES[name]))
            case ast.FunctionDef(name=name) if name in self._async_functions:
                self._edits.append((self._start(node), 0, "async "))
            case ast.With(items=items) if any(map(self._awaits, items)):
                if not all(map(self._awaits, items)):
                    raise ValueError(f"line {node.lineno}: {_MIXED_WITH}")
                self._edits.append((self._start(node), 0, "async "))
            case ast.For() if self._awaits(node):
                self._edits.append((self._start(node), 0, "async "))
            case ast.comprehension() if self._awaits(node):
                # Its own place is that of its target, which stands after "for ".
                self._edits.append((self._start(node.target) - len("for "), 0, "async "))
            case ast.Call() if self._awaits(node):
                self._await(node, parents)
            case _:
                pass

    def _await(self, node: ast.Call, parents: dict[ast.AST, ast.AST]) -> None:
        parent = parents[node]
        inner = isinstance(parent, ast.Attribute | ast.Subscript | ast.Await) or (
            isinstance(parent, ast.Call) and parent.func is node
        )
        start = self._start(node)
        if isinstance(node.func, ast.Name) and node.func.id == "next":
            self._edits.append((start, 0, "(await a" if inner else "await a"))
        else:
            self._edits.append((start, 0, "(await " if inner else "await "))
        if inner:
            self._edits.append((self._end(node), 0, ")"))

    def _start(self, node: ast.expr | ast.stmt) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr) -> int:
        # A parsed node has both.
        return self._starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)


def _with_anyio(head: str) -> str:
    """Add the import of anyio, where isort has it: with other packages, before julep."""
    lines = head.split("\n")
    if "import anyio" in lines:
        return head
    places = [
        number
        for number, line in enumerate(lines)
        if line.startswith(("import julep", "from julep", "import pytest", "from fastapi"))
    ]
    place = places[0] if places else len(lines)
    return "\n".join([*lines[:place], "import anyio", "", *lines[place:]])


def _indented(body: str) -> str:
    """Indent the lines that do not begin within a text."""
    within = set(_lines_within_texts(body))
    lines = body.split("\n")
    return "\n".join(
        line if number in within or not line else f"    {line}"
        for number, line in enumerate(lines, 1)
    )


def _lines_within_texts(body: str) -> Iterator[int]:
    for token in tokenize.generate_tokens(io.StringIO(body).readline):
        if token.type == tokenize.STRING:
            yield from range(token.start[0] + 1, token.end[0] + 1)
