"""Where the name of a parameter or property stands in hand-written code, or should stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .chains import Handler
from .checkout import (
    CALLS,
    CHECK,
    DONE,
    MANAGERS,
    MOST_LINES,
    SERVER,
    TO_DO,
    TYPES,
    Checkout,
    Place,
    methods_named,
    python_names,
)
from .follow_values import facet_of_argument, facet_of_field, facet_of_read
from .subject import ADD, DROP, RENAME, Subject
from .syntax import Function, Module, Structure

_VERBS = {ADD: "add", DROP: "remove", RENAME: "rename"}
# What the driver writes itself: no method has an argument for it.
_OF_THE_DRIVER = ("idempotency-key", "prefer", "accept", "authorization", "last-event-id")


def follow_name(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield the places of a parameter or property."""
    if subject.is_parameter and subject.name.lower() in _OF_THE_DRIVER:
        note = f"{subject.name}: the driver writes it"
        yield from checkout.texts("SDK", "src/julep", subject.name, note, CHECK)
        yield from checkout.texts("server", SERVER, subject.name, "", CHECK)
        return
    for operation in subject.methods:
        yield from _arguments(subject, operation, checkout)
    if not subject.is_parameter:
        yield from _types(subject, checkout)
    for operation in subject.requests:
        yield from _reads(subject, operation, checkout)
    if subject.requests and not subject.is_parameter:
        yield from _lists(subject, checkout)
    if subject.responses:
        yield from _produced(subject, checkout)
        yield from _attributes(subject, checkout)
    if not subject.is_parameter:
        yield from _stored(subject, checkout)
    yield from _tests(subject, checkout)
    if subject.mode == ADD:
        yield from _mentions(subject, checkout)
    if subject.mode in (DROP, RENAME):
        word = re.escape(subject.former)
        pattern = rf"[`\"'.]{word}[`\"']|\b{word}="
        yield from checkout.documented(pattern, f"{subject.former} is mentioned")


def _known(subject: Subject) -> set[str]:
    """Return the spellings of the name that the code has, or must get."""
    return python_names(subject.name if subject.mode == ADD else subject.former)


def _sentence(subject: Subject) -> str:
    if subject.mode == RENAME:
        return f"rename {subject.former} to {subject.name}"
    return f"{_VERBS[subject.mode]} {subject.name}"


# The SDK --------------------------------------------------------------------------------------


def _arguments(subject: Subject, operation: str, checkout: Checkout) -> Iterator[Place]:
    """Yield the methods that have, or must have, the name as an argument."""
    methods = checkout.sdk.methods(operation)
    if not methods.public:
        yield Place("SDK", MANAGERS, 0, "", f"no method calls {operation}", TO_DO)
        return
    known = _known(subject)
    siblings = {name for each in subject.siblings for name in python_names(each)}
    spelled = [
        one
        for one in (*methods.private, *methods.public)
        if (one.parameters.keys() | one.documented.keys()) & (siblings | known)
    ]
    # An operation without other names: its methods have none either.
    whole = [
        one for one in (*methods.private, *methods.public) if not siblings or subject.is_parameter
    ]
    packed = bool(checkout.similar("src/julep/managers", ("fields",), set(subject.siblings), ""))
    for function in spelled or ([] if packed and not subject.is_parameter else whole):
        if function in methods.private and not function.within and function not in spelled:
            continue
        if subject.mode == ADD and checkout.sdk.sends_itself(function, known):
            yield Place("SDK", function.module.path, function.line, function.title, "", DONE)
        else:
            yield from _argument(subject, function, known, siblings)


