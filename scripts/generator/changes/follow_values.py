"""Where hand-written code repeats the details of the contract: values, bounds, defaults, types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from .checkout import CHECK, DONE, MOST_LINES, SERVER, TO_DO, Checkout, Place
from .compare import Change
from .facets import BOUNDS, enum_values
from .subject import Subject
from .syntax import Function, Module, Structure

_NUMBER = re.compile(r"-?\d[\d_]*(?:\.\d+)?")
_TESTS = ("tests/sdk/helpers", "tests/server/helpers")


def facet_of_argument(change: Change, function: Function, name: str, title: str) -> Iterator[Place]:
    """Yield what a facet's change means for an argument of a method."""
    path = function.module.path
    line, text = function.documented.get(name, (0, ""))
    at = function.parameters.get(name, function.line)
    if change.level == "prose":
        if text:
            yield Place("SDK", path, line, title, f"describes {name}", CHECK)
        return
    if change.facet == "required" and name:
        has = name in function.defaults
        now = change.kind == "became required"
        note = f"{name} {'has a default' if has else 'has none'}"
        yield Place(
            "SDK", path, at, title, note if has == now else "", TO_DO if has == now else DONE
        )
        return
    if change.facet == "default" and name:
        default = function.defaults.get(name, "None")
        if default not in {"None", "UNSET"}:
            yield _compared("SDK", path, at, title, default, change, f"{name}'s default")
    repeated = change.facet in (*BOUNDS, "default", "deprecated")
    if text and (repeated or change.kind.startswith("enum values")):
        yield from _documented(change, path, line, title, text)
        return
    if name and not repeated and not change.kind.startswith("enum values"):
        yield Place("SDK", path, at, title, f"{name}: {change.facet}", CHECK)


def _documented(change: Change, path: str, line: int, title: str, text: str) -> Iterator[Place]:
    """Yield a docstring's sentence that repeats what changed."""
    if change.facet == "deprecated":
        done = ("deprecated" in text.lower()) == (change.kind == "deprecated")
        yield Place("SDK", path, line, title, "" if done else change.kind, DONE if done else TO_DO)
        return
    if change.facet == "enum":
        old, new = _added(change)
        if any(f"``{each}``" in text or f'"{each}"' in text for each in old):
            done = all(each in text for each in new) and not any(
                each in text for each in _gone(change)
            )
            note = "" if done else "lists the values"
            yield Place("SDK", path, line, title, note, DONE if done else TO_DO)
        return
    words = {each.replace("_", "") for each in _NUMBER.findall(text)} | set(
        re.findall(r"\w+", text)
    )
    old_text, new_text = str(change.old).lstrip("-"), str(change.new).lstrip("-")
    words = {word.lstrip("-").lower() for word in words}
    if change.new is not None and new_text.lower() in words:
        yield Place("SDK", path, line, title, "", DONE)
    elif change.old is not None and old_text.lower() in words:
        yield Place("SDK", path, line, title, f"has {change.old}", TO_DO)
    elif change.old is None:
        yield Place("SDK", path, line, title, f"{change.facet} is now {change.new!r}", CHECK)


def facet_of_field(
    change: Change, module: Module, structure: Structure, name: str, area: str
) -> Iterator[Place]:
    """Yield what a facet's change means for a field of a class or a column."""
    line = structure.names[name]
    if change.level == "prose" or change.facet in BOUNDS:
        return
    if change.facet == "required" and area == "SDK":
        annotation = structure.texts.get(name, "")
        optional = "NotRequired" in annotation or (
            "None" in annotation and "Required" not in annotation
        )
        now = change.kind == "became required"
        state = TO_DO if optional == now else DONE
        note = f"{name} is {'optional' if optional else 'required'}" if state == TO_DO else ""
        yield Place(area, module.path, line, structure.owner, note, state)
    elif change.facet not in ("default", "enum", "deprecated", "x-sunset"):
        yield Place(area, module.path, line, structure.owner, f"{name}: {change.facet}", CHECK)


def facet_of_read(change: Change, function: Function, name: str) -> Iterator[Place]:
    """Yield what a facet's change means where the server reads a name."""
    path = function.module.path
    if change.level == "prose":
        return
    if change.facet == "default":
        if name in function.reads:
            line, default = function.reads[name]
            yield _compared(
                "server", path, line, function.name, default, change, f"{name}'s default"
            )
        return
    if change.facet in ("deprecated", "x-sunset", "enum", *BOUNDS):
        return  # checked by the contract's schema before a handler runs
    for line in function.texts.get(name, ())[:1]:
        yield Place("server", path, line, function.name, f"reads {name}", CHECK)


def _compared(
    area: str, path: str, line: int, title: str, default: str, change: Change, what: str
) -> Place:
    done = default in (repr(change.new), str(change.new))
    note = "" if done else f"{what} is {default}"
    return Place(area, path, line, title, note, DONE if done else TO_DO)


# Enums ----------------------------------------------------------------------------------------


def _added(change: Change) -> tuple[list[Any], list[Any]]:
    """Return the values that were there before, and those that came."""
    old, new = enum_values(change.old), enum_values(change.new)
    return old, [each for each in new if each not in old]


def _gone(change: Change) -> list[Any]:
    old, _ = _added(change)
    return [each for each in old if each not in enum_values(change.new)]


