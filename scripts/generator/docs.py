"""Docstrings of generated code, from the contract's descriptions."""

from __future__ import annotations

import re
import textwrap
from typing import Any

from contract import as_node
from deprecation import note
from emit import bounds
from shape import Shape

WIDTH = 100


def tidy(text: object) -> str:
    """Return a description as one paragraph that cannot end its docstring.

    Markdown's single backticks stay: they read the same in a docstring.
    """
    plain = re.sub(r"[\s\x00-\x1f]+", " ", str(text or "")).strip()
    return plain.replace("\\", "\\\\").replace('"""', "'''")


def sentence(text: object) -> str:
    """Return a text with a full stop at its end."""
    plain = tidy(text)
    return plain if not plain or plain[-1] in ".!?:" else f"{plain}."


def wrap(text: str, indent: int, hanging: int = 0) -> str:
    """Wrap a paragraph; all lines but the first are indented, by ``hanging`` more."""
    pad = " " * (indent + hanging)
    lines = textwrap.wrap(
        text, WIDTH - indent, subsequent_indent=" " * hanging, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
    return ("\n" + " " * indent).join(lines) if lines else pad.strip()


def limits(shape: Shape) -> str:
    """Describe the allowed values, such as "1 to 1000"."""
    schema = shape.schema
    parts: list[str] = []
    if shape.kind == "enum":
        parts.append("One of " + ", ".join(f'"{tidy(value)}"' for value in shape.values) + ".")
    elif isinstance(schema.get("enum"), list) and shape.kind in ("integer", "number", "boolean"):
        parts.append("One of " + ", ".join(str(value) for value in shape.values) + ".")
    if shape.kind in ("integer", "number"):
        signs = {
            "minimum": "at least",
            "above": "more than",
            "maximum": "at most",
            "below": "less than",
        }
        texts = [f"{signs[name]} {value}" for name, value in bounds(schema).items()]
        if texts:
            parts.append(f"{' and '.join(texts)}.".capitalize())
    for least, most, unit in (
        ("minLength", "maxLength", "character"),
        ("minItems", "maxItems", "item"),
    ):
        if shape.kind in ("string", "list") and most in schema:
            parts.append(f"{schema.get(least, 0)} to {schema[most]} {unit}s.")
        elif shape.kind in ("string", "list") and least in schema:
            parts.append(f"At least {schema[least]} {unit}{'' if schema[least] == 1 else 's'}.")
    return " ".join(parts)


def described(source: Any, shape: Shape) -> str:
    """Describe a property or parameter: its meaning, bounds, and the server's default."""
    node = as_node(source)
    schema = as_node(node.get("schema", node))
    text = sentence(
        node.get("description") or schema.get("description") or shape.schema.get("description")
    )
    # A parameter is deprecated by itself, or by its schema.
    warning = note(node) or note(schema)
    default: object = schema.get("default", shape.schema.get("default"))
    server = "" if default is None else f"The server's default: {default!r}."
    found = (warning, text, limits(shape), tidy(server))
    return " ".join(part for part in found if part) or "No description."
