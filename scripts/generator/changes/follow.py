"""What must follow a change of the contract by hand, as files and lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from .chains import snake
from .checkout import (
    CALLS,
    CHECK,
    DONE,
    MANAGERS,
    MOST_LINES,
    SERVER,
    TODO,
    Checkout,
    Place,
    methods_named,
)
from .compare import Change
from .facets import BOUNDS
from .follow_names import follow_name
from .follow_values import follow_constant, follow_enum
from .items import Contract, mapping, sequence
from .subject import ADD, DROP, RENAME, Subject, subject_of
from .syntax import Function

_ERRORS = "src/julep/_calls/responses.py"


def follow(change: Change, old: Contract, new: Contract, checkout: Checkout) -> list[Place]:
    """Return the places that a change concerns, each once."""
    subject = subject_of(change, old, new)
    places: dict[tuple[str, str, int, str], Place] = {}
    for place in _places(subject, old, new, checkout):
        key = (place.area, place.path, place.line, place.name)
        before = places.get(key)
        # The graver state: what is to do for one reason may be done for another.
        if before is None or (before.state, place.state) in (
            (DONE, TODO),
            (CHECK, TODO),
            (DONE, CHECK),
        ):
            places[key] = place
    return list(places.values())


def _places(subject: Subject, old: Contract, new: Contract, checkout: Checkout) -> Iterator[Place]:
    change, item = subject.change, subject.change.item
    if item.kind in ("contract", "tag", "path", "component"):
        if change.facet == "security":
            yield from _security(checkout)
        return
    if item.kind in ("server", "security scheme"):
        yield from _server(subject, checkout) if item.kind == "server" else _security(checkout)
        return
    yield from _generated(subject, new, checkout)
    if item.kind == "operation":
        yield from _operation(subject, old, new, checkout)
    elif item.kind in ("response", "header") and not subject.name:
        yield from _response(subject, checkout)
    elif item.kind in ("body", "media type") and not subject.name:
        yield from _body(subject, checkout)
    elif item.kind == "schema" and not subject.name and change.facet != "enum":
        yield from _schema(subject, old, new, checkout)
    else:
        if subject.name:
            yield from follow_name(subject, checkout)
        if change.facet in (*BOUNDS, "default"):
            yield from follow_constant(subject, checkout)
        if change.facet == "enum":
            yield from follow_enum(subject, checkout)
        if change.kind in ("part added", "part removed"):
            yield from _part(subject, old if change.kind == "part removed" else new, checkout)
        if item.kind == "part" or change.facet in ("type", "discriminator", "closed"):
            yield from _class(subject, checkout)
    if change.level not in ("prose",) and item.kind != "schema":
        yield from _facts(subject, checkout)


def _generated(subject: Subject, new: Contract, checkout: Checkout) -> Iterator[Place]:
    if subject.mode == DROP and subject.change.item.kind in ("operation", "schema"):
        return
    if subject.schema:
        name = subject.change.item.name if subject.change.item.kind == "schema" else subject.schema
        yield checkout.generated(new, name, operation=False)
    else:
        names = subject.requests or subject.answers or (subject.change.item.key[1],)
        for name in names[:1]:
            yield checkout.generated(new, name, operation=True)


# Operations ---------------------------------------------------------------------------------------


def _operation(
    subject: Subject, old: Contract, new: Contract, checkout: Checkout
) -> Iterator[Place]:
    change = subject.change
    name, former = (
        change.item.name,
        str(change.old) if change.kind == "operation renamed" else change.item.name,
    )
    if change.kind == "operation added":
        yield from _new_operation(name, new, checkout)
        return
    methods = checkout.sdk.methods(former)
    public = methods_named(checkout.sdk, methods.public)
    if change.kind in ("operation removed", "operation renamed", "tags changed"):
        word = {"operation removed": "is gone", "operation renamed": f"is now {name}"}.get(
            change.kind, "is in another module"
        )
        for function in methods.private:
            if snake(former) in function.operations:
                line = function.operations[snake(former)]
                yield Place(
                    "SDK", function.module.path, line, function.name, f"{former} {word}", TODO
                )
        renamed = checkout.sdk.methods(name).private if change.kind == "operation renamed" else []
        for function in renamed:
            if snake(name) in function.operations:
                line = function.operations[snake(name)]
                yield Place("SDK", function.module.path, line, function.name, "", DONE)
    if change.kind == "operation removed":
        for function in methods.public:
            yield Place(
                "SDK", function.module.path, function.line, function.title, "remove it", TODO
            )
        for method in public:
            found = checkout.calls(method)
            if found:
                yield Place("tests", CALLS, found[0], f'"{method}"', "remove it", TODO)
            yield from checkout.documented(rf"\b{re.escape(method)}\b", f"mentions {method}")
    yield from _handler(change, name, former, checkout)
    if change.kind in ("operation moved", "method changed"):
        yield from _paths(change, checkout)
        yield checkout.corrections(f"/operations/{name}/{change.facet}", added=False)
    if change.facet in ("deprecated", "x-sunset", "description", "summary", "security"):
        for function in methods.public:
            if function.documented or change.facet not in ("description", "summary"):
                yield _noted(change, function)


def _noted(change: Change, function: Function) -> Place:
    title = function.title
    if change.facet == "deprecated":
        done = ("deprecated" in function.decorators) == (change.kind == "deprecated")
        note = "" if done else change.kind
        return Place(
            "SDK", function.module.path, function.line, title, note, DONE if done else TODO
        )
    return Place("SDK", function.module.path, function.line, title, f"{change.facet}", CHECK)


def _handler(change: Change, name: str, former: str, checkout: Checkout) -> Iterator[Place]:
    handler = checkout.server.handler(former)
    if change.kind == "operation removed" and handler:
        yield Place("server", handler.module.path, handler.line, former, "remove its handler", TODO)
    elif change.kind == "operation renamed":
        if handler:
            note = f"rename to {name}"
            yield Place("server", handler.module.path, handler.line, former, note, TODO)
        now = checkout.server.handler(name)
        if now:
            yield Place("server", now.module.path, now.line, name, "", DONE)


def _paths(change: Change, checkout: Checkout) -> Iterator[Place]:
    """Yield the tests and pages that have an operation's old path."""
    old = str(change.old) if change.facet == "path" else change.item.pointer[1]
    first = old.split("{")[0].rstrip("/")
    last = old.rpartition("}")[2].strip("/")
    pattern = rf"(?:[\"'}}]|/api){re.escape(first)}[/\"'?]" + (rf".*{re.escape(last)}\b" if last else "")
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
        state = DONE if found else TODO
        yield Place(
            "tests", CALLS, found[0] if found else 0, f'"{method}"' if method else "", note, state
        )
    for folder in ("tests/sdk", "tests/server"):
        names = [re.escape(f".{method.partition('.')[2]}(") for method in public]
        mentioned = bool(names and checkout.tests("|".join(names), "", folder))
        yield Place("tests", folder, 0, "", "its behavior", CHECK if mentioned else TODO)
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
        yield from checkout.documented(words, f"has methods beside {name}")[:MOST_LINES]


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
        note = f"no method calls {name}: add one beside {method}"
        yield Place("SDK", path, line, kind, note, TODO)
    if not manager:
        note = f"no method calls {name}: a manager for the tag {tag}"
        yield Place("SDK", f"{MANAGERS}/{snake(tag or name)}.py", 0, "", note, TODO)
        for path in ("src/julep/_client.py", "src/julep/_async_client.py"):
            yield Place("SDK", path, 0, "", "its property", TODO)
        yield Place("server", f"{SERVER}/app.py", 0, "HANDLERS", "its module", TODO)
        yield Place("server", f"{SERVER}/store/{snake(tag or name)}.py", 0, "", "its records", CHECK)
        yield Place("server", f"{SERVER}/db/tables.py", 0, "", "a table, with a migration", CHECK)
        for path in ("tests/sdk/helpers/methods.py", "tests/sdk/test_public_names.py"):
            yield Place("tests", path, 0, "", "its manager", TODO)


