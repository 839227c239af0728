"""The places of whole schemas, servers and security."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from .checkout import CHECK, DONE, SERVER, TO_DO, Checkout, Place
from .follow_names import follow_name
from .items import Contract, mapping, sequence
from .subject import ADD, DROP, RENAME, Subject


def follow_schema(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield the places of a schema as a whole: its class, and its settings."""
    change = subject.change
    if change.kind in ("schema removed", "schema renamed"):
        gone = change.kind == "schema removed"
        former = change.item.name if gone else str(change.old)
        name = checkout.class_name(former) if gone else former
        note = f"{former} is gone" if gone else f"{former} is now {change.item.name}"
        yield from checkout.settings(rf"{re.escape(former)}:", note)
        for area, folders in (
            ("SDK", ("src/julep",)),
            ("server", (SERVER,)),
            ("tests", ("tests/sdk",)),
        ):
            yield from checkout.names(area, folders, name, note, TO_DO)
    elif change.level != "prose" and change.facet:
        yield from follow_class(subject, checkout)
    if change.kind == "schema added":
        yield checkout.corrections(f"/schemas/{change.item.name}", added=True)
    elif change.level != "prose":
        name = str(change.old) if change.kind == "schema renamed" else change.item.name
        yield checkout.corrections(f"/schemas/{name}", added=False)


def follow_part(subject: Subject, contract: Contract, checkout: Checkout) -> Iterator[Place]:
    """Yield the places of the properties that a part of a composition brings or takes."""
    whole = contract.items[subject.change.item.key[:-2]]
    siblings: set[str] = set()
    for part in sequence(mapping(whole.node).get("allOf")):
        siblings |= set(mapping(contract.resolve(part).get("properties")))
    mode = ADD if subject.change.kind == "part added" else DROP
    for name in mapping(contract.resolve(subject.change.item.node).get("properties")):
        one = replace(
            subject, mode=mode, name=name, former=name, siblings=frozenset(siblings - {name})
        )
        yield from follow_name(one, checkout)


def follow_lenient(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield the setting for attributes that reading does without.

    It is for servers that are older than the contract.
    """
    schema = re.escape(subject.schema)
    pattern = rf"{schema}: \[.*\b{re.escape(subject.former)}\b"
    if subject.change.kind in ("became required", "required property added"):
        note = f"whether older servers lack {subject.name}: lenient"
        yield from (
            checkout.settings(pattern, "", DONE)
            or checkout.settings(rf"{schema}: \[", note, CHECK)
            or checkout.settings("lenient:", note, CHECK)
        )
    elif subject.change.facet == "required" or subject.mode in (DROP, RENAME):
        yield from checkout.settings(pattern, f"lenient has {subject.former}")


def follow_class(subject: Subject, checkout: Checkout) -> Iterator[Place]:
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


def follow_server(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield the places that have a server's address."""
    change = subject.change
    url = str(change.old) if change.facet == "name" else change.item.name
    authority = re.sub(r"^\w+://|/.*$", "", url)
    if change.level == "prose" or not authority:
        return
    state = TO_DO if change.kind in ("server changed", "server removed") else CHECK
    host, _, port = authority.partition(":")
    for area, folder in (("SDK", "src/julep"), ("server", SERVER)):
        for module in checkout.modules(folder):
            for number, line in enumerate(module.lines, 1):
                if authority in line or (port and re.search(rf"=\s*{port}\b", line)):
                    yield Place(area, module.path, number, "", f"has {authority}", state)
    yield from checkout.documented(re.escape(authority), f"has {authority}")
    if host not in ("127.0.0.1", "localhost"):
        yield Place("SDK", "src/julep/env.py", 0, "", "the default base URL", CHECK)


def follow_security(checkout: Checkout) -> Iterator[Place]:
    """Yield the places that authenticate requests."""
    for area, folder in (("SDK", "src/julep"), ("server", SERVER)):
        for word in ("Authorization", "Bearer ", "bearer"):
            yield from checkout.texts(area, folder, word, "authenticates requests", CHECK)
    if not any(True for _ in checkout.modules(f"{SERVER}/http/authentication.py")):
        return
    yield Place(
        "server", f"{SERVER}/http/authentication.py", 0, "", "authenticates requests", CHECK
    )
