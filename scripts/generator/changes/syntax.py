"""Python sources as syntax trees: their functions, and the structures that hold names.

Nothing is imported. A structure that holds names is a dict, a class of annotated fields, a call
with keywords, a tuple or Literal of texts, or a table with columns: what must change when the
contract's names do.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

_ARGUMENT = re.compile(r"^ *(?:\*\*)?(\w+)(?: \([^)]*\))?: ")


@dataclass(eq=False, slots=True)
class Structure:
    """A structure that holds names.

    Attributes:
        kind: "dict", "fields", "keywords", "texts" or "columns".
        owner: The class, variable or function that it is the value or a part of.
        names: The line of each name.
        inside: The function that it is in.
    """

    kind: str
    owner: str
    line: int
    names: dict[str, int]
    inside: Function | None = None
    texts: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(eq=False, slots=True)
class Function:
    """A function or method, with those that are nested in it.

    Attributes:
        within: The name of its class; empty for a function of a module.
        parameters: The line of each parameter.
        defaults: The source of each parameter's default.
        annotations: The source of each parameter's annotation.
        uses: Names that it loads, and attributes with up to two names before them; ".attribute"
            for those of anything else.
        operations: Names of the contract's operations in it, such as "list_sessions".
        texts: The lines of every text in it, but for its docstring and the keys of dicts.
        keys: The line of each key of a dict in it.
        documented: The line and the text of each argument in its docstring.
        reads: The line and the default's source of each ``.get(name, default)``.
        fixed: The keywords of calls in it whose values are constants.
    """

    module: Module
    name: str
    within: str
    line: int
    end: int
    parameters: dict[str, int] = field(default_factory=dict[str, int])
    defaults: dict[str, str] = field(default_factory=dict[str, str])
    annotations: dict[str, str] = field(default_factory=dict[str, str])
    decorators: str = ""
    uses: set[str] = field(default_factory=set[str])
    operations: dict[str, int] = field(default_factory=dict[str, int])
    texts: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    keys: dict[str, int] = field(default_factory=dict[str, int])
    documented: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    reads: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    fixed: set[str] = field(default_factory=set[str])

    @property
    def title(self) -> str:
        """Its name, for people: those of async classes are marked."""
        return f"{self.name} (async)" if self.within.startswith("Async") else self.name

    @property
    def is_public(self) -> bool:
        """Whether its name has no underscore."""
        return not self.name.startswith("_")


class SourceError(Exception):
    """A file of the checkout is no Python, so that nothing can be found in it."""


class Module:
    """One parsed file."""

    def __init__(self, root: Path, path: Path) -> None:
        self.path = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8")
        self.functions: list[Function] = []
        self.structures: list[Structure] = []
        self.bases: dict[str, list[str]] = {}
        self.imports: dict[str, str] = {}
        self.constants: dict[str, tuple[int, ast.expr]] = {}
        self.attributes: dict[str, list[int]] = {}
        self.integers: dict[int, list[int]] = {}
        self.comparisons: dict[str, list[tuple[str, int]]] = {}
        try:
            tree = ast.parse(self.text)
        except SyntaxError as error:
            place = f"{path.relative_to(root).as_posix()}:{error.lineno}"
            raise SourceError(f"{place}: {error.msg}; expected Python, to find places in") from None
        _Visitor(self).visit(tree)

    @cached_property
    def lines(self) -> list[str]:
        """The lines of its text."""
        return self.text.splitlines()

    @cached_property
    def texts(self) -> dict[str, list[int]]:
        """The lines of every text in functions and structures."""
        found: dict[str, list[int]] = {}
        for function in self.functions:
            for text, lines in function.texts.items():
                found.setdefault(text, []).extend(lines)
        for structure in self.structures:
            if structure.inside is None and structure.kind != "fields":
                for name, line in structure.names.items():
                    found.setdefault(name, []).append(line)
        for name, (line, value) in self.constants.items():
            for node in ast.walk(value):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.setdefault(node.value, []).append(node.lineno if name else line)
        return {text: sorted(set(lines)) for text, lines in found.items()}


class Sources:
    """The parsed files of a checkout, each read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._modules: dict[Path, Module] = {}

    def modules(self, folder: str) -> list[Module]:
        """Return the modules in a folder, or the one of a file's path."""
        path = self.root / folder
        found = sorted(path.rglob("*.py")) if path.is_dir() else [path] if path.exists() else []
        return [self._module(one) for one in found]

    def _module(self, path: Path) -> Module:
        if path not in self._modules:
            self._modules[path] = Module(self.root, path)
        return self._modules[path]