def _missing_handler(name: str, near: list[str], checkout: Checkout) -> Iterator[Place]:
    rows = [one for one in map(checkout.server.handler, near) if one]
    if rows:
        last = max((one for one in rows if one.module is rows[0].module), key=lambda one: one.line)
        note = f"HANDLERS has no {name}"
        yield Place("server", last.module.path, last.line, "", note, TODO)
    else:
        yield Place("server", f"{SERVER}/resources", 0, "", f"a module with a handler of {name}", TODO)


# Bodies and responses -----------------------------------------------------------------------------


def _body(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    change = subject.change
    media = change.item.name if change.item.kind == "media type" else ""
    operations = (*subject.requests, *subject.answers) if media else subject.requests
    for operation in operations[:MOST_LINES]:
        state = CHECK if change.facet else TODO
        note = f"{change.kind}{f', {media}' if media else ''}"
        for function in checkout.sdk.methods(operation).private:
            if snake(operation) in function.operations:
                line = function.operations[snake(operation)]
                yield Place("SDK", function.module.path, line, function.name, note, state)
        handler = checkout.server.handler(operation)
        if handler:
            yield Place("server", handler.module.path, handler.line, operation, note, state)
    if media:
        for area, folder in (("SDK", "src/julep"), ("server", SERVER)):
            yield from checkout.texts(area, folder, media, f"has {media}", CHECK)


def _response(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    change, item = subject.change, subject.change.item
    if change.level == "prose":
        return
    if item.kind == "header":
        found = [
            place
            for area, folder in (("SDK", "src/julep"), ("server", SERVER))
            for place in checkout.texts(
                area, folder, item.name, f"{item.name} {change.kind}", CHECK
            )
        ]
        yield from found
        if not any(place.area == "server" for place in found) and change.kind == "header added":
            for operation in subject.answers[:1]:
                handler = checkout.server.handler(operation)
                path = handler.module.path if handler else f"{SERVER}/http/responses.py"
                line = handler.line if handler else 0
                yield Place("server", path, line, operation, f"never sends {item.name}", TODO)
        return
    status = int(item.name) if item.name.isdigit() else 0
    operations = subject.answers or ((item.key[1],) if item.key[0] == "operation" else ())
    if status >= 400:
        yield from _status(status, change, checkout)
    for operation in operations[:1]:
        handler = checkout.server.handler(operation)
        if handler is None:
            continue
        lines = [
            (function, line)
            for function in handler.functions
            for line in function.module.integers.get(status, ())
            if function.line <= line <= function.end
        ]
        if lines and change.kind.endswith("added") and status < 400:
            for function, line in lines:
                yield Place("server", function.module.path, line, function.name, "", DONE)
        else:
            state = TODO if change.kind in ("success added", "success removed") else CHECK
            note = f"{change.kind}: {item.name}"
            yield Place("server", handler.module.path, handler.line, operation, note, state)
        if change.kind.startswith("success"):
            for function in checkout.sdk.methods(operation).public:
                note = f"what it returns: {change.kind}, {item.name}"
                yield Place("SDK", function.module.path, function.line, function.name, note, CHECK)


def _status(status: int, change: Change, checkout: Checkout) -> Iterator[Place]:
    """Yield where the SDK and the server have a status, or the table of the SDK's errors."""
    found = [
        Place("SDK", module.path, lines[0], "", f"has {status}", CHECK)
        for module in checkout.modules("src/julep/_calls", "src/julep/_settings", "src/julep/errors.py")
        if (lines := module.integers.get(status))
    ]
    if change.kind == "error added" and status < 500 and not found:
        for module in checkout.modules(_ERRORS):
            line = min(module.integers.get(400, [0]))
            yield Place("SDK", module.path, line, "", f"{status} has no class of its own", TODO)
    yield from found
    for module in checkout.modules(f"{SERVER}/errors.py"):
        for line in module.integers.get(status, [])[:1]:
            yield Place("server", module.path, line, "", f"has {status}", CHECK)


# Schemas, servers, security -----------------------------------------------------------------------


def _schema(subject: Subject, old: Contract, new: Contract, checkout: Checkout) -> Iterator[Place]:
    change = subject.change
    if change.kind in ("schema removed", "schema renamed"):
        former = change.item.name if change.kind == "schema removed" else str(change.old)
        name = checkout.class_name(former) if change.kind == "schema removed" else former
        note = f"{former} is {'gone' if change.kind == 'schema removed' else f'now {change.item.name}'}"
        for area, folders in (
            ("SDK", ("src/julep",)),
            ("server", (SERVER,)),
            ("tests", ("tests/sdk",)),
        ):
            yield from checkout.names(area, folders, name, note, TODO)
    elif change.level != "prose" and change.facet:
        yield from _class(subject, checkout)
    if change.kind != "schema added" and change.level != "prose":
        name = str(change.old) if change.kind == "schema renamed" else change.item.name
        yield checkout.corrections(f"/schemas/{name}", added=False)


def _part(subject: Subject, contract: Contract, checkout: Checkout) -> Iterator[Place]:
    """Yield the places of the properties that a part of a composition brings or takes."""
    whole = contract.items[subject.change.item.key[:-2]]
    siblings: set[str] = set()
    for part in sequence(mapping(whole.node).get("allOf")):
        siblings |= set(mapping(contract.resolve(part).get("properties")))
    mode = ADD if subject.change.kind == "part added" else DROP
    for name in mapping(contract.resolve(subject.change.item.node).get("properties")):
        one = replace(subject, mode=mode, name=name, former=name, siblings=frozenset(siblings - {name}))
        yield from follow_name(one, checkout)


def _class(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield the uses of a schema's class, for a change of what it is made of."""
    name = checkout.class_name(subject.schema) if subject.schema else ""
    if name:
        note = f"uses {name}"
        for area, folder in (
            ("SDK", "src/julep/managers"),
            ("SDK", "src/julep/_tools"),
            ("server", SERVER),
        ):
            yield from checkout.names(area, (folder,), name, note, CHECK)


def _server(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    change = subject.change
    url = str(change.old) if change.facet == "name" else change.item.name
    authority = re.sub(r"^\w+://|/.*$", "", url)
    if change.level == "prose" or not authority:
        return
    state = TODO if change.kind in ("server changed", "server removed") else CHECK
    host, _, port = authority.partition(":")
    for area, folder in (("SDK", "src/julep"), ("server", SERVER)):
        for module in checkout.modules(folder):
            for number, line in enumerate(module.lines, 1):
                if authority in line or (port and re.search(rf"=\s*{port}\b", line)):
                    yield Place(area, module.path, number, "", f"has {authority}", state)
    yield from checkout.documented(re.escape(authority), f"has {authority}")
    if host not in ("127.0.0.1", "localhost"):
        yield Place("SDK", "src/julep/env.py", 0, "", "the default base URL", CHECK)


def _security(checkout: Checkout) -> Iterator[Place]:
    for area, folder in (("SDK", "src/julep"), ("server", SERVER)):
        for word in ("Authorization", "Bearer ", "bearer"):
            yield from checkout.texts(area, folder, word, "authenticates requests", CHECK)
    if not any(True for _ in checkout.modules(f"{SERVER}/http/authentication.py")):
        return
    yield Place(
        "server", f"{SERVER}/http/authentication.py", 0, "", "authenticates requests", CHECK
    )


# Facts --------------------------------------------------------------------------------------------


def _facts(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield the entry for the difference from the published facts, which are never edited."""
    name = subject.former if subject.mode != ADD else subject.name
    item = subject.change.item
    if subject.schema:
        tail = f"/properties/{name}" if name else ""
        yield checkout.corrections(f"/schemas/{subject.schema}{tail}", added=subject.mode == ADD)
    elif subject.is_parameter and subject.requests:
        location = str(
            mapping(item.node).get("in") or (item.key[3] if len(item.key) > 3 else "query")
        )
        operation = subject.requests[0] if item.key[0] == "operation" else "*"
        address = f"/operations/{operation}/parameters/{location} {name}"
        yield checkout.corrections(address, added=subject.mode == ADD)
    elif item.kind == "operation" and subject.mode in (DROP, RENAME):
        yield checkout.corrections(
            f"/operations/{name or subject.change.old or item.name}", added=False
        )
    elif item.kind == "response" and subject.answers:
        yield checkout.corrections(f"/operations/{subject.answers[0]}/errors", added=True)
