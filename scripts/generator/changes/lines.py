"""The line of everything in a YAML document."""

from __future__ import annotations

from typing import Any

from .items import Pointer


def lines_of(root: Any) -> dict[Pointer, int]:
    """Return the line of each node, by its pointer.

    Args:
        root: The document's node, composed by PyYAML or ruamel.yaml: both have the same attributes.
    """
    lines: dict[Pointer, int] = {}
    todo: list[tuple[Pointer, Any]] = [((), root)]
    while todo:
        pointer, node = todo.pop()
        lines.setdefault(pointer, node.start_mark.line + 1)
        if node.id == "mapping":
            for key, value in node.value:
                inner = (*pointer, str(key.value))
                lines[inner] = key.start_mark.line + 1
                todo.append((inner, value))
        elif node.id == "sequence":
            todo += [((*pointer, str(index)), value) for index, value in enumerate(node.value)]
    return lines
