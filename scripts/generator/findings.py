"""What the generator found in a contract: problems that stop it, and notes on what is left out."""

from __future__ import annotations

from typing import NamedTuple, cast

from contract import METHODS, Contract, Pointer, as_node


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
        self._seen: set[Finding] = set()

    def refuse(self, node: object, group: str, text: str, expected: str) -> None:
        """Record what cannot be generated.

        Args:
            node: The node, or its place.
            group: What it is about.
            text: What is wrong.
            expected: What would be right.
        """
        self._add(self.problems, Finding(self._pointer(node), group, text, expected))

    def note(self, node: object, group: str, text: str = "") -> None:
        """Record what is left out of the package, or is not checked by it."""
        self._add(self.notes, Finding(self._pointer(node), group, text))

    def _add(self, found: list[Finding], new: Finding) -> None:
        if new not in self._seen:
            self._seen.add(new)
            found.append(new)

    def _pointer(self, node: object) -> Pointer:
        return cast("Pointer", node) if isinstance(node, tuple) else self.contract.pointer(node)


def owner(pointer: Pointer) -> Pointer:
    """Return what must be left out with a place: an operation, or a component."""
    if pointer[:1] == ("paths",):
        return pointer[: 3 if len(pointer) > 2 and pointer[2] in METHODS else 2]
    return pointer[:3] if pointer[:1] == ("components",) else ()


def describe(contract: Contract, pointer: Pointer) -> str:
    """Describe a place in words, such as "schema Agent, property 'name'"."""
    if not pointer:
        return "the document"
    first, size = _head(contract, pointer)
    words = [first] if first else list[str]()
    node: object = contract.document
    for step in pointer[:size]:
        node = _inside(node, step)
    rest = list(pointer[size:])
    while rest:
        step = rest.pop(0)
        node = _inside(node, step)
        if step in _NAMED and rest:
            name = rest.pop(0)
            node = _inside(node, name)
            if step == "parameters":
                fields = as_node(node)
                name = (contract.resolve(fields) if "$ref" in fields else fields).get("name", name)
            words.append(_NAMED[str(step)].format(name))
        elif step == "requestBody":
            words.append("request body")
        elif step != "schema" and not isinstance(step, int):
            words.append(step)
    return ", ".join(words)


_NAMED = {
    "properties": "property '{}'", "parameters": "parameter '{}'", "responses": "response {}",
    "content": "{}",
}  # fmt: skip


def _head(contract: Contract, pointer: Pointer) -> tuple[str, int]:
    """Describe the component or operation that a place is in, and count its steps."""
    kind = pointer[0] if pointer else ""
    if kind == "components" and len(pointer) > 2:
        words = {"requestBodies": "request body"}
        return f"{words.get(str(pointer[1]), str(pointer[1]).removesuffix('s'))} {pointer[2]}", 3
    if kind != "paths" or len(pointer) < 2:
        return "", 0
    if len(pointer) == 2 or pointer[2] not in METHODS:
        return f"path {pointer[1]}", 2
    item = contract.resolve(as_node(contract.document["paths"][pointer[1]]))
    name = as_node(item.get(str(pointer[2]))).get("operationId")
    return str(name or f"{str(pointer[2]).upper()} {pointer[1]}"), 3


def _inside(node: object, step: str | int) -> object:
    if isinstance(node, list):
        items = cast("list[object]", node)
        return items[step] if isinstance(step, int) and step < len(items) else None
    return cast("dict[str | int, object]", as_node(node)).get(step)