def _argument(
    subject: Subject, function: Function, known: set[str], siblings: set[str]
) -> Iterator[Place]:
    name = function.title
    path = function.module.path
    own = known & function.parameters.keys()
    if any(each.startswith("**") for each in function.parameters) and not own:
        # Its keywords are those of a TypedDict, which is named by itself.
        yield from _sentences(subject, function, known, siblings)
        return
    if subject.mode == ADD:
        stub = "overload" in function.decorators
        passes = stub or bool(
            known & (function.uses | function.texts.keys() | function.keys.keys())
        )
        documented = not function.documented or bool(known & function.documented.keys())
        done = bool(own) and passes and documented
        lines = [function.line]
        if (not done and own and not passes) or not own:
            lines += _passing(function, siblings)
        what = f"add {subject.name}" if not own or not passes else f"document {subject.name}"
        for line in lines:
            yield Place("SDK", path, line, name, "" if done else what, DONE if done else TO_DO)
        return
    lines = [function.parameters[each] for each in own]
    lines += [function.documented[each][0] for each in known & function.documented.keys()]
    if subject.mode in (DROP, RENAME):
        # A part of the path is passed by position: its argument may keep its name.
        kept = subject.in_path
        for line in lines:
            yield Place("SDK", path, line, name, _sentence(subject), CHECK if kept else TO_DO)
        return
    yield from facet_of_argument(subject.change, function, next(iter(own), ""), name)


def _sentences(
    subject: Subject, function: Function, known: set[str], siblings: set[str]
) -> Iterator[Place]:
    """Yield what a docstring says of the arguments that a function has as keywords."""
    own = known & function.documented.keys()
    path, name = function.module.path, function.title
    if subject.mode == ADD and function.documented.keys() & siblings:
        line = function.documented[next(iter(own))][0] if own else function.line
        note = "" if own else f"document {subject.name}"
        yield Place("SDK", path, line, name, note, DONE if own else TO_DO)
    for each in own:
        if subject.mode in (DROP, RENAME):
            yield Place("SDK", path, function.documented[each][0], name, _sentence(subject), TO_DO)
        elif subject.mode != ADD:
            yield from facet_of_argument(subject.change, function, each, name)


def _passing(function: Function, siblings: set[str]) -> list[int]:
    """Return the lines of calls within a function that pass the other arguments on."""
    return [
        one.line
        for one in function.module.structures
        if one.inside is function and one.kind == "keywords" and one.names.keys() & siblings
    ][:3]


