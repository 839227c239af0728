"""Reads the product owner's page: its sections, their parts, and the parameters of signatures."""

from __future__ import annotations

import ast
import re
from typing import Final, NamedTuple

_HEADING: Final = re.compile(
    r"^((?:Async|Base)?\w+Manager(?:\(\)\.\w+)?)\n\nShow source", re.MULTILINE
)
_PARTS: Final = re.compile(
    r"^(Attributes|Methods|Arguments|Args|Returns|Raises|Notes|Examples|Signature|See also)"
    r"(?:$|: )",
    re.MULTILINE,
)
# The page has two sections of a docstring on one line here and there.
_INLINE: Final = re.compile(r"(?<=\S) (Returns|Raises): ")


class Row(NamedTuple):
    """A section."""

    heading: str
    parts: str
    parameters: str


def rows(page: str) -> list[Row]:
    """Return the sections of the page."""
    found = _HEADING.split(page)
    return [_row(*pair) for pair in zip(found[1::2], found[2::2], strict=True)]


def _row(heading: str, text: str) -> Row:
    parts = [*_PARTS.findall(text), *_INLINE.findall(text)]
    named = dict.fromkeys("Arguments" if part == "Args" else part for part in parts)
    return Row(heading, ", ".join(named), " ".join(_parameters(text)))


def _parameters(text: str) -> list[str]:
    signature = text.partition("\nSignature\n")[2]
    code = re.search(r"(?:async )?def .*?: \.\.\.", signature, re.DOTALL)
    if code is None:
        return []
    [node] = ast.parse(code[0]).body
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return [one.arg for one in node.args.args if one.arg != "self"]