def _texts(values: Iterable[Any]) -> set[str]:
    return {each for each in values if isinstance(each, str)}


def follow_enum(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield the structures that list the values of an enum, and single uses of them."""
    change = subject.change
    old, _ = _added(change)
    texts = _texts(old) or _texts(enum_values(change.new))
    for area, folder in (
        ("SDK", "src/julep"),
        ("server", SERVER),
        *(("tests", one) for one in _TESTS),
    ):
        found = list(_lists(area, checkout.modules(folder), texts, change, subject.name))
        yield from found[: 2 * MOST_LINES]
        if area != "tests":
            yield from _uses(
                area, checkout.modules(folder), texts, subject.name, {one.line for one in found}
            )


def _lists(
    area: str, modules: Iterable[Module], values: set[str], change: Change, name: str
) -> Iterator[Place]:
    _, new = _added(change)
    gone = _texts(_gone(change)) if change.kind != "enum values added" else set[str]()
    wanted = _texts(new) if change.kind != "enum values removed" else set[str]()
    for module in modules:
        seen: set[int] = set()
        for one in module.structures:
            held = values & one.names.keys()
            most = len(held) >= 0.6 * len(one.names) and len(held) >= min(2, len(values))
            alone = len(values) == 1 and one.owner.lower().strip("_") != name.lower()
            if one.kind not in ("texts", "dict") or not most or alone or one.line in seen:
                continue
            seen.add(one.line)
            # Values that came or went are the ones that a whole list has, or has no longer.
            rest = values - gone
            if not rest <= one.names.keys():
                note = f"lists {len(held)} of the {len(values)} values"
                yield Place(area, module.path, one.line, one.owner, note, CHECK)
                continue
            missing, extra = wanted - one.names.keys(), gone & one.names.keys()
            note = _listing("add", missing) or _listing("remove", extra)
            yield Place(area, module.path, one.line, one.owner, note, TO_DO if note else DONE)


def _listing(verb: str, values: set[str]) -> str:
    return f"{verb} {', '.join(sorted(map(repr, values)))}" if values else ""


def _uses(
    area: str, modules: Iterable[Module], values: set[str], name: str, seen: set[int]
) -> Iterator[Place]:
    """Yield where a single value is compared with, or written to, what has the property's name."""
    found = sorted(
        {
            (module.path, line)
            for module in modules
            for value in values
            for used, line in module.comparisons.get(value, ())
            if used == name and line not in seen
        }
    )
    for path, line in found[:MOST_LINES]:
        yield Place(area, path, line, "", f"uses a value of {name}", CHECK)


# Numbers --------------------------------------------------------------------------------------


def follow_constant(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield constants of the old value that repeat the contract, by their name or docstring."""
    change = subject.change
    if not isinstance(change.old, int | float | str) or isinstance(change.old, bool):
        return
    stems = {subject.name.upper(), *({"PAGE_SIZE"} if subject.name == "limit" else ())}
    for area, folder in (("SDK", "src/julep"), ("server", SERVER)):
        for module in checkout.modules(folder):
            for name, (line, value) in module.constants.items():
                around = " ".join(module.lines[line - 1 : line + 2])
                related = any(stem in name for stem in stems) or "by the contract" in around
                held = getattr(value, "value", None)
                if related and type(held) is type(change.old) and held == change.old:
                    yield Place(area, module.path, line, name, f"is {change.old!r}", TO_DO)
            for structure in module.structures:
                if structure.kind != "fields" or area != "server":
                    continue
                line = structure.names.get(subject.name, 0)
                if line and f"= {change.old}" in module.lines[line - 1]:
                    yield Place(
                        area, module.path, line, structure.owner, f"is {change.old!r}", TO_DO
                    )
    yield from _integers(subject, checkout)
    yield from _sentences(subject, checkout)


def _integers(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield lines of the handlers that have the old number beside the name."""
    change = subject.change
    for operation in subject.requests:
        handler = checkout.server.handler(operation)
        for function in handler.functions if handler else ():
            for line in function.module.integers.get(change.old, ()):
                near = " ".join(function.module.lines[line - 2 : line])
                if function.line <= line <= function.end and subject.name in near:
                    note = f"has {change.old!r}"
                    yield Place("server", function.module.path, line, function.name, note, TO_DO)


def _sentences(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield texts and rows of tests with the old number, if it is no small one."""
    old = subject.change.old
    if not isinstance(old, int | float) or abs(old) < 10:
        return
    word = re.compile(rf"(?<![\w.]){re.escape(str(old))}(?![\w])")
    for operation in subject.requests:
        for function in checkout.sdk.methods(operation).public:
            for line, text in function.documented.values():
                if word.search(text):
                    yield Place(
                        "SDK", function.module.path, line, function.title, f"has {old}", TO_DO
                    )
    # Elsewhere a number is meant if the name is beside it, or if it is a large one.
    for module in checkout.modules(*_TESTS):
        for line in module.integers.get(int(old), ()):
            if abs(old) >= 1000 or subject.name in module.lines[line - 1]:
                yield Place("tests", module.path, line, "", f"has {old}", CHECK)
    beside = "" if abs(old) >= 1000 else rf"(?=.*\b{re.escape(subject.name)}\b)"
    pattern = rf"^{beside}.*(?<![\w.:]){re.escape(str(old))}(?![\w])"
    yield from checkout.documented(pattern, f"has {old}")
