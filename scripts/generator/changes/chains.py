"""From an operation to the hand-written functions that send and handle it, by names alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from .syntax import Function, Module, Sources, Structure

SDK, MANAGERS, SERVER = "src/julep", "src/julep/managers", "src/julep_server"
_DEPTH = 5


class Methods(NamedTuple):
    """The functions of the SDK that lead to an operation.

    Attributes:
        private: Those that build its call, and those between.
        public: The methods of managers.
    """

    private: list[Function]
    public: list[Function]


class Sdk:
    """The managers, and what they call."""

    def __init__(self, sources: Sources) -> None:
        self.modules = sources.modules(SDK)
        self.functions = [one for module in self.modules for one in module.functions]
        self._known: dict[str, Methods] = {}

    @cached_property
    def _bases(self) -> dict[str, list[str]]:
        return {name: bases for module in self.modules for name, bases in module.bases.items()}

    @cached_property
    def _users(self) -> dict[str, list[Function]]:
        users: dict[str, list[Function]] = {}
        for function in self.functions:
            for name in {used.rpartition(".")[2] for used in function.uses}:
                users.setdefault(name, []).append(function)
        return users

    def ancestors(self, name: str) -> set[str]:
        """Return a class and all that it derives from."""
        found: set[str] = set()
        todo = [name]
        while todo:
            one = todo.pop()
            if one not in found:
                found.add(one)
                todo += self._bases.get(one, [])
        return found

    def methods(self, operation: str) -> Methods:
        """Return the functions that lead to an operation."""
        name = snake(operation)
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, operation: str) -> Methods:
        todo = [one for one in self.functions if operation in one.operations]
        private: list[Function] = []
        public: list[Function] = []
        while todo:
            function = todo.pop(0)
            if function in private or function in public:
                continue
            if function.is_public and function.within and self.resource(function):
                public += [one for one in self._overloads(function) if one not in public]
                continue
            private.append(function)
            todo += [one for one in self._users.get(function.name, []) if self.calls(one, function)]
        order = [one for one in self.functions if one in public]
        return Methods(private, order)

    def _overloads(self, function: Function) -> list[Function]:
        return [
            one
            for one in function.module.functions
            if (one.name, one.within) == (function.name, function.within)
        ]

    def calls(self, caller: Function, called: Function) -> bool:
        """Check whether a function of a name that another one uses can be what that calls."""
        if called.within:
            if not caller.within:
                return False
            related = called.within in self.ancestors(caller.within)
            return related or caller.within in self.ancestors(called.within)
        same = caller.module is called.module
        return same or called.name in caller.module.imports

    def sends_itself(self, function: Function, known: set[str], depth: int = 3) -> bool:
        """Check whether a function without an argument, or what it calls, sends a constant."""
        if known & function.parameters.keys():
            return False
        if known & function.fixed:
            return True
        called = {used.rpartition(".")[2] for used in function.uses if used.startswith("self._")}
        return depth > 0 and any(
            self.sends_itself(one, known, depth - 1)
            for one in self.functions
            if one.name in called and self.calls(function, one)
        )

    def resource(self, function: Function) -> str:
        """Return the resource whose manager has a method, such as "sessions"; or an empty text."""
        if not function.module.path.startswith(MANAGERS):
            return ""
        for name in self._bases:
            match = re.fullmatch(r"(Async)?(\w+)Manager", name)
            if match and not name.startswith("Base") and function.within in self.ancestors(name):
                return match[2].lower()
        return ""


class Handler(NamedTuple):
    """The row of an operation in a table of handlers."""

    module: Module
    line: int
    functions: list[Function]


class Server:
    """The server's handlers, and what they call."""

    def __init__(self, sources: Sources) -> None:
        self.modules = sources.modules(SERVER)
        self._by_name = {dotted(module.path): module for module in self.modules}
        self._known: dict[str, Handler | None] = {}

    @cached_property
    def tables(self) -> list[tuple[Module, ast.Dict]]:
        """The tables of handlers."""
        found = [(module, module.constants.get("HANDLERS")) for module in self.modules]
        return [(module, one[1]) for module, one in found if one and isinstance(one[1], ast.Dict)]

    @cached_property
    def operations(self) -> list[str]:
        """The operations that have a handler."""
        keys = [key for _, table in self.tables for key in table.keys]
        return [str(key.value) for key in keys if isinstance(key, ast.Constant)]

    def handler(self, operation: str) -> Handler | None:
        """Return an operation's handler; None if it has none."""
        if operation not in self._known:
            self._known[operation] = self._find(operation)
        return self._known[operation]

    def _find(self, operation: str) -> Handler | None:
        for module, table in self.tables:
            for key, value in zip(table.keys, table.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == operation:
                    return Handler(module, key.lineno, self._reached(module, value))
        return None

    def _reached(self, module: Module, value: ast.expr) -> list[Function]:
        """Return the functions of a handler, the nearest first."""
        found: list[Function] = []
        level = self._of_expression(module, value)
        for _ in range(_DEPTH):
            level = [one for one in dict.fromkeys(level) if one not in found]
            found += level
            level = [two for one in level for two in self._used(one)]
        return found

    def _of_expression(self, module: Module, value: ast.expr) -> list[Function]:
        found: list[Function] = []
        for node in ast.walk(value):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found += self._of_object(module, node.value.id, node.attr)
            elif isinstance(node, ast.Name):
                found += self._named(module, node.id)
        return found

    def _of_object(self, module: Module, name: str, method: str) -> list[Function]:
        """Return a method of an object that its module makes, and the functions it was made with.

        They count if the method uses the attribute that holds them.
        """
        constant = module.constants.get(name)
        if constant is None or not isinstance(constant[1], ast.Call):
            return []
        kind = ast.unparse(constant[1].func)
        found = self._methods(module, kind, method)
        for attribute, each in zip(self._fields(module, kind), constant[1].args, strict=False):
            if any(f"self.{attribute}" in one.uses for one in found):
                found = [*found, *self._named(module, ast.unparse(each))]
        return found

    def _fields(self, module: Module, kind: str) -> dict[str, str]:
        """Return the annotations of a class's fields, by name."""
        other = self._by_name.get(module.imports.get(kind, "").rpartition(".")[0], module)
        held = [one for one in other.structures if (one.kind, one.owner) == ("fields", kind)]
        return held[0].texts if held else {}

    def _methods(self, module: Module, kind: str, name: str) -> list[Function]:
        dotted = module.imports.get(kind, "")
        other = self._by_name.get(dotted.rpartition(".")[0], module)
        return [one for one in other.functions if (one.within, one.name) == (kind, name)]

    def _named(self, module: Module, name: str) -> list[Function]:
        """Return the function of a module's or of an imported name."""
        own = [one for one in module.functions if one.name == name and not one.within]
        if own or name not in module.imports:
            return own
        place, _, last = module.imports[name].rpartition(".")
        other = self._by_name.get(place)
        return [one for one in other.functions if one.name == last] if other else []

    def _used(self, function: Function) -> list[Function]:
        found: list[Function] = []
        for used in sorted(function.uses):
            base, dot, name = used.rpartition(".")
            if not dot:
                found += self._named(function.module, name)
            elif base in function.module.imports:
                other = self._by_name.get(function.module.imports[base])
                found += [one for one in (other.functions if other else []) if one.name == name]
            elif base == "self" and function.within:
                found += self._methods(function.module, function.within, name)
            elif base.startswith("self.") and function.within:
                kind = self._fields(function.module, function.within).get(base[5:], "")
                found += self._methods(function.module, kind.partition("[")[0], name)
            elif base in function.module.constants:
                found += self._of_object(function.module, base, name)
        return found

    def texts(self, functions: Iterable[Function]) -> dict[str, list[tuple[Module, int]]]:
        """Return where functions, and the constants that they use, have each text."""
        found: dict[str, list[tuple[Module, int]]] = {}
        for function in functions:
            for text, lines in function.texts.items():
                found.setdefault(text, []).extend((function.module, line) for line in lines)
            for structure in function.module.structures:
                if structure.inside is None and structure.owner in function.uses:
                    for text, line in structure.names.items():
                        found.setdefault(text, []).append((function.module, line))
        return found


def structures(modules: Iterable[Module], *kinds: str) -> list[tuple[Module, Structure]]:
    """Return the structures of some kinds."""
    return [(module, one) for module in modules for one in module.structures if one.kind in kinds]


def snake(name: str) -> str:
    """Return a name as the generator spells its module: ListSessions is list_sessions."""
    spaced = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)(?=[A-Z][a-z])", r"\1\3_\2", name)
    return re.sub(r"\W+", "_", spaced).strip("_").lower()


def dotted(path: str) -> str:
    """Return a module's name by its path."""
    return path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
