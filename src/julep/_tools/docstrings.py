"""Docstrings of functions, in the styles of Google, NumPy, Sphinx and Epydoc."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from julep_api.types import JSONObject

_PARAMETERS: Final = (
    "Args|Arguments|Params|Parameters|Keyword Args|Keyword Arguments|Other Parameters|Attributes"
)
# "Args:" of Google's style; every other title of a section ends it.
_GOOGLE_SECTION: Final = re.compile(rf"(?:({_PARAMETERS})|[A-Z]\w*(?: \w+)?):")
# "name: text", "name (type): text", "*name: text".
_GOOGLE_ITEM: Final = re.compile(r"\*{0,2}(\w+)\s*(?:\(.*?\))?\s*:(?:\s+(.*))?")
# "Parameters" of NumPy's style, with a line of dashes below; then "name : type" and "a, b : type".
_NUMPY_SECTION: Final = re.compile(rf"(?:({_PARAMETERS})|[A-Z]\w*(?: \w+)*)")
_NUMPY_ITEM: Final = re.compile(r"(\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?")
_DASHES: Final = re.compile("-{3,}|={3,}")
# ":param name: text" and ":param type name: text" of Sphinx's style, "@param name: text".
_FIELD: Final = re.compile(
    r"[:@](?:param|parameter|arg|argument|key|keyword)\s+(?:[^:]*\s)?\*{0,2}(\w+)\s*:\s*(.*)"
)
_TYPE_FIELD: Final = re.compile(r"[:@]type\s[^:]*:.*")
_BLANK_LINES: Final = re.compile(r"\n{3,}")


def parse_docstring(docstring: str) -> tuple[str, Mapping[str, str]]:
    """Parse a docstring.

    Returns:
        The description of the function, with everything that does not describe a parameter (results
        and errors, for example), and the descriptions of its parameters by name.
    """
    parser = _Parser()
    lines = docstring.expandtabs().splitlines()
    following = [*lines[1:], ""]
    for line, below in zip(lines, following, strict=False):
        parser.add(line, below.strip())
    about = _BLANK_LINES.sub("\n\n", "\n".join(parser.about)).strip()
    return about, {name: text for name, text in parser.parameters.items() if text}


def class_docstring(kind: type[object]) -> str:
    """Return the docstring that is written in a class; an empty text if there is none."""
    text = vars(kind).get("__doc__") or ""
    # Dataclasses and NamedTuples without a docstring have their signature there.
    return "" if text.startswith(f"{kind.__name__}(") else inspect.cleandoc(text)


def described(document: JSONObject, docstring: str) -> JSONObject:
    """Return the schema of an object with a docstring's description, and those of its properties.

    A property's own description stays.
    """
    about, texts = parse_docstring(docstring)
    properties: JSONObject = {}
    known = document["properties"]
    for name, each in known.items() if isinstance(known, dict) else ():
        added: JSONObject = {"description": texts[name]} if name in texts else {}
        properties[name] = {**added, **each} if isinstance(each, dict) else each
    found: JSONObject = {**document, "properties": properties}
    return {**found, "description": about} if about else found


class _Parser:
    """The state of parsing a docstring, line by line."""

    def __init__(self) -> None:
        self.about: list[str] = []
        self.parameters: dict[str, str] = {}
        self._section: str = ""  # the style of the parameters' section that the line is in
        self._margin = 0  # the indentation of the section's title
        self._depth: int | None = None  # the indentation of its items
        self._names: list[str] = []  # the parameters whose description goes on

    def add(self, line: str, below: str) -> None:
        """Parse a line; the next one shows whether it is a title of NumPy's style."""
        text, indent = line.strip(), len(line) - len(line.lstrip())
        if self._section and text and indent <= self._margin and not self._is_item(indent):
            self._section, self._names = "", []
        if self._is_title(text, indent, below):
            return
        if _TYPE_FIELD.fullmatch(text):
            self._names = []
        elif field := _FIELD.fullmatch(text):
            self._section, self._margin = "field", indent
            self._begin([field[1]], field[2])
        elif self._section and text and self._begins_item(text, indent):
            pass
        elif self._section and text and self._names:
            for name in self._names:
                self.parameters[name] = f"{self.parameters[name]} {text}".strip()
        elif not self._section or (text and not self._names):
            self.about.append(line)

    def _is_item(self, indent: int) -> bool:
        """Whether a line at the margin belongs to the section: in NumPy's style, its items do."""
        return self._section == "numpy" and indent == self._margin

    def _is_title(self, text: str, indent: int, below: str) -> bool:
        """Parse a section's title; only that of parameters is left out of the description."""
        if self._section == "numpy" and _DASHES.fullmatch(text) and self._depth is None:
            return True
        numpy = _NUMPY_SECTION.fullmatch(text) if _DASHES.fullmatch(below) else None
        google = _GOOGLE_SECTION.fullmatch(text)
        inside = self._depth is not None and indent >= self._depth and self._section == "google"
        title = numpy or (None if inside else google)
        if title is None:
            return False
        self._section = "" if title[1] is None else "numpy" if numpy else "google"
        self._margin, self._depth, self._names = indent, None, []
        return bool(self._section)

    def _begins_item(self, text: str, indent: int) -> bool:
        """Parse the first line of a parameter, if the line is one."""
        if self._section == "field":
            return False
        depth = indent if self._depth is None else self._depth
        pattern = _GOOGLE_ITEM if self._section == "google" else _NUMPY_ITEM
        match = pattern.fullmatch(text) if indent == depth else None
        if match is None:
            return False
        self._depth = depth
        if self._section == "google":
            self._begin([match[1]], match[2] or "")
        else:
            self._begin([name.strip(" *") for name in match[1].split(",")], "")
        return True

    def _begin(self, names: list[str], text: str) -> None:
        self._names = names
        self.parameters |= dict.fromkeys(names, text)
