"""Examples of models for their docstrings, from the contract's own."""

from __future__ import annotations

from pprint import pformat
from typing import Any

from contract import Node, as_node

WIDTH = 84
MAX_LINES = 24


def example_of(name: str, schema: Any) -> tuple[str, ...]:
    """Return the lines of an example of a model; none without a short one in the contract.

    Args:
        name: The model's name.
        schema: The model's schema.
    """
    node = as_node(schema)
    data = as_node(node.get("example", _from_properties(node)))
    if not data and node.get("example") != {}:
        return ()
    written = pformat(data, width=WIDTH, sort_dicts=False).splitlines()
    text = "\n".join(written)
    # A docstring with a backslash is read otherwise than it is written, and long texts stay long.
    if "\\" in text or '"""' in text or len(written) > MAX_LINES:
        return ()
    if any(len(line) > WIDTH for line in written):
        return ()
    first, *rest = written
    return (
        f">>> data = {first}",
        *(f"...        {line}" for line in rest),
        f">>> model = {name}.from_dict(data)",
        f">>> {name}.from_dict(model.to_dict()) == model",
        "True",
    )


def _from_properties(schema: Node) -> Node | None:
    """Put an example together from those of the properties, if the required ones have one."""
    properties = as_node(schema.get("properties"))
    nodes = {name: as_node(one) for name, one in properties.items()}
    found: Node = {name: one["example"] for name, one in nodes.items() if "example" in one}
    return found if found and found.keys() >= set(schema.get("required", ())) else None
