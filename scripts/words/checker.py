"""Finds words of the list in Python's docstrings, comments, strings and names, and in documents."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from scripts.words.wordlist import NAMES, OPENINGS, PROSE, Word

PROSE_ROOTS = ("src", "docs", "scripts", "README.md", "CONTRIBUTING.md", "openapi.yaml")
DOCSTRING_ROOTS = ("src", "scripts", "tests", "benchmarks")
EXEMPT = (
    "docs/decisions",  # records keep the words of their time
    "scripts/words/wordlist.py",
)
NO_PROSE = {".txt", ".json", ".lock", ".pyc"}
DOCSTRING_IN_A_TEMPLATE = re.compile(r'(?<=""")\w+')

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


class Finding(NamedTuple):
    """One use of a word: where, and what to write instead."""

    path: str
    line: int
    word: str
    instead: str

    def __str__(self) -> str:
        return f'{self.path}:{self.line}: "{self.word}": write "{self.instead}"'


class Passage(NamedTuple):
    """Some text of a file, and the line that it begins on."""

    line: int
    text: str


def check(root: Path, files: Iterable[str]) -> list[Finding]:
    """Check files by their paths below `root`, each by the rules of its folder."""
    return [
        finding
        for path in sorted(files)
        if (root / path).is_file()
        for finding in check_text(path, (root / path).read_bytes())
    ]


def check_text(path: str, data: bytes) -> list[Finding]:
    """Check the text of one file.

    Args:
        path: The file's path below the project's folder, which decides what is looked for.
        data: What the file holds, in UTF-8.
    """
    if _is_below(path, EXEMPT) or Path(path).suffix in NO_PROSE:
        return []
    text = data.decode("utf-8", errors="replace")
    found = set[Finding]()
    if _is_below(path, DOCSTRING_ROOTS):
        found |= {*_openings(path, text)}
    if _is_below(path, PROSE_ROOTS):
        names, passages = _split(path, text)
        found |= {*_findings(path, names, NAMES), *_findings(path, passages, PROSE)}
    return sorted(found, key=lambda finding: finding[1:3])


def _is_below(path: str, roots: Iterable[str]) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in roots)


def _findings(path: str, passages: list[Passage], words: Iterable[Word]) -> Iterator[Finding]:
    for word in words:
        for passage in passages:
            for match in word.pattern.finditer(passage.text):
                line = passage.line + passage.text.count("\n", 0, match.start())
                yield Finding(
                    path, line, " ".join(match[0].replace("#", " ").split()), word.instead
                )


def _openings(path: str, text: str) -> Iterator[Finding]:
    """Find docstrings whose first word is none to begin with."""
    if path.endswith(".py"):
        passages = [
            Passage(node.body[0].lineno, ast.get_docstring(node) or "")
            for node in ast.walk(ast.parse(text, path))
            if isinstance(node, Documented) and node.body
        ]
    else:
        passages = [
            Passage(text.count("\n", 0, match.start()) + 1, match[0])
            for match in DOCSTRING_IN_A_TEMPLATE.finditer(text)
        ]
    for line, docstring in passages:
        if match := OPENINGS.pattern.match(docstring):
            yield Finding(path, line, match[0], OPENINGS.instead)


def _split(path: str, text: str) -> tuple[list[Passage], list[Passage]]:
    """Split a file into its identifiers, if it is Python, and its prose."""
    if not path.endswith(".py"):
        return [], [Passage(1, text)]
    names, prose = list[Passage](), list[Passage]()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME:
            names.append(Passage(token.start[0], token.string))
        elif token.type in (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT):
            continue
        elif token.type == tokenize.COMMENT and prose and _goes_on(prose[-1], token.start[0]):
            # A sentence in a comment of several lines is one text.
            prose[-1] = Passage(prose[-1].line, f"{prose[-1].text}\n{token.string}")
        elif token.type not in (tokenize.OP, tokenize.NUMBER):
            prose.append(Passage(token.start[0], token.string))
    return names, prose


def _goes_on(comment: Passage, line: int) -> bool:
    return comment.text.startswith("#") and comment.line + comment.text.count("\n") + 1 == line