class _Visitor(ast.NodeVisitor):
    """Fills a module."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._class = ""
        self._function: Function | None = None
        self._owner = ""

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._module.imports[alias.asname or alias.name] = alias.name

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self._module.imports[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        outer, self._class = self._class, node.name
        self._module.bases[node.name] = [ast.unparse(base).partition("[")[0] for base in node.bases]
        names = {
            each.target.id: (each.lineno, ast.unparse(each.annotation))
            for each in node.body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        }
        if names:
            lines = {name: line for name, (line, _) in names.items()}
            texts = {name: text for name, (_, text) in names.items()}
            self._module.structures.append(
                Structure("fields", node.name, node.lineno, lines, texts=texts)
            )
        self.generic_visit(node)
        self._class = outer

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._def(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._def(node)

    def _def(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if self._function is not None:
            self._body(node)
            return
        function = Function(self._module, node.name, self._class, node.lineno, node.end_lineno or 0)
        function.decorators = " ".join(ast.unparse(each) for each in node.decorator_list)
        _signature(function, node.args)
        function.documented = _documented(node, self._module)
        self._module.functions.append(function)
        self._function = function
        for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
            self._annotation(argument.annotation, argument.arg)
        self._body(node)
        self._function = None

    def _body(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        documented = ast.get_docstring(node, clean=False) is not None
        for statement in node.body[1 if documented else 0 :]:
            self.visit(statement)
        for decorator in node.decorator_list:
            self.visit(decorator)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._assign(node.targets[0], node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assign(node.target, node.value)
        elif not isinstance(node.target, ast.Name):
            self.visit(node.target)
        self._annotation(node.annotation, ast.unparse(node.target))

    def _annotation(self, node: ast.expr | None, owner: str) -> None:
        """Read the texts of a Literal within an annotation."""
        if node is None:
            return
        for each in ast.walk(node):
            if isinstance(each, ast.Subscript) and ast.unparse(each.value).endswith("Literal"):
                values = each.slice.elts if isinstance(each.slice, ast.Tuple) else [each.slice]
                self._hold("texts", each.lineno, dict(_texts(values)), owner)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        outer = self._owner
        if isinstance(target, ast.Name):
            self._owner = target.id
            if self._function is None and not self._class:
                self._module.constants[target.id] = (target.lineno, value)
        self.visit(target)
        self.visit(value)
        self._owner = outer

    def visit_Name(self, node: ast.Name) -> None:
        if self._function is not None:
            self._function.uses.add(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._module.attributes.setdefault(node.attr, []).append(node.lineno)
        inner = node.value
        if self._function is not None:
            base = inner.id if isinstance(inner, ast.Name) else ""
            if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name):
                base = f"{inner.value.id}.{inner.attr}"
            self._function.uses.add(f"{base}.{node.attr}")
            if node.attr in ("call", "stream") and isinstance(inner, ast.Attribute):
                self._function.operations.setdefault(inner.attr, node.lineno)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and self._function is not None:
            self._function.texts.setdefault(node.value, []).append(node.lineno)
        elif type(node.value) is int:
            self._module.integers.setdefault(node.value, []).append(node.lineno)

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        names = [each.attr for each in sides if isinstance(each, ast.Attribute)]
        names += [each.id for each in sides if isinstance(each, ast.Name)]
        for text, line in (found for each in sides for found in _texts([each])):
            for name in names:
                self._module.comparisons.setdefault(text, []).append((name, line))
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        names = {
            key.value: key.lineno
            for key in node.keys
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }
        self._hold("dict", node.lineno, names)
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant):
                if type(key.value) is int:
                    self._module.integers.setdefault(key.value, []).append(key.lineno)
                for text, line in _texts([value]):
                    self._module.comparisons.setdefault(text, []).append((str(key.value), line))
                if self._function is not None:
                    self._function.keys.setdefault(str(key.value), key.lineno)
            elif key is not None:
                self.visit(key)
            self.visit(value)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        self._hold("texts", node.lineno, dict(_texts(node.elts)))
        self.generic_visit(node)

    def visit_List(self, node: ast.List) -> None:
        self._hold("texts", node.lineno, dict(_texts(node.elts)))
        self.generic_visit(node)

    def visit_Set(self, node: ast.Set) -> None:
        self._hold("texts", node.lineno, dict(_texts(node.elts)))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        called = ast.unparse(node.func).rpartition(".")[2]
        keywords = {each.arg: each.value.lineno for each in node.keywords if each.arg}
        self._hold("keywords", node.lineno, keywords)
        for each in node.keywords:
            if self._function is not None and each.arg and isinstance(each.value, ast.Constant):
                self._function.fixed.add(each.arg)
            for text, line in _texts([each.value]):
                self._module.comparisons.setdefault(text, []).append((each.arg or "", line))
        texts = _texts(node.args)
        if called == "Table":
            self._hold("columns", node.lineno, dict(_columns(node)), texts[0][0] if texts else "")
        elif called != "Column":
            self._hold("texts", node.lineno, dict(texts))
        if called == "get" and self._function is not None and texts:
            default = ast.unparse(node.args[1]) if len(node.args) > 1 else "None"
            self._function.reads.setdefault(texts[0][0], (node.lineno, default))
        self.generic_visit(node)

    def _hold(self, kind: str, line: int, names: dict[str, int], owner: str = "") -> None:
        if names:
            function = self._function
            name = owner or self._owner or (function.name if function else self._class)
            self._module.structures.append(Structure(kind, name, line, names, function))


def _texts(nodes: list[ast.expr]) -> list[tuple[str, int]]:
    return [
        (node.value, node.lineno)
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def _columns(node: ast.Call) -> Iterator[tuple[str, int]]:
    """Yield the names of a table's columns; a helper without a text is named like its column."""
    for each in node.args:
        if isinstance(each, ast.Call):
            name = ast.unparse(each.func).lstrip("_")
            texts = _texts(each.args[:1])
            if texts and (name == "Column" or (each.func.__class__ is ast.Name and name == "time")):
                yield texts[0]
            elif not each.args:
                yield name, each.lineno


