"""What changes beside the code that repeats the contract: neighbors, lists of methods, pages.

No syntax tree can know whether these must change, so all of them are to check. The changes that
landed so far needed them: tests/generated/helpers/landed.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any

from .chains import dotted
from .checkout import CHECK, MANAGERS, SERVER, Checkout, Place, methods_named, python_names
from .facets import enum_values
from .items import Contract
from .subject import Subject
from .syntax import Function

_TYPES = f"{MANAGERS}/types.py"
_LITERALS = f"{MANAGERS}/_literals.py"
_TYPED = ("tests/typing/sync_client.py", "tests/typing/async_client.py")
# What every handler uses, whatever it does.
_GENERAL = ("errors.py", "json_text.py", "db/rows.py")
_MOST_MODULES, _MOST_NEAR = 30, 8


def around_removed(name: str, methods: Iterable[str], checkout: Checkout) -> Iterator[Place]:
    """Yield what used an operation that is gone, or its methods.

    Args:
        name: The operation.
        methods: Its methods, such as "sessions.fork".
        checkout: The checkout.
    """
    for method in methods:
        word = rf"\b{re.escape(method)}\b"
        yield from checkout.tests(word, f"uses {method}")
        yield from checkout.unreleased(word, f"speaks of {method}, which is not released")
    yield from checkout.tests(rf"\b{re.escape(name)}[A-Z]\w*\b", f"has a class of {name}")
    yield checkout.corrections(f"/operations/{name}", added=False)
    for path in ("tests/generated/test_package.py", "tests/server/test_json_and_contract.py"):
        yield from _existing(path, "the number of operations", checkout)
    handler = checkout.server.handler(name)
    if handler is None:
        return
    others = {
        (function.module.path, function.name)
        for operation in checkout.server.operations
        if operation != name and (row := checkout.server.handler(operation))
        for function in row.functions
    }
    for function in handler.functions:
        if (function.module.path, function.name) not in others:
            note = f"no other handler than that of {name} uses it"
            yield Place("server", function.module.path, function.line, function.name, note, CHECK)


def around_operation(
    name: str, node: dict[str, Any], contract: Contract, checkout: Checkout
) -> Iterator[Place]:
    """Yield what else a new operation may need."""
    path = next((path for one, path, _, _ in contract.operations() if one == name), "")
    nearest = _nearest(name, path, contract)
    for path_, note in (
        *((one, f"a call of the method of {name}") for one in _TYPED),
        ("tests/generated/test_package.py", "the number of operations"),
        ("tests/sdk/test_public_names.py", "classes of its responses"),
        ("tests/sdk/test_operation_coverage.py", f"whether one method has {name} and another"),
        ("tests/server/test_json_and_contract.py", "the number of operations"),
        ("tests/README.md", "a row of each new file"),
        ("tests/gate/helpers/resources.py", f"what must exist for {name}"),
        ("tests/gate/exceptions.toml", f"what of {name} is not followed on purpose"),
        ("docs/server/deviations.md", f"whether {name} is an addition"),
    ):
        yield from _existing(path_, note, checkout)
    if "requestBody" in node:
        yield Place("server", f"{SERVER}/db/tables.py", 0, "", f"what {name} stores", CHECK)
        yield from _existing(_TYPES, f"types of the arguments of {name}", checkout)
        yield from _existing(_LITERALS, f"enums of the arguments of {name}", checkout)
    for near in nearest:
        methods = checkout.sdk.methods(near)
        managers = {
            (one.module.path, one.within): one.line
            for one in (*methods.private, *methods.public)
            if one.within and one.module.path.startswith(MANAGERS)
        }
        for (module, kind), line in managers.items():
            yield Place("SDK", module, line, kind, f"has {near}, the nearest to {name}", CHECK)
        yield from modules_of(near, f"used by {near}, the nearest to {name}", checkout)
        words = "|".join(
            rf"\b{re.escape(one)}\(" for one in methods_named(checkout.sdk, methods.public)
        )
        if words:
            yield from checkout.documented(words, f"calls methods of {near}, the nearest to {name}")
    tag = str((node.get("tags") or [""])[0])
    for folder in ("tests/sdk", "tests/server") if tag else ():
        for file in sorted((checkout.root / folder).glob(f"test_{tag.removesuffix('s')}*.py")):
            yield from _existing(f"{folder}/{file.name}", f"a test of {name}", checkout)
    steps = [re.escape(step) for step in re.split(r"\{[^}]*\}", path) if step != "/"]
    if steps:
        yield from checkout.most(
            "tests/server", rf"[\"'}}]{'.+'.join(steps[:-1] or steps)}", f"a test of {name}"
        )
    yield from pages_about(tag, f"about {tag}", checkout)


def around_argument(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield what else a new parameter or property of a request may need."""
    public = [one for each in subject.methods for one in checkout.sdk.methods(each).public]
    resources = sorted({name.partition(".")[0] for name in methods_named(checkout.sdk, public)})
    note = f"{subject.name} of {', '.join(resources)}"
    if public:
        for path in _TYPED:
            yield from _existing(path, note, checkout)
        yield from _existing("tests/sdk/test_surface.py", f"OURS, for {subject.name}", checkout)
        yield from _existing(_TYPES, note, checkout)
    for resource in resources:
        yield from _existing(f"tests/sdk/test_{resource}.py", note, checkout)
        yield from pages_about(resource, f"about {resource}", checkout)
    yield from _shared(subject, checkout)
    for operation in subject.methods[:3]:
        yield from modules_of(operation, f"used by the handler of {operation}", checkout)
    yield from _index(subject, note, checkout)
    if subject.methods:
        yield from _existing(
            "docs/server/deviations.md", f"whether {note} is an addition", checkout
        )


