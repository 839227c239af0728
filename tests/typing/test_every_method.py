"""The programs for type checkers use every public method and attribute, and every public name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from julep import AsyncChatStream, AsyncClient, ChatStream, Client
from julep.streams import AsyncRunStream, RunStream
from tests.docs.helpers.documented import documented
from tests.sdk.helpers.methods import MANAGERS

pytestmark = pytest.mark.once

FOLDER = Path(__file__).parent
PROGRAMS = {
    "sync": ("sync_client.py", "typed_answers.py"),
    "async": ("async_client.py", "typed_answers.py"),
}
# By the names that the programs give to them, besides the managers of a client.
OTHERS: dict[str, dict[str, tuple[type[object], ...]]] = {
    "sync": {"client": (Client,), "stream": (ChatStream,), "run": (RunStream,)},
    "async": {"client": (AsyncClient,), "stream": (AsyncChatStream,), "run": (AsyncRunStream,)},
}


def public(kind: type[object]) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


def used(program: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield each attribute that is used, with the name of what it is of."""
    for node in ast.walk(program):
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name):
                yield node.value.id, node.attr
            elif isinstance(node.value, ast.Attribute):
                yield node.value.attr, node.attr


@pytest.mark.parametrize("side", PROGRAMS)
def test_every_public_name_is_used(side: str) -> None:
    found = {
        name
        for program in PROGRAMS[side]
        for name in used(ast.parse((FOLDER / program).read_text(encoding="utf-8")))
    }
    expected = {
        (owner, name)
        for owner, kinds in OTHERS[side].items()
        for kind in kinds
        for name in public(kind)
    } | {
        (owner, name)
        for owner, managers in MANAGERS.items()
        for name in public(managers.sync if side == "sync" else managers.asynchronous)
        if name != "api_client"
    }
    assert sorted(expected - found) == []


def named(program: ast.AST) -> Iterator[str]:
    """Yield each name that is used, also as an attribute of something; an import is no use."""
    for node in ast.walk(program):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def test_every_public_name_and_member_is_used() -> None:
    programs = [path for path in FOLDER.glob("*.py") if not path.name.startswith("test_")]
    used = {
        name
        for program in programs
        for name in named(ast.parse(program.read_text(encoding="utf-8")))
    }
    public = {entry.short for entry in documented().values()}
    assert len(public) > 500
    assert sorted(name for name in public if name.rpartition(".")[2] not in used) == []
