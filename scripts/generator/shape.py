"""What one schema means for Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from contract import Node

JSON_TYPES = {
    "string": "str", "uuid": "str", "uuid4": "str", "date_time": "str", "date": "str",
    "time": "str", "duration": "str", "byte": "str", "file": "str", "enum": "str", "integer": "int",
    "number": "float", "boolean": "bool", "list": "list", "object": "dict", "map": "dict",
    "model": "dict", "tagged": "dict", "fit": "", "never": "",
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """What one schema means.

    Attributes:
        kind: string, uuid, uuid4, date_time, date, time, duration, byte, file, integer, number,
            boolean, enum, model, list, map, object (free keys), any, union (of members that differ
            in their JSON type), tagged (models that one property distinguishes), fit (members of
            one JSON type, of which the one that fits is read) or null.
        schema: The schema in its normal form, for bounds and values.
        nullable: Whether null is documented.
        class_name: The class of an enum or a model.
        module: The module of that class.
        items: The shape of a list's or map's items, or those of a union's members.
        tag: For ``tagged``: the JSON name of the property that distinguishes the members.
        tags: For ``tagged``: its values, with the index of the item that each stands for.
    """

    kind: str
    schema: Node = field(default_factory=dict[str, Any], compare=False)
    nullable: bool = False
    class_name: str = ""
    module: str = ""
    items: tuple[Shape, ...] = ()
    tag: str = ""
    tags: tuple[tuple[str, int], ...] = ()

    @property
    def item(self) -> Shape:
        """The shape of a list's or a map's items."""
        return self.items[0]

    @property
    def values(self) -> list[Any]:
        """An enum's values."""
        return list(self.schema["enum"])

    @property
    def closed(self) -> bool:
        """Whether an enum has one value, which identifies the kind of object."""
        return self.kind == "enum" and len(self.values) == 1

    @property
    def json_type(self) -> str:
        """The Python type of its JSON; empty if there are several."""
        if self.kind == "fit":
            return self.items[0].json_type
        return JSON_TYPES.get(self.kind, "")

    def without_null(self) -> Shape:
        """Return the same shape, not nullable."""
        return replace(self, nullable=False)

    def classes(self) -> set[tuple[str, str]]:
        """Return (module, class) of every class in the shape."""
        own = {(self.module, self.class_name)} if self.class_name else set[tuple[str, str]]()
        return own.union(*(item.classes() for item in self.items))


def members_of(shape: Shape) -> Iterator[Shape]:
    """Yield the members of a union, those of unions inside it included."""
    if shape.kind in ("union", "tagged", "fit"):
        for item in shape.items:
            yield from members_of(item)
    else:
        yield shape
