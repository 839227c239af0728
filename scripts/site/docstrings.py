"""Docstrings as Markdown: griffe reads their sections, and names in them become links."""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import griffe

from scripts.site.signatures import parameters_of, type_text

# What is missing is counted by tests, and not by griffe's log.
logging.getLogger("griffe").disabled = True

# The address of a name, as seen from a page; None if it has none.
Link = Callable[[str], str | None]

_CODE: Final = re.compile(r"``(.+?)``|`([^`\n]+)`")
_NAME: Final = re.compile(r"[A-Za-z_][\w.]*")
_TITLES: Final = {
    "attributes": "Attributes",
    "parameters": "Arguments",
    "returns": "Returns",
    "yields": "Yields",
    "raises": "Raises",
    "examples": "Examples",
    "other parameters": "Arguments",
}


class Section(NamedTuple):
    """A section: its title, and its text as Markdown."""

    title: str
    text: str


def sections(docstring: str, link: Link, function: object = None) -> Iterator[Section]:
    """Yield the sections of the docstring of a function or class; the text before has no title."""
    types = _types_of(function)
    returned = ""
    if function is not None and not inspect.isclass(function):
        returned = type_text(inspect.signature(function).return_annotation)  # type: ignore[arg-type] # callable
    for found in griffe.Docstring(docstring, parser="google").parse():
        kind = found.kind.value
        value: Any = found.value
        if kind == "text":
            yield Section("", prose(value, link))
        elif kind == "admonition":
            title = "Examples" if value.kind == "example" else (found.title or value.kind).title()
            text = str(value.contents)
            yield Section(title, _example(text) if title == "Examples" else prose(text, link))
        elif kind == "examples":
            yield Section("Examples", _example("\n\n".join(text for _, text in value)))
        elif kind in {"parameters", "other parameters", "attributes"}:
            yield Section(_TITLES[kind], _items(value, types, link))
        elif kind in {"returns", "yields"}:
            text = " ".join(one.description for one in value)
            shown = linked_type(returned, link)
            yield Section(_TITLES[kind], f"- {shown} - {prose(text, link)}" if shown else text)
        elif kind == "raises":
            yield Section("Raises", _raised(value, link))


def _types_of(function: object) -> dict[str, str]:
    """Return the types of a function's parameters, or of a class's attributes."""
    if function is None:
        return {}
    if not inspect.isclass(function):
        return {one.name: type_text(one.annotation) for one in parameters_of(function)}
    types: dict[str, str] = {}
    for cls in function.__mro__:
        for name, hint in inspect.get_annotations(cls).items():
            types.setdefault(name, type_text(hint))
        for name, value in vars(cls).items():
            if isinstance(value, property) and value.fget is not None:
                types.setdefault(name, type_text(inspect.signature(value.fget).return_annotation))
    return types


def prose(text: str, link: Link) -> str:
    """Return the text with names of ours as links."""

    def replaced(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        address = link(name) if match[2] else None
        return f"[`{name}`]({address})" if address else f"`{name}`"

    # Two colons are reStructuredText's, before a block.
    return re.sub(r"::$", ":", _CODE.sub(replaced, text.strip()), flags=re.MULTILINE)


def linked_type(text: str, link: Link) -> str:
    """Return a type with links to the names in it."""
    parts: list[str] = []
    end = 0
    for match in _NAME.finditer(text):
        parts.append(escaped(text[end : match.start()]))
        address = link(match[0])
        parts.append(f"[{match[0]}]({address})" if address else escaped(match[0]))
        end = match.end()
    return "".join([*parts, escaped(text[end:])])


def escaped(text: str) -> str:
    """Return a text in which nothing is markup."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)


def _items(values: list[Any], types: Mapping[str, str], link: Link) -> str:
    lines: list[str] = []
    for one in values:
        annotation = types.get(one.name.lstrip("*"), "") or str(one.annotation or "")
        shown = f" {linked_type(annotation, link)}" if annotation else ""
        lines.append(f"- `{one.name}`{shown} - {_joined(one.description, link)}")
    return "\n".join(lines)


def _raised(values: list[Any], link: Link) -> str:
    return "\n".join(
        f"- {linked_type(str(one.annotation), link)} - {_joined(one.description, link)}"
        for one in values
    )


def _joined(text: str, link: Link) -> str:
    return prose(" ".join(text.split()), link)


def _example(text: str) -> str:
    """Return an example as a block; text around programs stays text."""
    lines = inspect.cleandoc(text).removeprefix("```python\n").removesuffix("\n```")
    kind = "pycon" if ">>>" in lines else "python"
    return f"```{kind}\n{lines}\n```"
