"""The SDK against the contract: what is sent, how it is typed, and what is documented."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from julep.managers.types import ChatSettingsArgs
from tests.gate.helpers.document import Document, Node, Operation
from tests.gate.helpers.hints import Hints
from tests.gate.helpers.problems import Problem
from tests.gate.helpers.sent import UNFINISHED, Arguments, Record, offered, where
from tests.sdk.helpers.methods import MANAGERS, METHODS, SIDES, Side, parameters, public_methods

_NUMBER: Final = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]*\w)")
_STANDARD: Final = re.compile(r"\b(?:BCP|ISO|RFC) \d+(?:-\d+)?")
_WORDS: Final[Mapping[str, float]] = {"two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
_DEFAULT: Final = re.compile(r"""["`]*([\w.{}-]+)["`]*,?(?: \(the default\)| by default)""")
_BOUNDS: Final = ("minimum", "maximum")
_LIMITS: Final = (*_BOUNDS, "minLength", "maxLength", "minItems", "maxItems", "default")

# Arguments that stand for one of another name.
ALIASES: Final[Mapping[str, str]] = {"page_size": "limit", "id": "session_id"}
BODIES: Final[Mapping[str, str]] = {"doc": "CreateDoc", "tool": "CreateToolRequest"}


def called(record: Record) -> Iterator[Problem]:
    """Calls with all arguments succeed, with the fullest and the least valid response."""
    for text in record.errors:
        yield Problem(f"called {text.split()[1].strip(',')}", text)


def sent(document: Document, record: Record) -> Iterator[Problem]:
    """Every parameter and property of a request is sent by every method of the operation."""
    for operation in document.operations.values():
        wanted = expected_keys(document, operation)
        for side in SIDES:
            methods = [
                m for (s, m), seen in record.sent.items() if s == side and operation.id in seen
            ]
            if not methods:
                yield Problem(
                    f"sent {operation.id}",
                    f"no method of a {side} manager sends {operation.method} {operation.path}",
                )
            for method in methods:
                keys = record.sent[side, method][operation.id]
                for key in sorted(wanted - keys):
                    yield _unsent(operation, key, method, side)
                for key in sorted(keys - wanted):
                    if not _is_free_form(document, operation, key):
                        place = f"sent {operation.id} undocumented {key} by {method}"
                        yield Problem(place, f"{where(method, side)} sends what is not documented")
    known = {name for _, seen in record.sent.items() for name in seen}
    for name in sorted(known - document.operations.keys()):
        yield Problem(f"sent {name}", "is sent, and no operation of the contract")


def _unsent(operation: Operation, key: str, method: str, side: Side) -> Problem:
    place = f"sent {operation.id} {key} by {method}"
    return Problem(place, f"{where(method, side)} does not send it, given all of its arguments")


def expected_keys(document: Document, operation: Operation) -> set[str]:
    """Return all keys of an operation's requests; parameters of the path are always sent."""
    keys = {f"{one.location} {one.name}" for one in operation.parameters if one.location != "path"}
    if operation.body is not None:
        keys |= {f"body {path}" for path in document.properties(operation.body)}
    return keys


def _is_free_form(document: Document, operation: Operation, key: str) -> bool:
    """Check whether a key is inside an object whose keys the contract does not name."""
    if operation.body is None or not key.startswith("body "):
        return False
    described = document.properties(operation.body)
    parent = key.removeprefix("body ").rpartition(".")[0]
    while parent and parent not in described:
        parent = parent.removesuffix("[]") if parent.endswith("[]") else parent.rpartition(".")[0]
    return parent in described and not document.fields(described[parent])


def waited(document: Document, record: Record) -> Iterator[Problem]:
    """`jobs.wait` ends for every state of a job but those of an unfinished one."""
    for state in document.enum(document.fields(document.schemas["JobStatus"])["state"]):
        outcome = record.waits.get(state, "unknown")
        if outcome in (UNFINISHED, "unknown"):
            yield Problem(f"waited {state}", f"{where('jobs.wait')} goes on waiting in this state")


def typed(document: Document) -> Iterator[Problem]:
    """Arguments have the types of the contract; Literals and TypedDicts have all of it."""
    hints = Hints(document)
    for method, name, schema in _described(document):
        resource, function = method.split(".")
        found = _hints_of(public_methods(MANAGERS[resource].sync)[function])
        hint = found[name] if name in found else _hints_of(ChatSettingsArgs)[name]
        yield from hints.compare(hint, schema, f"typed {method} {name}")


def documented(document: Document) -> Iterator[Problem]:
    """Numbers and defaults in the documentation of arguments are those of the contract."""
    for method, name, schema in _described(document):
        resource, function = method.split(".")
        found = public_methods(MANAGERS[resource].sync)[function]
        text = argument_text(inspect.getdoc(found) or "", name)
        if text is None:
            continue
        for message in text_problems(document, schema, text):
            yield Problem(f"documented {method} {name}", f"{where(method)}: {message}: {text!r}")
        yield from _signature_default(method, name, schema, document)


def text_problems(document: Document, schema: Node, text: str) -> Iterator[str]:
    """Yield how the documentation of an argument contradicts its schema."""
    parts = [part for part in document.parts(schema) if part.get("type") not in ("object", None)]
    if any(part.get("format") for part in parts):
        return
    known = {float(part[key]) for part in parts for key in _LIMITS if _is_number(part.get(key))}
    bounds = {float(part[key]) for part in parts for key in _BOUNDS if key in part}
    numbers = {float(number) for number in _NUMBER.findall(_STANDARD.sub("", text))}
    numbers |= {_WORDS[word] for word in re.findall(r"[a-z]+", text) if word in _WORDS}
    for number in sorted(numbers - known):
        yield f"{number:g} is no bound or default of it in openapi.yaml"
    for number in sorted(bounds - numbers):
        yield f"expected the bound {number:g}"
    default = next((part["default"] for part in document.parts(schema) if "default" in part), None)
    for shown in _DEFAULT.findall(text):
        if shown.strip(".") != str(default):
            yield f"{shown} is not the contract's default, {default!r}"


def _signature_default(
    method: str, name: str, schema: Node, document: Document
) -> Iterator[Problem]:
    resource, function = method.split(".")
    defaults = {
        one.name: one.default
        for one in parameters(public_methods(MANAGERS[resource].sync)[function])
    }
    given = defaults.get(name)
    expected = [part["default"] for part in document.parts(schema) if "default" in part]
    if isinstance(given, (str, int, float, bool)) and expected and expected[0] != given:
        text = f"{where(method)} has the default {given!r}, the contract {expected[0]!r}"
        yield Problem(f"documented {method} {name}", text)


def deprecated(document: Document, record: Record) -> Iterator[Problem]:
    """Methods and arguments are marked as deprecated where the contract does, and only there."""
    operations = document.operations
    for (side, method), seen in record.sent.items():
        resource, name = method.split(".")
        managers = MANAGERS[resource]
        kind = managers.sync if side == "sync" else managers.asynchronous
        function = public_methods(kind)[name]
        mark: str = getattr(function, "__deprecated__", "")
        found = [operations[one] for one in seen if one in operations]
        # A method with another operation to reach is not deprecated itself.
        if found and all(one.deprecated for one in found):
            for one in found:
                if "is deprecated by the API" not in mark or one.sunset not in mark:
                    text = f"expected @deprecated(...), with {one.sunset or 'no date'}"
                    yield Problem(f"deprecated {method}", f"{where(method, side)}: {text}")
        elif mark:
            yield Problem(f"deprecated {method}", f"{where(method, side)}: nothing is deprecated")
    for method, name, schema in _described(document):
        resource, function_name = method.split(".")
        doc = inspect.getdoc(public_methods(MANAGERS[resource].sync)[function_name]) or ""
        text = argument_text(doc, name) or ""
        is_deprecated, date = Arguments(document).deprecation(resource, name, schema)
        if is_deprecated != text.startswith("Deprecated") or date not in text:
            expected = f"'Deprecated' and {date or 'no date'}" if is_deprecated else "no mark"
            place = f"deprecated {method} {name}"
            yield Problem(place, f"{where(method)}: expected {expected} in its documentation")


def _described(document: Document) -> Iterator[tuple[str, str, Node]]:
    """Yield the arguments of all methods that the contract describes, each with its schema."""
    arguments = Arguments(document)
    for resource, name in METHODS:
        method = f"{resource}.{name}"
        for argument in offered(public_methods(MANAGERS[resource].sync)[name]):
            schema: Node | None
            if argument in BODIES:
                schema = {"$ref": f"#/components/schemas/{BODIES[argument]}"}
            elif argument == "function":
                schema = document.fields(document.schemas["PatchToolRequest"])["function"]
            elif argument == "functions":
                schema = {"type": "array", "items": {"$ref": "#/components/schemas/FunctionDef"}}
            else:
                schema = arguments.schema(resource, ALIASES.get(argument, argument))
            if schema is not None and argument != "id":
                yield method, argument, schema


def argument_text(docstring: str, name: str) -> str | None:
    """Return what the ``Args`` of a docstring have about an argument, in one line."""
    section = re.search(r"^Args:\n((?:    .*\n?|\n)*)", docstring, re.MULTILINE)
    found = re.search(
        rf"^    {re.escape(name)}: (.*(?:\n     +.*)*)", section[1] if section else "", re.MULTILINE
    )
    return " ".join(found[1].split()) if found else None


@cache
def _hints_of(annotated: Any) -> dict[str, Any]:
    return typing.get_type_hints(annotated)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
