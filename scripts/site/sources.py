"""Where names are defined: lines, decorators and aliases, as the source has them."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

from scripts.site.places import ROOT


class Alias(NamedTuple):
    """A name that is assigned, or only annotated, at the top of a module."""

    file: Path
    line: int
    statement: str
    docstring: str


class Place(NamedTuple):
    """Where a class or a function begins, and its decorators."""

    file: Path
    line: int
    decorators: tuple[str, ...]


@cache
def tree_of(file: Path) -> ast.Module:
    """Return the parsed source of a file."""
    return ast.parse(file.read_text(encoding="utf-8"))


def file_of(module: str) -> Path:
    """Return the file of an imported module."""
    return Path(str(sys.modules[module].__file__))


@cache
def place_of_class(cls: type) -> Place | None:
    """Return where a class begins; None if it isn't ours."""
    # An error of ours may name the module by which it is known, not its file.
    for module in (cls.__module__, *_modules_near(cls.__module__)):
        if module in sys.modules and sys.modules[module].__file__:
            file = file_of(module)
            node = _class_nodes(file).get(cls.__name__)
            if node is not None and file.is_relative_to(ROOT):
                return Place(file, _line(node), _decorators(node))
    return None


def place_of_method(cls: type, name: str) -> Place | None:
    """Return where a class defines a method, the last of its overloads."""
    found = place_of_class(cls)
    if found is None:
        return None
    node = _method_nodes(found.file, cls.__name__).get(name)
    return Place(found.file, _line(node), _decorators(node)) if node else None


def place_of_function(function: object) -> Place | None:
    """Return where a function begins."""
    code = inspect.unwrap(function).__code__  # type: ignore[arg-type] # a function
    file = Path(code.co_filename)
    for node in tree_of(file).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == code.co_name:
            return Place(file, _line(node), _decorators(node))
    return None


@cache
def aliases() -> dict[str, Alias]:
    """Return every type alias, constant and annotation at the top of a module, by its name."""
    found: dict[str, Alias] = {}
    folders = ("generated/julep_api/models", "generated/julep_api", "src/julep")
    for file in sorted(one for folder in folders for one in (ROOT / folder).rglob("*.py")):
        body = tree_of(file).body
        for node, after in zip(body, [*body[1:], None], strict=True):
            name = _assigned(node)
            if name is not None and name != "__all__":
                text = ast.unparse(node)
                found[name] = Alias(file, node.lineno, text, _text(after))
    return found


def _assigned(node: ast.stmt) -> str | None:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _text(node: ast.stmt | None) -> str:
    """Return the text of a statement that is one."""
    match node:
        case ast.Expr(ast.Constant(str(text))):
            return inspect.cleandoc(text)
        case _:
            return ""


def _modules_near(name: str) -> list[str]:
    package = name.partition(".")[0]
    return [one for one in sorted(sys.modules) if one.startswith(f"{package}._")]


@cache
def _class_nodes(file: Path) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in ast.walk(tree_of(file)) if isinstance(node, ast.ClassDef)}


@cache
def _method_nodes(file: Path, cls: str) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return the methods of a class; of overloads the last one, which is the method itself."""
    node = _class_nodes(file)[cls]
    return {
        one.name: one
        for one in ast.walk(node)
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _line(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([node.lineno, *(one.lineno for one in node.decorator_list)])


def _decorators(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    return tuple(ast.unparse(one) for one in node.decorator_list)
