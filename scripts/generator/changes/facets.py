"""Compare the facets of one item: which rule a difference falls under, and how it reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .items import PROSE, Facet, Item, Pointer, mapping, sequence

_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")
_OTHER_BOUNDS = ("pattern", "multipleOf", "uniqueItems", "contentEncoding", "contentMediaType")
BOUNDS = (*_LOWER, *_UPPER, *_OTHER_BOUNDS)
_FLAGS = {
    "required": ("became required", "became optional"),
    "nullable": ("null allowed", "null forbidden"),
    "closed": ("further properties forbidden", "further properties allowed"),
    "readOnly": ("became read-only", "became writable"),
    "writeOnly": ("became write-only", "became readable"),
    "deprecated": ("deprecated", "no longer deprecated"),
}
# The facets of other names that fall under one rule each.
_PLAIN = {
    "path": "operation moved",
    "method": "method changed",
    "tags": "tags changed",
    "name": "parameter renamed",
    "in": "encoding changed",
    "style": "encoding changed",
    "explode": "encoding changed",
    "allowReserved": "encoding changed",
    "encoding": "encoding changed",
    "collectionFormat": "encoding changed",
    "x-sunset": "sunset changed",
    "discriminator": "discriminator changed",
    "servers": "server changed",
    "links": "links changed",
    "callbacks": "links changed",
    "openapi": "contract version changed",
    "info.version": "contract version changed",
}
_OF_KINDS = {
    "security scheme": "security scheme changed",
    "server": "server changed",
    "component": "component changed",
}
# Formats that have a type of their own in Python; others are notes.
TYPED_FORMATS = ("uuid", "date-time", "date", "time", "duration", "byte", "binary")


class Difference(NamedTuple):
    """One facet that differs."""

    kind: str
    facet: str
    text: str
    old: Any
    new: Any
    pointer: Pointer


def facet_changes(
    before: Item, after: Item, schemas: Mapping[str, str], security: tuple[Any, Any]
) -> Iterator[Difference]:
    """Yield how an item's facets differ.

    Args:
        before: The item of the old contract.
        after: The same of the new one.
        schemas: New names of schemas, by old ones.
        security: What the old and the new contract require of operations by default.
    """
    for name in [*after.facets, *(one for one in before.facets if one not in after.facets)]:
        old, new = before.facets.get(name), after.facets.get(name)
        plain = name.removeprefix("schema ")
        was, now = (None if facet is None else facet.value for facet in (old, new))
        if plain == "type":
            was = schemas.get(str(was), was)
        if plain == "security" and after.kind == "operation":
            was, now = (
                default if facet is None else facet.value
                for facet, default in zip((old, new), security, strict=True)
            )
        if _same(was, now) and (plain == "security" or (old is None) == (new is None)):
            continue
        pointer = after.pointer if new is None else new.pointer
        null = None in sequence(was), None in sequence(now)
        if (
            plain == "enum"
            and was
            and now
            and null[0] != null[1]
            and not _null_moved(before, after)
        ):
            kind = _FLAGS["nullable"][0 if null[1] else 1]
            yield Difference(kind, "nullable", kind, null[0], null[1], pointer)
        for kind, text, where in _judged(after, plain, was, now, old, new, pointer):
            yield Difference(kind, plain, text, was, now, where)


def _null_moved(before: Item, after: Item) -> bool:
    """Check whether null is allowed or forbidden by its own keyword, not by an enum's values."""
    return ("nullable" in before.facets) != ("nullable" in after.facets)


def _same(old: Any, new: Any) -> bool:
    """Compare values as JSON: True is not 1, and the order of names does not matter."""
    return json.dumps(old, sort_keys=True, default=str) == json.dumps(
        new, sort_keys=True, default=str
    )


