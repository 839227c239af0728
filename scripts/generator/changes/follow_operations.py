"""The places of an operation that comes, goes, or has another name, path or method."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .chains import snake
from .checkout import (
    CALLS,
    CHECK,
    DONE,
    MANAGERS,
    MOST_LINES,
    RUN,
    SERVER,
    TO_DO,
    Checkout,
    Place,
    methods_named,
)
from .compare import Change
from .follow_around import around_removed
from .items import Contract, mapping
from .subject import Subject
from .syntax import Function

_WRITES = "writes the skeletons of these places"


def follow_operation(subject: Subject, new: Contract, checkout: Checkout) -> Iterator[Place]:
    """Yield the places of an operation."""
    change = subject.change
    name = change.item.name
    if change.kind == "operation added":
        yield from _new_operation(name, new, checkout)
        return
    renamed = change.kind == "operation renamed"
    former = str(change.old) if renamed else name
    if renamed or change.kind in ("operation removed", "tags changed"):
        yield from _calls(change, former, checkout)
        yield from _named_elsewhere(change, former, checkout)
        yield from _handler(change, former, checkout)
    if change.kind == "operation removed":
        yield from _removed_methods(former, checkout)
    if change.kind in ("operation moved", "method changed"):
        yield from _paths(change, checkout)
        yield checkout.corrections(f"/operations/{name}/{change.facet}", added=False)
    if change.facet in ("deprecated", "x-sunset", "description", "summary", "security"):
        for function in checkout.sdk.methods(former).public:
            # The docstrings of async methods are those of sync ones.
            if function.documented or change.facet not in ("description", "summary"):
                yield _noted(change, function)


def _calls(change: Change, former: str, checkout: Checkout) -> Iterator[Place]:
    """Yield the functions that call an operation by a name or module that it has no longer."""
    words = {"operation removed": "is gone", "tags changed": "is in another module"}
    note = f"{former} {words.get(change.kind, f'is now {change.item.name}')}"
    names = {change.item.name: ("", DONE), former: (note, TO_DO)}
    for operation, (text, state) in names.items():
        for function in checkout.sdk.methods(operation).private:
            line = function.operations.get(snake(operation))
            if line is not None:
                yield Place("SDK", function.module.path, line, function.name, text, state)


def _named_elsewhere(change: Change, former: str, checkout: Checkout) -> Iterator[Place]:
    """Yield other lines with the operation's id, or with the name of its module."""
    if change.kind != "tags changed":
        classes = rf"{re.escape(former)}[A-Z]\w*:"
        yield from checkout.settings(classes, f"{former} has another name, or is gone")
        handler = checkout.server.handler(former)
        for place in checkout.texts("server", SERVER, former, f"has {former}", CHECK):
            if handler is None or place.path != handler.module.path:
                yield place
    name = snake(former)
    words = rf"\b{name}\b" if "_" in name else rf"\.{name}\.call\b|\"{former}\""
    yield from checkout.tests(words, f"has {name}")


def _removed_methods(name: str, checkout: Checkout) -> Iterator[Place]:
    public = checkout.sdk.methods(name).public
    for function in public:
        yield Place("SDK", function.module.path, function.line, function.title, "remove it", TO_DO)
    for method in methods_named(checkout.sdk, public):
        found = checkout.calls(method)
        if found:
            yield Place("tests", CALLS, found[0], f'"{method}"', "remove it", TO_DO)
        yield from checkout.documented(rf"\b{re.escape(method)}\b", f"mentions {method}")
    yield from around_removed(name, methods_named(checkout.sdk, public), checkout)


def _noted(change: Change, function: Function) -> Place:
    title = function.title
    if change.facet == "deprecated":
        done = ("deprecated" in function.decorators) == (change.kind == "deprecated")
        note = "" if done else change.kind
        return Place(
            "SDK", function.module.path, function.line, title, note, DONE if done else TO_DO
        )
    return Place("SDK", function.module.path, function.line, title, f"{change.facet}", CHECK)


def _handler(change: Change, former: str, checkout: Checkout) -> Iterator[Place]:
    handler = checkout.server.handler(former)
    name = change.item.name
    if change.kind == "operation removed" and handler:
        yield Place(
            "server", handler.module.path, handler.line, former, "remove its handler", TO_DO
        )
    if change.kind == "operation renamed":
        if handler:
            note = f"rename to {name}"
            yield Place("server", handler.module.path, handler.line, former, note, TO_DO)
        now = checkout.server.handler(name)
        if now:
            yield Place("server", now.module.path, now.line, name, "", DONE)


def _paths(change: Change, checkout: Checkout) -> Iterator[Place]:
    """Yield the tests and pages that have an operation's old path."""
    old = str(change.old) if change.facet == "path" else change.item.pointer[1]
    first = old.split("{")[0].rstrip("/")
    last = old.rpartition("}")[2].strip("/")
    pattern = rf"(?:[\"'}}]|/api){re.escape(first)}[/\"'?]" + (
        rf".*{re.escape(last)}\b" if last else ""
    )
    yield from checkout.documented(pattern, f"has the old {change.facet}")
    yield from checkout.tests(pattern, f"has the old {change.facet}")