def _index(subject: Subject, note: str, checkout: Checkout) -> Iterator[Place]:
    """Yield what a parameter of a list may need in the database, and its test."""
    if subject.is_parameter and any(each.startswith("List") for each in subject.methods):
        for path in (f"{SERVER}/db/tables.py", checkout.next_migration):
            yield Place("server", path, 0, "", f"an index for {subject.name}", CHECK)
        yield from checkout.schema_versions()
        yield from _existing("tests/server/test_pagination.py", note, checkout)


def around_value(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield where a new value of requests must have an effect, and what shows the old ones'."""
    old = enum_values(subject.change.old)
    added = [value for value in enum_values(subject.change.new) if value not in old]
    note = f"the effect of {', '.join(map(repr, added))}"
    names = python_names(subject.name)
    for operation in subject.requests:
        handler = checkout.server.handler(operation)
        for function in handler.functions if handler else ():
            path, uses = function.module.path, {one.rpartition(".")[2] for one in function.uses}
            lines = [line for name in names for line in function.texts.get(name, ())]
            if lines or names & uses:
                line = min(lines, default=function.line)
                yield Place("server", path, line, function.name, note, CHECK)
    yield from _index(subject, note, checkout)
    values = "|".join(re.escape(str(value)) for value in old)
    given = rf"\b{re.escape(subject.name)}[\"']?\s*[=:]\s*[\"']"
    yield from checkout.tests(rf"{given}(?:{values})\b", note, most=_MOST_NEAR)
    yield from checkout.tests(given, note, "tests/typing")
    both = rf"(?=.*\b{re.escape(subject.name)}\b).*\b(?:{values})\b"
    yield from checkout.documented(rf"^{both}", note)[:_MOST_NEAR]
    yield from _existing("docs/server/deviations.md", f"{note} of {subject.name}", checkout)


def around_presence(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield what makes, stores or uses a property that responses always have, or no longer."""
    name = subject.name
    siblings, schema = set(subject.siblings), subject.schema
    tables = checkout.similar(f"{SERVER}/db/tables.py", ("columns",), siblings, schema)
    records = checkout.similar(f"{SERVER}/store", ("fields",), siblings, schema)
    owners = {one.owner for _, one in (*tables, *records)}
    note = f"makes or uses {name}, perhaps of {schema or 'this response'}"
    for module in checkout.modules(SERVER):
        lines = [*module.texts.get(name, ()), *module.attributes.get(name, ())]
        lines += [one.names[name] for one in module.structures if name in one.names]
        if lines and owners & module.imports.keys():
            yield Place("server", module.path, min(lines), "", note, CHECK)
    if tables:
        note = f"what stored rows without {name} have, if it is stored"
        yield Place("server", checkout.next_migration, 0, "", note, CHECK)
        yield from checkout.schema_versions()
    word = re.escape(name)
    absent = rf"[\"']{word}[\"'] not in|\.{word} is None|\.get\([\"']{word}[\"']"
    yield from checkout.tests(absent, f"whether {name} is absent")
    yield from checkout.tests(rf"\.{word}\b", f"the type of {name}", "tests/typing")
    yield from checkout.documented(rf"`{word}`", f"whether {name} is absent")[:_MOST_NEAR]
    public = [one for each in subject.responses for one in checkout.sdk.methods(each).public]
    for resource in sorted({one.partition(".")[0] for one in methods_named(checkout.sdk, public)}):
        yield from _existing(f"tests/sdk/test_{resource}.py", f"what is without {name}", checkout)
    yield from _existing("tests/server/test_resources.py", f"what is without {name}", checkout)


def modules_of(operation: str, note: str, checkout: Checkout) -> Iterator[Place]:
    """Yield the modules of the server that an operation's handler uses, the nearest first."""
    handler = checkout.server.handler(operation)
    functions: list[Function] = handler.functions if handler else []
    modules = dict.fromkeys(one.module.path for one in functions)
    # What a handler reaches through the server's parts, such as running replies.
    known = {dotted(module.path): module.path for module in checkout.server.modules}
    for module in [handler.module] if handler else []:
        for imported in module.imports.values():
            modules |= dict.fromkeys(
                known[one] for one in (imported, imported.rpartition(".")[0]) if one in known
            )
    own = [path for path in modules if not path.endswith(_GENERAL)]
    for path in own[:_MOST_MODULES]:
        yield Place("server", path, 0, "", note, CHECK)


def pages_about(resource: str, note: str, checkout: Checkout) -> Iterator[Place]:
    """Yield the pages that are named after a resource."""
    stem = resource.removesuffix("s")
    for path, _ in checkout.pages:
        if stem and re.search(rf"/{re.escape(stem)}\w*\.md$", path):
            yield Place("docs", path, 0, "", note, CHECK)


def _shared(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield what the methods of all managers share, and these use."""
    private = [one for each in subject.methods for one in checkout.sdk.methods(each).private]
    used = {name for one in private for name in one.uses if name.startswith("self._")}
    for module in checkout.modules(f"{MANAGERS}/base.py"):
        for function in module.functions:
            if f"self.{function.name}" in used:
                note = "what all managers share"
                yield Place("SDK", module.path, function.line, function.name, note, CHECK)


def _nearest(name: str, path: str, contract: Contract) -> list[str]:
    """Return the operations whose paths have most in common with an operation's."""

    def common(other: str) -> int:
        pairs = zip(path.split("/"), other.split("/"), strict=False)
        return len([*takewhile(lambda pair: pair[0] == pair[1], pairs)])

    depth = path.count("/")
    found = [
        (common(other), other.count("/") != depth, one)
        for one, other, _, _ in contract.operations()
        if one != name
    ]
    most = max((length for length, *_ in found), default=0)
    near = sorted((other, one) for length, other, one in found if length == most > 1)
    return [one for _, one in near][:_MOST_NEAR]


def _existing(path: str, note: str, checkout: Checkout) -> Iterator[Place]:
    if (checkout.root / path).exists():
        area = path.partition("/")[0]
        title = {"src": "SDK", "tests": "tests", "docs": "docs"}[area]
        yield Place(title, path, 0, "", note, CHECK)


def first_of_each_file(places: Iterable[Place], taken: set[str]) -> Iterator[Place]:
    """Yield the first place of each file that is not named yet."""
    for place in places:
        if place.path not in taken:
            taken.add(place.path)
            yield place
