"""Names of classes, attributes and arguments, by the rules of openapi-python-client.

A class inside another schema is named after the place where it is: the class around it, then the
property. So its name does not depend on what is read first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from itertools import pairwise, takewhile
from typing import Any, NamedTuple, cast

from contract import METHODS, Contract, Pointer, as_node
from findings import Findings
from openapi_python_client.config import Config
from openapi_python_client.parser.properties import Class
from openapi_python_client.strings import PythonIdentifier, pascal_case

# Names that the generated modules use themselves.
TAKEN_CLASSES = {
    "Any", "Call", "Collection", "Content", "DecodeError", "EventCall", "Field", "File", "Final",
    "JSON", "JSONObject", "Literal", "Mapping", "Model", "OpenEnum", "Self", "Sequence", "StrEnum",
    "TypeAlias", "UNSET", "UUID", "Unset",
}  # fmt: skip
TAKEN_ATTRIBUTES = {
    "additional", "additional_properties", "cls", "construct", "copy", "dict", "encode",
    "from_checked", "from_dict", "json", "parse_file", "parse_obj", "parse_raw", "replace_usual",
    "schema_json", "to_dict", "to_json", "update_forward_refs", "validate",
}  # fmt: skip

# Words for signs, where names differ in nothing else.
_SIGNS = {
    "+": "plus", "<": "less", ">": "greater", "=": "equal", "!": "not", "*": "star", "$": "dollar",
    "@": "at", "#": "number", "%": "percent", "&": "and", "~": "about", "?": "any",
}  # fmt: skip
# How many letters of two names must agree for their spelling to be compared.
_NEIGHBOURS = 6


class ClassInfo(NamedTuple):
    """A class and its module."""

    name: str
    module_name: str


class Names:
    """Names classes, each once, and notices names that would collide."""

    def __init__(self, contract: Contract, config: Config, findings: Findings) -> None:
        self._contract = contract
        self._config = config
        self._findings = findings
        self._of: dict[Pointer, ClassInfo] = {}
        self._modules: set[str] = set()
        for name in contract.schemas:
            self.of(("components", "schemas", name))

    def of(self, pointer: Pointer) -> ClassInfo:
        """Return the class of the schema in a place."""
        found = self._of.get(pointer)
        if found is None:
            wanted = Class.from_string(string=self._text(pointer), config=self._config)
            found = self._of[pointer] = self._claim(
                str(wanted.name), str(wanted.module_name), pointer
            )
        return found

    def is_class(self, name: str) -> bool:
        """Check whether an identifier is a class's name, which scripts without case allow."""
        return not name.isascii() and any(info.name == name for info in self._of.values())

    def compare_spellings(self) -> None:
        """Note names that begin like others, but are spelled unlike them: ChatML beside ChatMl."""
        places = {info.name: pointer for pointer, info in self._of.items()}
        ordered = sorted(places, key=lambda name: (name.lower(), name))
        for first, second in pairwise(ordered):
            alike = takewhile(
                lambda pair: pair[0].lower() == pair[1].lower(), zip(first, second, strict=False)
            )
            pairs = list(alike)
            if len(pairs) >= _NEIGHBOURS and any(one != other for one, other in pairs):
                text = f"{first} and {second} begin alike, and are spelled differently"
                self._findings.note(places[second], "names spelled unlike their neighbours", text)

    def alias(self, text: str, pointer: Pointer) -> ClassInfo:
        """Return the name of a type that is not a class, inside of a class."""
        return self._claim(text, str(PythonIdentifier(text, "field_")), pointer)

    def _claim(self, name: str, module: str, pointer: Pointer) -> ClassInfo:
        if name in TAKEN_CLASSES:
            self._findings.note(
                pointer,
                "renamed class",
                f"{name} is a name of the generated code: the class is {name}_",
            )
            name, module = f"{name}_", f"{module}_"
        wanted, number = (name, module), 1
        # Modules are files, and some systems do not tell upper case from lower.
        while module.lower() in self._modules:
            number += 1
            name, module = f"{wanted[0]}{number}", f"{wanted[1]}_{number}"
        if number > 1:
            text = f"another class is {wanted[0]} already: this one is {name}"
            self._findings.note(pointer, "names that collide", text)
        self._modules.add(module.lower())
        return ClassInfo(name, module)

    def _text(self, pointer: Pointer) -> str:
        """Return the name of a place: the class around it, and the steps from there."""
        start = at = _start(pointer)
        base, tail = self._root(pointer[:at]), ""
        while at < len(pointer):
            step, after = pointer[at], pointer[at + 1 : at + 2]
            if step in ("properties", "$defs", "definitions") and after:
                base = self._around(pointer[:at], base + tail)
                tail = pascal_case(str(after[0]))
                at += 1
            elif step in ("oneOf", "anyOf") and after:
                tail += f"Type{after[0]}"
                at += 1
            elif step in ("allOf", "content"):
                at += 1
            elif step in ("items", "additionalProperties"):
                tail += "Item" if step == "items" else "AdditionalProperty"
            at += 1
        node = self._node(pointer)
        title = as_node(node).get("title")
        if tail and len(pointer) > start and isinstance(title, str) and pascal_case(title):
            tail = pascal_case(title)
        return base + tail

    def _around(self, pointer: Pointer, text: str) -> str:
        found = self._of.get(pointer)
        return found.name if found else text

    def _root(self, pointer: Pointer) -> str:
        """Return the name of what a place is in: a component, or a part of an operation."""
        if pointer[:2] == ("components", "schemas"):
            return (
                self.of(pointer).name
                if len(pointer) == 3 and pointer in self._of
                else str(pointer[2])
            )
        if pointer[:1] == ("components",):
            words = {"responses": "Response", "requestBodies": "Body", "parameters": ""}
            return pascal_case(str(pointer[2])) + words.get(str(pointer[1]), "")
        fields = as_node(self._node(pointer[:3]))
        if pointer[2] in METHODS:
            text = str(
                fields.get("operationId") or operation_name(str(pointer[1]), str(pointer[2]))
            )
            base = pascal_case(PythonIdentifier(_separated(text), "field_"))
        else:
            base = pascal_case(str(pointer[1]))
        rest = pointer[3:] if pointer[2] in METHODS else pointer[2:]
        if rest[:1] == ("requestBody",):
            return base + "Body"
        if rest[:1] == ("responses",):
            return f"{base}Response{pascal_case(str(rest[1]))}"
        node = self._node(pointer)
        name = as_node(node).get("name", rest[-1])
        return base + pascal_case(str(name or ""))

    def _node(self, pointer: Pointer) -> Any:
        node: Any = self._contract.document
        for step in pointer:
            if isinstance(node, dict):
                node = cast("dict[object, object]", node).get(step)
            elif isinstance(node, list) and isinstance(step, int):
                items = cast("list[object]", node)
                node = items[step] if step < len(items) else None
        return cast("Any", node)