def _new_operation(name: str, new: Contract, checkout: Checkout) -> Iterator[Place]:
    node = mapping(next(node for each, _, _, node in new.operations() if each == name))
    tags = node.get("tags") or [""]
    near = [
        each
        for each, _, _, one in new.operations()
        if (one.get("tags") or [""])[:1] == tags[:1] and each != name
    ]
    methods = checkout.sdk.methods(name)
    if methods.public:
        for function in (*methods.private, *methods.public):
            yield Place("SDK", function.module.path, function.line, function.title, "", DONE)
    else:
        yield from _missing_method(name, str(tags[0]), near, checkout)
    handler = checkout.server.handler(name)
    if handler:
        yield Place("server", handler.module.path, handler.line, name, "", DONE)
    else:
        yield from _missing_handler(name, near, checkout)
    public = methods_named(checkout.sdk, methods.public)
    for method in public or ("",):
        found = checkout.calls(method) if method else None
        note = "" if found else "valid and invalid arguments of the method"
        state = DONE if found else TO_DO
        yield Place(
            "tests", CALLS, found[0] if found else 0, f'"{method}"' if method else "", note, state
        )
    for folder in ("tests/sdk", "tests/server"):
        names = [re.escape(f".{method.partition('.')[2]}(") for method in public]
        mentioned = bool(names and checkout.tests("|".join(names), "", folder))
        yield Place("tests", folder, 0, "", "its behavior", CHECK if mentioned else TO_DO)
    yield from _lists_of_methods(name, near, checkout)
    yield checkout.corrections(f"/operations/{name}", added=True)


def _lists_of_methods(name: str, near: list[str], checkout: Checkout) -> Iterator[Place]:
    """Yield what else has a row for each method, and what the handlers beside it use."""
    for module in checkout.modules("tests/sdk/test_surface.py"):
        if "OURS" in module.constants:
            note = "the method, unless it is of the promised surface"
            yield Place("tests", module.path, module.constants["OURS"][0], "OURS", note, CHECK)
    rows = [one for one in map(checkout.server.handler, near) if one]
    stores = {function.module.path for row in rows for function in row.functions}
    own = re.sub(r"^.*/", "", rows[0].module.path) if rows else ""
    for path in sorted(one for one in stores if "/store/" in one and one.endswith(f"/{own}")):
        yield Place("server", path, 0, "", f"what {name} reads and writes", CHECK)
    methods = {
        method
        for each in near
        for method in methods_named(checkout.sdk, checkout.sdk.methods(each).public)
    }
    words = "|".join(re.escape(f"{one}(") for one in sorted(methods))
    if words:
        note = f"calls other methods of the resource of {name}"
        yield from checkout.documented(words, note)[:MOST_LINES]


def _missing_method(name: str, tag: str, near: list[str], checkout: Checkout) -> Iterator[Place]:
    """Yield the last method of each class of the resource: the new one belongs beside them."""
    last: dict[tuple[str, str], tuple[str, int]] = {}
    for each in near:
        found = checkout.sdk.methods(each)
        for function in (*found.private, *found.public):
            if function.within and function.module.path.startswith(MANAGERS):
                key = (function.module.path, function.within)
                last[key] = max(
                    last.get(key, ("", 0)), (function.name, function.line), key=lambda one: one[1]
                )
    manager = [key for key in last if key[1].endswith("Manager")] or list(last)
    for path, kind in manager:
        method, line = last[path, kind]
        note = f"no method calls {name}: add one after {method}"
        yield Place("SDK", path, line, kind, note, TO_DO)
    if manager:
        yield Place("SDK", "scripts/new-operation", 0, f"{name} METHOD", _WRITES, RUN)
    if not manager:
        note = f"no method calls {name}: add a manager for the tag {tag}"
        module = snake(tag or name).removesuffix("s")
        yield Place("SDK", f"{MANAGERS}/{module}.py", 0, "", note, TO_DO)
        yield Place("SDK", "scripts/new-resource", 0, tag, _WRITES, RUN)
        for path in ("src/julep/_clients/sync_client.py", "src/julep/_clients/async_client.py"):
            yield Place("SDK", path, 0, "", "its property", TO_DO)
        yield Place("server", f"{SERVER}/app.py", 0, "HANDLERS", "its module", TO_DO)
        yield Place(
            "server", f"{SERVER}/store/{snake(tag or name)}.py", 0, "", "its records", CHECK
        )
        yield Place("server", f"{SERVER}/db/tables.py", 0, "", "a table, with a migration", CHECK)
        for path in ("tests/sdk/helpers/methods.py", "tests/sdk/test_public_names.py"):
            yield Place("tests", path, 0, "", "its manager", TO_DO)


def _missing_handler(name: str, near: list[str], checkout: Checkout) -> Iterator[Place]:
    rows = [one for one in map(checkout.server.handler, near) if one]
    if rows:
        last = max((one for one in rows if one.module is rows[0].module), key=lambda one: one.line)
        note = f"HANDLERS has no {name}"
        yield Place("server", last.module.path, last.line, "", note, TO_DO)
    else:
        yield Place(
            "server", f"{SERVER}/resources", 0, "", f"a module with a handler of {name}", TO_DO
        )