def _signature(function: Function, arguments: ast.arguments) -> None:
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    pairs = [
        *zip(positional, [*defaults, *arguments.defaults], strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    if arguments.kwarg is not None:
        pairs.append((arguments.kwarg, None))
    for argument, default in pairs:
        name = argument.arg if argument is not arguments.kwarg else f"**{argument.arg}"
        function.parameters[name] = argument.lineno
        if default is not None:
            function.defaults[name] = ast.unparse(default)
        if argument.annotation is not None:
            function.annotations[name] = ast.unparse(argument.annotation)


def _documented(
    node: ast.FunctionDef | ast.AsyncFunctionDef, module: Module
) -> dict[str, tuple[int, str]]:
    """Return the line and the text of each argument in a docstring."""
    if ast.get_docstring(node, clean=False) is None:
        return {}
    first, last = node.body[0].lineno, node.body[0].end_lineno or node.body[0].lineno
    found: dict[str, tuple[int, str]] = {}
    name, inside = "", False
    for number in range(first, last + 1):
        line = module.lines[number - 1]
        if line.strip() == "Args:":
            inside = True
        elif inside and (not line.strip() or line.strip() in ("Returns:", "Raises:", "Example:")):
            inside, name = False, ""
        elif inside:
            match = _ARGUMENT.match(line)
            deeper = bool(name) and len(line) - len(line.lstrip()) > len(
                module.lines[found[name][0] - 1]
            ) - len(module.lines[found[name][0] - 1].lstrip())
            if match and not deeper:
                name = match[1]
                found[name] = (number, line.strip())
            elif name:
                found[name] = (found[name][0], f"{found[name][1]} {line.strip()}")
    return found
