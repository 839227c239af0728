"""The places of bodies, media types, responses and headers."""

from __future__ import annotations

from collections.abc import Iterator

from .chains import snake
from .checkout import CHECK, DONE, MOST_LINES, SERVER, TO_DO, Checkout, Place
from .compare import Change
from .subject import Subject

_ERRORS = "src/julep/_calls/error_responses.py"


def follow_body(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield the places of a request's body or of a media type."""
    change = subject.change
    media = change.item.name if change.item.kind == "media type" else ""
    operations = (*subject.requests, *subject.responses) if media else subject.requests
    for operation in operations[:MOST_LINES]:
        state = CHECK if change.facet else TO_DO
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


def follow_response(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield the places of a response or of a header."""
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
        # A shared header's own name is never sent; its uses are changes of their own.
        sent = item.key[0] != "components" and change.kind == "header added"
        if sent and not any(place.area == "server" for place in found):
            for operation in subject.responses[:1]:
                handler = checkout.server.handler(operation)
                path = handler.module.path if handler else f"{SERVER}/http/responses.py"
                line = handler.line if handler else 0
                yield Place("server", path, line, operation, f"never sends {item.name}", TO_DO)
        return
    status = int(item.name) if item.name.isdigit() else 0
    operations = subject.responses or ((item.key[1],) if item.key[0] == "operation" else ())
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
            state = TO_DO if change.kind in ("success added", "success removed") else CHECK
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
        for module in checkout.modules(
            "src/julep/_calls", "src/julep/_settings", "src/julep/_errors"
        )
        if (lines := module.integers.get(status))
    ]
    if change.kind == "error added" and status < 500 and not found:
        for module in checkout.modules(_ERRORS):
            line = min(module.integers.get(400, [0]))
            yield Place("SDK", module.path, line, "", f"{status} has no class of its own", TO_DO)
    yield from found
    for module in checkout.modules(f"{SERVER}/errors.py"):
        for line in module.integers.get(status, [])[:1]:
            yield Place("server", module.path, line, "", f"has {status}", CHECK)