def _start(pointer: Pointer) -> int:
    """Return how many steps lead to the schema that a place is in."""
    if pointer[:2] == ("components", "schemas"):
        return 3
    for word in ("parameters", "responses", "requestBody", "headers"):
        if word in pointer[2:5] or word == pointer[1]:
            at = pointer.index(word)
            found = at + (1 if word == "requestBody" else 2)
            return min(found, len(pointer))
    return min(3, len(pointer))


def operation_name(path: str, method: str) -> str:
    """Return the name of an operation that has no operationId, as openapi-python-client does."""
    clean = path.replace("{", "").replace("}", "").replace("/", "_")
    return f"{method}_{clean.removeprefix('_')}".rstrip("_")


def member_name(value: str) -> str:
    """Return the upper-case name of an enum's member."""
    text = unicodedata.normalize("NFKC", value)
    name = PythonIdentifier(text, prefix="value_").upper()
    found = str(name) if name.isidentifier() else f"VALUE_{name}"
    return f"VALUE{found}" if found.startswith("_") else found


def member_names(values: list[str]) -> dict[str, str]:
    """Return the names of an enum's members by value, each once."""
    found: dict[str, str] = {}
    for value in values:
        found[value] = unique(member_name(value), found.values())
    return found


def unique(name: str, taken: Collection[str]) -> str:
    """Return a name, with a number if it is taken."""
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    return found


def identifiers(names: list[str]) -> dict[str, str]:
    """Return an identifier for each name; signs are spelled out where names would be the same.

    Of ``start`` and ``start>``, the second is ``start_greater``.
    """
    plain = {name: str(PythonIdentifier(_separated(name), "field_")) for name in names}
    found = list(plain.values())
    return {
        name: str(PythonIdentifier(_spelled(name), "field_")) if found.count(one) > 1 else one
        for name, one in plain.items()
    }


def _separated(name: str) -> str:
    """Return a name with a space for each sign between words, which would be left out."""
    return re.sub(r"(?<=\w)[^\w. -]+(?=\w)", " ", name)


def _spelled(name: str) -> str:
    text = "".join(f" {_SIGNS[one]} " if one in _SIGNS else one for one in name)
    return re.sub(r"^-(?=\w)", "minus ", text).strip()


def module_name(operation: str) -> str:
    """Return the name of an operation's module."""
    name = str(PythonIdentifier(_separated(operation), "field_"))
    # The file is named once more after the name: it must remain the same.
    return name if PythonIdentifier(name, "field_") == name else "operation"


def attribute_name(
    json_name: str, wanted: str, kept: Collection[str], taken: Collection[str]
) -> str:
    """Return the name of a model's attribute.

    Args:
        json_name: The property.
        wanted: Its identifier.
        kept: Properties whose names remain as they are.
        taken: The names that others have.
    """
    if json_name in kept:
        return json_name
    name = unicodedata.normalize("NFKC", wanted)
    if name in TAKEN_ATTRIBUTES:
        name += "_"
    return unique(name, taken)
