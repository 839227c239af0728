"""Compare two contracts: every change once, with its direction, its level and its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from .facets import facet_changes
from .items import Contract, Item, Key, Pointer, described, signature
from .rules import RULES, level_of

_Sign: TypeAlias = Callable[[Item], tuple[object, ...]]
_WORDS = {"values": "schema of values", "items": "schema of values"}
_MOVING = ("property", "parameter")


@dataclass(frozen=True, eq=False, slots=True)
class Change:
    """One difference between two contracts.

    Attributes:
        kind: The name of its rule, such as "optional property added".
        item: What changed: in the new contract, or in the old one if it was removed.
        text: The change in one line, without the level.
        pointer: Where it is in the new document; of a removal, what it was part of.
        line: The line of that; 0 if it is unknown.
        facet: The facet that changed, such as "default"; empty for an addition or removal.
        old: The facet's old value, or the old name.
        new: The facet's new value, or the new name.
    """

    kind: str
    item: Item
    text: str
    pointer: Pointer
    line: int
    facet: str = ""
    old: Any = None
    new: Any = None

    @property
    def level(self) -> str:
        """How much it matters."""
        return level_of(self.kind, self.item.directions)

    @property
    def reason(self) -> str:
        """What it does to code that was written for the old contract."""
        return RULES[self.kind].reason


def compare(
    old: Contract, new: Contract, lines: Mapping[Pointer, int] | None = None
) -> list[Change]:
    """Return all differences, in the order of the new document."""
    found = _Comparison(old, new, lines or {}).changes()
    return sorted(found, key=lambda one: (one.line, one.item.key, one.text))


class _Comparison:
    """The items of two contracts, those of the old one under the keys that they have now."""

    def __init__(self, old: Contract, new: Contract, lines: Mapping[Pointer, int]) -> None:
        self._lines = lines
        self._contracts = (old, new)
        self._old, self._new = dict(old.items), dict(new.items)
        self._security = (old.document.get("security"), new.document.get("security"))
        self._schemas: dict[str, str] = {}
        self._moved: list[tuple[Item, Item]] = []

    def changes(self) -> Iterator[Change]:
        """Find renames first, since what is below a renamed item is compared under its new name."""
        self._match()
        self._expand()
        skipped: set[Key] = set()
        for key in sorted(self._old.keys() | self._new.keys(), key=len):
            if any(key[:size] in skipped for size in range(1, len(key))):
                continue
            before, after = self._old.get(key), self._new.get(key)
            if before is None or after is None:
                skipped.add(key)
                yield from self._presence(before, after)
            elif before.reference and before.reference == after.reference:
                skipped.add(key)  # the component is compared by itself
            else:
                found = list(self._facets(before, after))
                if any(change.facet == "type" for change in found):
                    skipped.add(key)
                yield from found
        for before, after in self._moved:
            if after.kind != "parameter":
                yield self._renamed(before, after)

    # What has another name ---------------------------------------------------------------------

    def _match(self) -> None:
        come = [item for key, item in self._new.items() if key not in self._old]
        gone = [item for key, item in self._old.items() if key not in self._new]
        self._pair(gone, come, "operation", _place)
        self._pair(
            gone, come, "schema", lambda item: (signature(item.node).replace(item.key[-1], ""),)
        )
        self._pair(gone, come, "server", lambda _: ())
        # Of what remains, the children of items that are still there.
        old, new = self._children(self._old, self._new), self._children(self._new, self._old)
        self._pair(old, new, "parameter", lambda item: (_parent(item), item.reference or item))
        old, new = self._children(self._old, self._new), self._children(self._new, self._old)
        self._pair(old, new, "parameter", lambda item: (_parent(item), item.name.lower()))
        for kind in _MOVING:
            old, new = self._children(self._old, self._new), self._children(self._new, self._old)
            self._pair(old, new, kind, self._signature)

    def _children(self, these: Mapping[Key, Item], others: Mapping[Key, Item]) -> list[Item]:
        """Return the items that only one side has, in parents that both sides have."""
        return [
            item.placed(key)
            for key, item in these.items()
            if item.kind in _MOVING and key not in others and _parent(item.placed(key)) in others
        ]

    def _signature(self, item: Item) -> tuple[object, ...]:
        text = signature(item.node)
        for old, new in self._schemas.items():
            text = text.replace(f'"#/components/schemas/{old}"', f'"#/components/schemas/{new}"')
        if item.kind == "parameter":
            text = text.replace(f'"name": "{item.name}"', "")
        return (_parent(item), item.required, text)

    def _pair(self, gone: list[Item], come: list[Item], kind: str, sign: _Sign) -> None:
        """Take a removed and an added item for the same where they are the only ones alike."""
        alike: dict[object, tuple[list[Item], list[Item]]] = {}
        for index, items in enumerate((gone, come)):
            for item in items:
                if item.kind == kind and len(item.key) > 1:
                    alike.setdefault(sign(item), ([], []))[index].append(item)
        for olds, news in alike.values():
            if len(olds) == len(news) == 1:
                self._move(olds[0], news[0])

    def _move(self, before: Item, after: Item) -> None:
        """Put an old item, and all below it, under its new key."""
        old, new = before.key, after.key
        for key in [key for key in self._old if key[: len(old)] == old]:
            self._old[new + key[len(old) :]] = self._old.pop(key)
        if before.kind == "schema":
            self._schemas[before.name] = after.name
        self._moved.append((before, after))

    def _expand(self) -> None:
        """Read the components that one side refers to, where the other does not."""
        for key in sorted(self._old.keys() & self._new.keys(), key=len):
            before, after = self._old[key], self._new[key]
            if before.reference == after.reference or before.kind not in ("header", "response"):
                continue
            for contract, items, item in (
                (self._contracts[0], self._old, before),
                (self._contracts[1], self._new, after),
            ):
                if item.reference:
                    for inner, found in contract.expand(item).items():
                        items[key + inner[len(item.key) :]] = found

    # Changes -----------------------------------------------------------------------------------

    def _line(self, pointer: Pointer) -> int:
        while pointer and pointer not in self._lines:
            pointer = pointer[:-1]
        return self._lines.get(pointer, 0)

    def _renamed(self, before: Item, after: Item) -> Change:
        kind = f"{after.kind} renamed" if after.kind != "server" else "server changed"
        text = f"{after.label}: renamed, it was {before.name}"
        line = self._line(after.pointer)
        return Change(kind, after, text, after.pointer, line, "name", before.name, after.name)

    def _presence(self, before: Item | None, after: Item | None) -> Iterator[Change]:
        item = after or before
        if item is None or item.kind == "path":
            return
        kind = _presence_kind(item, "removed" if after is None else "added")
        pointer = item.pointer if after else item.pointer[:-1]
        if before is not None and item.pointer[:1] == ("paths",):
            pointer = self._place_of_removal(item, pointer)
        text = _presence_text(item, kind, after is not None)
        yield Change(kind, item, text, pointer, self._line(pointer))

    def _place_of_removal(self, item: Item, pointer: Pointer) -> Pointer:
        """Return the pointer of the operation in the new document that an old item was part of."""
        operation = self._new.get(item.key[:2])
        return pointer if operation is None else operation.pointer

    def _facets(self, before: Item, after: Item) -> Iterator[Change]:
        if before.kind != after.kind:
            return
        for kind, facet, text, old, new, pointer in facet_changes(
            before, after, self._schemas, self._security
        ):
            if kind == "server changed" and facet == "description":
                continue
            line = self._line(pointer)
            where = _towards(after)
            yield Change(
                kind, after, f"{after.label}: {text}{where}", pointer, line, facet, old, new
            )


def _towards(item: Item) -> str:
    """Name the one direction that matters, where a schema occurs in no other."""
    shared = item.key[:2] == ("components", "schemas")
    return (
        f" ({', '.join(sorted(item.directions))})" if shared and len(item.directions) == 1 else ""
    )


def _parent(item: Item) -> Key:
    return item.key[: -3 if item.kind == "parameter" else -2]


def _place(item: Item) -> tuple[object, ...]:
    return (item.facets["method"].value, item.facets["path"].value)


def _presence_kind(item: Item, done: str) -> str:
    kind = _WORDS.get(item.kind, item.kind)
    if done == "added" and item.key[0] == "components" and item.kind in ("parameter", "body"):
        return "component changed"  # what uses it is a change of its own
    if item.kind in ("property", "parameter", "body"):
        required = "required" if item.required else "optional"
        return f"{required} {kind} added" if done == "added" else f"{kind} removed"
    if item.kind == "response":
        shared = item.key[0] == "components"
        return f"{'success' if not shared and item.name.startswith('2') else 'error'} {done}"
    if item.kind == "part":
        return f"{'part' if item.key[-2] == 'allOf' else 'alternative'} {done}"
    if item.kind in ("component", "tag"):
        return "component changed"
    return f"{kind} {done}"


def _presence_text(item: Item, kind: str, added: bool) -> str:
    if not added:
        return f"{item.label}: removed{_towards(item)}"
    noun = "component" if kind == "component changed" else kind.removesuffix(" added")
    shape = described(item.node)
    detail = f" ({shape})" if shape and item.kind not in ("operation", "server") else ""
    if item.kind == "parameter" and ": " in item.label:
        operation, _, rest = item.label.partition(": ")
        return f"{operation}: {noun.split()[0]} {rest}{detail}"
    if item.kind == "operation":
        method, path = item.facets["method"].value, item.pointer[1]
        return f"{item.label}: new operation, {method} {path}"
    return f"{item.label}: new {noun}{detail}{_towards(item)}"
