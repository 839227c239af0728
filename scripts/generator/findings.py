"""What the generator found in a contract: problems that stop it, and notes on what it leaves out."""

from __future__ import annotations

from typing import NamedTuple

from contract import METHODS, Contract, Pointer


class Finding(NamedTuple):
    """One problem or note.

    Attributes:
        pointer: Where it is in the document.
        group: What it is about, in a few words: findings of one kind share them.
        text: What is wrong, or left out.
        expected: What would be right; empty for a note.
    """

    pointer: Pointer
    group: str
    text: str
    expected: str = ""


class Findings:
    """Collects what is found while a contract is read, each once."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.problems: list[Finding] = []
        self.notes: list[Finding] = []

    def refuse(self, node: object, group: str, text: str, expected: str) -> None:
        """Record what cannot be generated.

        Args:
            node: The node, or its place.
            group: What it is about.
            text: What is wrong.
            expected: What would be right.
        """
        _add(self.problems, Finding(self._pointer(node), group, text, expected))

    def note(self, node: object, group: str, text: str = "") -> None:
        """Record what is left out of the package, or is not checked by it."""
        _add(self.notes, Finding(self._pointer(node), group, text))

    def _pointer(self, node: object) -> Pointer:
        return node if isinstance(node, tuple) else self.contract.pointer(node)


def _add(found: list[Finding], new: Finding) -> None:
    if new not in found[-50:] and new not in found:
        found.append(new)


def owner(pointer: Pointer) -> Pointer:
    """Return what would have to be left out with a place: an operation, or a component."""
    if pointer[:1] == ("paths",):
        return pointer[: 3 if len(pointer) > 2 and pointer[2] in METHODS else 2]
    return pointer[:3] if pointer[:1] == ("components",) else ()


def describe(contract: Contract, pointer: Pointer) -> str:
    """Describe a place in words, such as "schema Agent, property 'name'"."""
    words: list[str] = []
    rest = list(pointer)
    if rest[:1] == ["components"] and len(rest) > 2:
        kind = {"requestBodies": "request body"}.get(str(rest[1]), str(rest[1]).removesuffix("s"))
        words.append(f"{kind} {rest[2]}")
        rest = rest[3:]
    elif rest[:1] == ["paths"] and len(rest) > 1:
        path, rest = rest[1], rest[2:]
        words.append(f"path {path}")
        if rest and rest[0] in METHODS:
            data = contract.document["paths"][path]
            data = contract.resolve(data).get(rest[0]) or {}
            name = data.get("operationId") if isinstance(data, dict) else None
            words[0] = str(name or f"{str(rest[0]).upper()} {path}")
            rest = rest[1:]
    elif not rest:
        return "the document"
    node = contract.document
    for step in pointer[: len(pointer) - len(rest)]:
        node = _inside(node, step)
    while rest:
        step, *rest = rest
        node = _inside(node, step)
        if step == "properties" and rest:
            node = _inside(node, rest[0])
            words.append(f"property '{rest.pop(0)}'")
        elif step == "parameters" and rest:
            node = _inside(node, rest.pop(0))
            name = node.get("name") if isinstance(node, dict) else None
            words.append(f"parameter '{name}'")
        elif step == "responses" and rest:
            node = _inside(node, rest[0])
            words.append(f"response {rest.pop(0)}")
        elif step == "content" and rest:
            node = _inside(node, rest[0])
            words.append(str(rest.pop(0)))
        elif step == "requestBody":
            words.append("request body")
        elif step in ("items", "additionalProperties", "allOf", "oneOf", "anyOf") or (step != "schema" and not isinstance(step, int)):
            words.append(str(step))
    return ", ".join(words)


def _inside(node: object, step: str | int) -> object:
    if isinstance(node, dict):
        return node.get(step)
    if isinstance(node, list) and isinstance(step, int) and step < len(node):
        return node[step]
    return None
