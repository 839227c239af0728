"""Insertions into modules: methods of classes, entries of dicts and sets, imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from scripts.skeletons.contract import ROOT, SkeletonError


class Source:
    """A module that is changed.

    Args:
        path: Its path below the root of the checkout.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = ROOT / path
        if not self._file.exists():
            raise SkeletonError(f"{path} does not exist")
        self.lines = self._file.read_text(encoding="utf-8").splitlines()

    def write(self) -> None:
        """Write the module."""
        self._file.write_text("\n".join(self.lines) + "\n", encoding="utf-8")

    def tree(self) -> ast.Module:
        """Parse the module as it is now."""
        return ast.parse("\n".join(self.lines))

    def add_method(self, class_name: str, text: str) -> None:
        """Add a method at the end of a class."""
        for node in self.tree().body:
            if isinstance(node, ast.ClassDef) and node.name == class_name:
                self._insert(node.end_lineno or 0, ["", *text.rstrip("\n").split("\n")])
                return
        raise SkeletonError(f"{self.path} has no class {class_name}")

    def add_function(self, before: str, text: str) -> None:
        """Add a function in front of an assignment."""
        self._insert(self._assignment(before).lineno - 1, [*text.rstrip("\n").split("\n"), "", ""])

    def add_entry(self, name: str, entry: str, prefix: str = "") -> None:
        """Add a line to a dict or a set, behind the last one that begins with a prefix.

        Args:
            name: The variable.
            entry: The line, without its indent.
            prefix: The beginning of the lines that it belongs to; by default, all.
        """
        node = self._assignment(name)
        value = node.value
        near: list[ast.expr] = []
        if isinstance(value, ast.Dict) and prefix:
            # A key is None where another dict is joined.
            pairs = zip(value.keys, value.values, strict=True)
            near = [item for key, item in pairs if key and _text(key).startswith(prefix)]
        end = (node.end_lineno or 0) - 1
        if self.lines[end].endswith("{}"):
            self.lines[end : end + 1] = [self.lines[end].removesuffix("}"), "}"]
            end += 1
        self._insert(near[-1].end_lineno or 0 if near else end, [f"    {entry}"])

    def add_import(self, module: str, names: Sequence[str], *, typing: bool = False) -> None:
        """Import names that the module lacks; ruff sorts and joins the lines."""
        if not typing:
            self._drop_typing_imports(names)
        known = {
            alias.asname or alias.name
            for top in self.tree().body
            for node in (top.body if isinstance(top, ast.If) else [top])
            if isinstance(node, (ast.ImportFrom, ast.Import))
            for alias in node.names
        }
        if not (missing := [name for name in names if name not in known]):
            return
        line = f"from {module} import {', '.join(missing)}"
        for node in self.tree().body:
            if typing and isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                self._insert(node.lineno, [f"    {line}"])
                return
        if typing:
            self._insert(
                self._assignment("__all__").lineno - 1, ["if TYPE_CHECKING:", f"    {line}"]
            )
            self.add_import("typing", ["TYPE_CHECKING"])
            return
        last = next(
            node for node in self.tree().body if getattr(node, "module", "") == "__future__"
        )
        self._insert(last.end_lineno or 0, ["", line])

    def _drop_typing_imports(self, names: Sequence[str]) -> None:
        """Remove names from the imports for type checkers alone."""
        for block in self.tree().body:
            if not (isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"):
                continue
            for node in reversed(block.body):
                if not isinstance(node, ast.ImportFrom):
                    continue
                kept = [alias for alias in node.names if alias.name not in names]
                if len(kept) < len(node.names):
                    left = ast.unparse(ast.ImportFrom(node.module, kept, node.level))
                    line = f"    {left}" if kept else "    pass"
                    self.lines[node.lineno - 1 : node.end_lineno] = [line]

    def _assignment(self, name: str) -> ast.Assign | ast.AnnAssign:
        for node in self.tree().body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            if isinstance(node, ast.AnnAssign):
                targets = [node.target]
            if any(isinstance(one, ast.Name) and one.id == name for one in targets):
                return cast("ast.Assign | ast.AnnAssign", node)
        raise SkeletonError(f"{self.path} has no {name}")

    def _insert(self, after: int, lines: list[str]) -> None:
        self.lines[after:after] = lines


def _text(node: ast.expr) -> str:
    """Return a constant as text."""
    return str(node.value) if isinstance(node, ast.Constant) else ""


def create(path: str, text: str) -> None:
    """Write a new file, which must not exist yet."""
    file = ROOT / path
    if file.exists():
        raise SkeletonError(f"{path} exists already")
    file.write_text(text, encoding="utf-8")


def tidy(paths: Sequence[str]) -> None:
    """Sort imports and format, as scripts/check has it."""
    files = [str(Path(ROOT / path)) for path in paths]
    for command in (["check", "--quiet", "--fix", "--select", "I"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *files], cwd=ROOT, check=True)