def _types(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield the TypedDicts of arguments that repeat the schema."""
    public = [one for each in subject.methods for one in checkout.sdk.methods(each).public]
    found = checkout.argument_types(public)
    if subject.requests:
        near = checkout.similar(TYPES, ("fields", "dict"), set(subject.siblings), subject.schema)
        wide = checkout.argument_types(public)
        found += [
            pair
            for pair in near
            if pair not in found and not (wide and pair[1].owner.endswith("Args"))
        ]
    names = subject.siblings | _known(subject)
    relevant = [
        pair for pair in found if not pair[1].owner.endswith("Args") or pair[1].names.keys() & names
    ]
    yield from _fields(subject, relevant, "SDK")


def _fields(subject: Subject, found: list[tuple[Module, Structure]], area: str) -> Iterator[Place]:
    for module, structure in found:
        own = _known(subject) & structure.names.keys()
        if subject.mode == ADD:
            done = bool(own)
            line = structure.names[next(iter(own))] if own else structure.line
            note = "" if done else f"add {subject.name}"
            yield Place(area, module.path, line, structure.owner, note, DONE if done else TO_DO)
        for each in own if subject.mode in (DROP, RENAME) else ():
            yield Place(
                area, module.path, structure.names[each], structure.owner, _sentence(subject), TO_DO
            )
        for each in own if subject.mode not in (ADD, DROP, RENAME) else ():
            yield from facet_of_field(subject.change, module, structure, each, area)


def _attributes(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield the SDK's uses of what a response has no longer, or in another form."""
    if subject.mode == ADD or subject.change.level == "prose":
        return
    note = f"uses .{subject.former}, perhaps of {subject.schema or 'this response'}"
    found = [
        Place("SDK", module.path, line, "", note, CHECK)
        for module in checkout.modules("src/julep/managers", "src/julep/_tools", "src/julep/_calls")
        for line in module.attributes.get(subject.former, ())
    ]
    yield from found[:MOST_LINES]


# The server -----------------------------------------------------------------------------------


def _reads(subject: Subject, operation: str, checkout: Checkout) -> Iterator[Place]:
    """Yield where the server reads the name, or should."""
    handler = checkout.server.handler(operation)
    if handler is None:
        yield Place("server", f"{SERVER}/resources", 0, "", f"{operation} has no handler", TO_DO)
        return
    if subject.mode == ADD and operation not in subject.methods and not subject.is_parameter:
        return  # deep in a body: what repeats its schema is named by itself
    if subject.mode == ADD:
        yield from _new_reads(subject, operation, handler, checkout)
        return
    known = _known(subject)
    if subject.mode in (DROP, RENAME):
        yield from _read_no_longer(subject, _lines(known, handler, checkout), checkout)
        return
    places = [
        place
        for function in handler.functions
        for each in sorted(known & (function.texts.keys() | function.reads.keys()))
        for place in facet_of_read(subject.change, function, each)
    ]
    yield from places
    if not places and subject.change.facet == "default" and operation in subject.methods:
        note = f"has no default of {subject.name}"
        yield Place("server", handler.module.path, handler.line, operation, note, CHECK)


def _new_reads(
    subject: Subject, operation: str, handler: Handler, checkout: Checkout
) -> Iterator[Place]:
    """Yield where the server reads a new name, or the places that must."""
    known = _known(subject)
    # The resource's row may name it: handlers that several share get their filters there.
    found = _lines(known, handler, checkout) or [
        (handler.module.path, line)
        for one in handler.module.structures
        if one.kind == "texts" and one.inside is None
        for name, line in one.names.items()
        if name in known
    ]
    if found:
        path, line = found[0]
        yield Place("server", path, line, "", "", DONE)
        return
    note = f"never reads {subject.name}"
    yield Place("server", handler.module.path, handler.line, operation, note, TO_DO)
    near = [(len(subject.siblings & one.texts.keys()), one) for one in handler.functions]
    best = sorted((pair for pair in near if pair[0]), key=lambda pair: -pair[0])[:2]
    note = f"reads others of its schema, not {subject.name}"
    for _, function in best:
        yield Place("server", function.module.path, function.line, function.name, note, TO_DO)
    if subject.is_parameter:
        yield from _queries(subject, handler.functions, checkout)


def _lines(names: set[str], handler: Handler, checkout: Checkout) -> list[tuple[str, int]]:
    """Return the lines of a handler's functions that have one of some names as text."""
    texts = checkout.server.texts(handler.functions)
    return sorted({(module.path, line) for each in names for module, line in texts.get(each, ())})


def _read_no_longer(
    subject: Subject, found: list[tuple[str, int]], checkout: Checkout
) -> Iterator[Place]:
    """Yield the lines that read a name that is gone, or that other operations have still."""
    others = {
        (module.path, line): other
        for other in reversed(subject.keepers)
        if (handler := checkout.server.handler(other)) is not None
        for name, places in checkout.server.texts(handler.functions).items()
        if name in _known(subject)
        for module, line in places
    }
    for place in found[:MOST_LINES]:
        other = others.get(place)
        note = _sentence(subject) if other is None else f"reads {subject.former}, for {other} too"
        yield Place("server", *place, "", note, TO_DO if other is None else CHECK)


def _lists(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield the tuples of names that repeat a schema of requests."""
    known = _known(subject)
    for module, one in checkout.similar(SERVER, ("texts",), set(subject.siblings), ""):
        own = bool(known & one.names.keys())
        if subject.mode == ADD:
            note = "" if own else f"lists others of its schema, not {subject.name}"
            yield Place("server", module.path, one.line, one.owner, note, DONE if own else CHECK)
        elif own and subject.mode in (DROP, RENAME):
            yield Place("server", module.path, one.line, one.owner, _sentence(subject), TO_DO)


def _queries(subject: Subject, functions: list[Function], checkout: Checkout) -> Iterator[Place]:
    """Yield what carries a list's parameters to its query."""
    folder = f"{SERVER}/store"
    for module, one in checkout.similar(folder, ("fields",), set(subject.siblings), ""):
        note = f"carries other parameters, perhaps {subject.name} too"
        yield Place("server", module.path, one.line, one.owner, note, CHECK)
    for function in functions:
        path = function.module.path
        if path.startswith(folder) and "Page" in function.annotations.values():
            yield Place("server", path, function.line, function.name, "selects the page", CHECK)


def _produced(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield where the server makes the objects of a response."""
    known = _known(subject)
    found = checkout.similar(SERVER, ("dict",), set(subject.siblings), subject.schema)
    if not found and subject.mode == ADD and not (subject.siblings and subject.requests):
        for operation in subject.responses[:3]:
            handler = checkout.server.handler(operation)
            if handler is not None:
                note = f"responds without {subject.name}"
                yield Place("server", handler.module.path, handler.line, operation, note, TO_DO)
    for module, structure in found:
        function = structure.inside
        keys = structure.names if function is None else {**function.keys, **structure.names}
        if function is not None:
            keys.update({text: lines[0] for text, lines in function.texts.items()})
        own = known & keys.keys()
        title = function.name if function else structure.owner
        if subject.mode == ADD:
            note = "" if own else f"produce {subject.name}"
            line = keys[next(iter(own))] if own else structure.line
            yield Place("server", module.path, line, title, note, DONE if own else TO_DO)
            continue
        for each in own:
            note = _sentence(subject) if subject.mode in (DROP, RENAME) else f"produces {each}"
            state = TO_DO if subject.mode in (DROP, RENAME) else CHECK
            if subject.change.level != "prose":
                yield Place("server", module.path, keys[each], title, note, state)


def _stored(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield the record and the table that hold the field, and the migration."""
    if subject.change.level == "prose" or subject.change.facet in (
        "default",
        "deprecated",
        "x-sunset",
    ):
        return
    records = checkout.similar(
        f"{SERVER}/store", ("fields",), set(subject.siblings), subject.schema
    )
    tables = checkout.similar(
        f"{SERVER}/db/tables.py", ("columns",), set(subject.siblings), subject.schema
    )
    yield from _fields(subject, records, "server")
    yield from _fields(subject, tables, "server")
    if tables and subject.mode in (ADD, DROP, RENAME):
        held = any(python_names(subject.name) & one.names.keys() for _, one in tables)
        yield checkout.migration(subject.name, in_table=held and subject.mode != DROP)
        yield from checkout.schema_versions()


# Tests ----------------------------------------------------------------------------------------


def _tests(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield the rows of invalid arguments."""
    public = [one for each in subject.methods for one in checkout.sdk.methods(each).public]
    for method, functions in methods_named(checkout.sdk, public).items():
        found = checkout.calls(method)
        spelled = any(
            one.parameters.keys() & (subject.siblings | _known(subject)) for one in functions
        )
        if found is None or not (spelled or subject.is_parameter):
            continue
        if all(checkout.sdk.sends_itself(one, _known(subject)) for one in functions):
            continue
        line, names = found
        own = bool(_known(subject) & names)
        title = f'"{method}"'
        if subject.mode == ADD:
            note = "" if own else f"invalid values of {subject.name}"
            yield Place("tests", CALLS, line, title, note, DONE if own else TO_DO)
        elif own and subject.mode in (DROP, RENAME):
            yield Place("tests", CALLS, line, title, _sentence(subject), TO_DO)
        elif own and subject.change.level != "prose":
            yield Place("tests", CALLS, line, title, f"invalid values of {subject.name}", CHECK)


def _mentions(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield the tests and pages about the methods that get an argument."""
    public = [one for each in subject.methods for one in checkout.sdk.methods(each).public]
    names = [one for one in methods_named(checkout.sdk, public) if _spelled(subject, one, public)]
    if names:
        words = "|".join(rf"\b{re.escape(name)}\(" for name in names)
        yield from checkout.most("tests/sdk", words, f"a test of {subject.name}")
        yield from checkout.documented(words, f"calls {', '.join(names)}")[:MOST_LINES]
    if subject.path:
        steps = re.sub(r"\{[^}]*\}", "\n", subject.path).split("\n")
        pattern = "[^/'\"]+".join(map(re.escape, steps))
        yield from checkout.most(
            "tests/server", rf"[\"'}}]{pattern}[\"'?]", f"a test of {subject.name}"
        )


def _spelled(subject: Subject, method: str, public: list[Function]) -> bool:
    names = subject.siblings | _known(subject)
    return any(
        one.parameters.keys() & names for one in public if one.name == method.partition(".")[2]
    )