def _judged(
    item: Item,
    name: str,
    was: Any,
    now: Any,
    old: Facet | None,
    new: Facet | None,
    pointer: Pointer,
) -> Iterator[tuple[str, str, Pointer]]:
    """Yield the rule, the text and the place of a facet that differs."""
    before = "none" if old is None and was is None else shown(was)
    after = "none" if new is None and now is None else shown(now)
    change = f"{before} → {after}"
    if name in PROSE or (name.startswith("info.") and name not in _PLAIN):
        yield "prose changed", f"{name} changed", pointer
    elif name == "enum":
        yield from _enum(was, now, new, pointer)
    elif name in _FLAGS and (was in (True, None) and now in (True, None)):
        kind = _FLAGS[name][0 if now else 1]
        yield kind, kind, pointer
    elif name.startswith("requires "):
        kind = _FLAGS["required"][0 if now else 1]
        yield kind, f"{name.removeprefix('requires ')} {kind}", pointer
    elif name == "type":
        yield _type(was, now), f"type {change}", pointer
    elif name == "format":
        typed = was in TYPED_FORMATS or now in TYPED_FORMATS
        yield "format changed" if typed else "format noted", f"format {change}", pointer
    elif name == "default":
        done = "added" if old is None else "removed" if new is None else "changed"
        yield f"default {done}", f"default {change}", pointer
    elif name in BOUNDS:
        yield _bound(name, was, now), f"{name} {change}", pointer
    elif name == "security":
        loosened = _alternatives(was) <= _alternatives(now) or not now
        kind = "security loosened" if loosened else "security required"
        yield kind, f"security {change}", pointer
    elif item.kind in _OF_KINDS:
        yield _OF_KINDS[item.kind], f"{name} {change}", pointer
    elif name in _PLAIN:
        yield _PLAIN[name], f"{name} {change}", pointer
    else:
        kind = "extension changed" if name.startswith("x-") else "keyword changed"
        yield kind, f"{name} {change}", pointer


def _enum(
    was: Any, now: Any, new: Facet | None, pointer: Pointer
) -> Iterator[tuple[str, str, Pointer]]:
    if not isinstance(was, list) or not isinstance(now, list):
        values = ", ".join(shown(each) for each in enum_values(now if was is None else was))
        kind = "enum added" if was is None else "enum removed"
        yield kind, f"{'now' if was is None else 'no longer'} one of {values}", pointer
        return
    added = [each for each in enum_values(now) if each not in enum_values(was)]
    removed = [each for each in enum_values(was) if each not in enum_values(now)]
    if added and new is not None:
        first = sequence(new.value).index(added[0])
        at = (*new.pointer, str(first)) if new.pointer[-1] == "enum" else new.pointer
        yield "enum values added", f"new {_listed(added)}", at
    if removed:
        yield "enum values removed", f"without {_listed(removed)}", pointer


def enum_values(values: Any) -> list[Any]:
    """Return the values of an enum; null only if nothing else is in it."""
    known = [each for each in sequence(values) if each is not None]
    return known or sequence(values)


def _listed(values: list[Any]) -> str:
    return f"value{'s' if len(values) > 1 else ''} {', '.join(shown(each) for each in values)}"


def _type(was: Any, now: Any) -> str:
    wide = {"integer": {"integer"}, "number": {"integer", "number"}}

    def kinds(value: Any) -> set[str]:
        return {kind for each in str(value).split(" or ") for kind in wide.get(each, {each})}

    if was is None or (now is not None and kinds(now) < kinds(was)):
        return "type narrowed"
    if now is None or kinds(was) < kinds(now):
        return "type widened"
    return "type changed"


def _bound(name: str, was: Any, now: Any) -> str:
    if was is None or now is None:
        return "bound loosened" if now is None else "bound tightened"
    numbers = all(isinstance(each, int | float) for each in (was, now))
    if not numbers or name in _OTHER_BOUNDS or isinstance(was, bool) or isinstance(now, bool):
        return "bound changed"
    return "bound tightened" if (now > was) == (name in _LOWER) else "bound loosened"


def _alternatives(requirements: Any) -> set[str]:
    return {json.dumps(mapping(each), sort_keys=True) for each in sequence(requirements)}


def shown(value: Any) -> str:
    """Return a value as short text."""
    if isinstance(value, str):
        text = repr(value)
    else:
        text = json.dumps(value, ensure_ascii=False, default=str, sort_keys=True)
    return text if len(text) <= 60 else f"{text[:57]}…"
