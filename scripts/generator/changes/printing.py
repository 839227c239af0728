"""The list of changes and places, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .checkout import CHECK, DELIBERATE, DONE, EXCEPTIONS, TO_DO, Place
from .compare import Change
from .rules import BREAKING, LEVELS, MARKS, PROSE, STEPS, WARNING, most_severe

_AREAS = ("generated", "SDK", "server", "tests", "contract", "docs", "changelog")
_WIDTH = 100
_MOST_PROSE = 5


class Followed(NamedTuple):
    """A change and its places."""

    change: Change
    places: Sequence[Place]


def to_do(found: Sequence[Followed]) -> int:
    """Count the places that are to do, each once."""
    return len({(p.path, p.line, p.name) for one in found for p in one.places if p.state == TO_DO})


def step(found: Sequence[Followed]) -> str | None:
    """Return the step of the version that the changes call for."""
    level = most_severe(one.change.level for one in found)
    return None if level is None else STEPS[level]


def text_of(found: Sequence[Followed], spec: str, since: str) -> Iterator[str]:
    """Yield the lines of the list.

    Args:
        found: The changes.
        spec: The contract's file, for the lines.
        since: What it was compared with.
    """
    if not found:
        yield f"{spec}: no change since {since}"
        return
    counts = [(level, sum(one.change.level == level for one in found)) for level in LEVELS]
    levels = ", ".join(
        level if len(found) == 1 else f"{count} {level}" for level, count in counts if count
    )
    changes = "1 change" if len(found) == 1 else f"{len(found)} changes"
    yield _row(f"{spec}: {changes} since {since} ({levels})", f"suggests a {step(found)} version")
    prose = [one for one in found if one.change.level == PROSE]
    for one in sorted(found, key=lambda one: one.change.line):
        if one.change.level == PROSE and len(prose) > _MOST_PROSE:
            continue
        yield from _change(one, spec)
    if len(prose) > _MOST_PROSE:
        yield f"  {MARKS[PROSE]} {len(prose)} changes of prose, and the like; --json has them"
    count = to_do(found)
    if count:
        yield "TO DO: the place must follow. check: it may have to; that is for you to judge."
        places = "1 place" if count == 1 else f"{count} places"
        yield (
            f"{places} to do. ./scripts/generate --todo prints them again; "
            "scripts/test --contract is red until none is left."
        )
    else:
        yield "No place is to do; rows with check are for you to judge."


def _change(one: Followed, spec: str) -> Iterator[str]:
    change = one.change
    line = f"{spec}:{change.line}" if change.line else ""
    yield _row(f"  {MARKS[change.level]} {change.text}", line)
    if change.level in (BREAKING, WARNING):
        yield f"    {change.level}: {change.reason}" if change.reason else f"    {change.level}"
    for area in _AREAS:
        title = area
        for path, note, state, names in _grouped(
            [_short(place) for place in one.places if place.area == area]
        ):
            text = f"{path}{names}: {note}" if note else f"{path}{names}"
            yield _row(f"    {title:<10} {text}", state)
            title = ""
    for reason in dict.fromkeys(place.note for place in one.places if place.state == DELIBERATE):
        yield _row(f"    {'on purpose':<10} {reason}", EXCEPTIONS)


def _short(place: Place) -> Place:
    """Return a place whose reason is printed once, below all of them."""
    return place._replace(note="") if place.state == DELIBERATE else place


def _grouped(places: Sequence[Place]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the places of a file, a note and a state in one row."""
    groups: dict[tuple[str, str, str], list[Place]] = {}
    for place in places:
        groups.setdefault((place.path, place.note, place.state), []).append(place)
    for (path, note, state), found in groups.items():
        room = _WIDTH - 16 - len(path) - len(note) - len(state)
        row, last = "", ""
        for place in sorted(found, key=lambda one: one.line):
            named = f" {place.name}" if place.name and place.name != last else ""
            text = f":{place.line}{named}" if place.line else named
            if row and len(row) + len(text) > max(room, 12):
                yield path, note, state, row
                row, text = (
                    "",
                    f":{place.line} {place.name}".rstrip() if place.line else f" {place.name}",
                )
            row, last = f"{row}, {text}" if row else text, place.name
        yield path, note, state, row


def _row(text: str, right: str) -> str:
    if not right:
        return text
    return f"{text}{' ' * max(2, _WIDTH - len(text) - len(right))}{right}"


def json_of(found: Sequence[Followed], since: str, files: Sequence[str]) -> dict[str, Any]:
    """Return the list for tools.

    Args:
        found: The changes.
        since: What the contract was compared with.
        files: The files of the generated package that were written.
    """
    return {
        "since": since,
        "level": most_severe(one.change.level for one in found),
        "suggests": step(found),
        "to_do": to_do(found),
        "to_check": sum(place.state == CHECK for one in found for place in one.places),
        "not_followed": sum(place.state == DELIBERATE for one in found for place in one.places),
        "done": sum(place.state == DONE for one in found for place in one.places),
        "generated": list(files),
        "changes": [
            {
                "kind": one.change.kind,
                "level": one.change.level,
                "text": one.change.text,
                "reason": one.change.reason,
                "line": one.change.line,
                "pointer": "/".join(
                    [
                        "",
                        *(
                            part.replace("~", "~0").replace("/", "~1")
                            for part in one.change.pointer
                        ),
                    ]
                ),
                "directions": sorted(one.change.item.directions),
                "facet": one.change.facet or None,
                "old": one.change.old,
                "new": one.change.new,
                "places": [place._asdict() for place in one.places],
            }
            for one in found
        ],
    }
