"""The words that may follow on a command line: commands, options, their values, ids."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, get_args, get_origin

from cyclopts import App

from julep._cli.names import (
    CLIENT_COMMANDS,
    GLOBAL_OPTIONS,
    OPTIONS,
    RESOURCE_COMMANDS,
    SERVER_COMMANDS,
    before_command,
)
from julep._cli.output import printable
from julep._cli.plain import PlainCommand
from julep._cli.resources import RESOURCES

FILES_FOLLOW: Final = 9
"""The status if a file or a folder may follow, which shells complete themselves."""

_MAX_IDS: Final = 50
_SECONDS: Final = 2.0
# What the values of options, and words without an option, are ids of.
_IDS: Final = {
    **{
        option: resource
        for resource in ("agents", "users", "sessions")
        for option in OPTIONS[f"{resource[:-1]}_id"]
    },
    **{name.upper(): resource.name for resource in RESOURCES for name in resource.own_id},
}


class Candidate(NamedTuple):
    """A word that may follow, and what it is."""

    word: str
    text: str = ""


class Slot(NamedTuple):
    """An option, or a word without one, of a command.

    Attributes:
        names: The option's names, or the word's.
        text: What it is.
        is_word: Whether it is a word without an option.
        is_flag: Whether it has no value.
        repeats: Whether it may be given several times.
        choices: The values that it may have, if they are few.
        is_file: Whether its value is a file.
    """

    names: tuple[str, ...]
    text: str
    is_word: bool = False
    is_flag: bool = False
    repeats: bool = False
    choices: tuple[str, ...] = ()
    is_file: bool = False


def print_candidates(arguments: Sequence[str], build: Callable[[str], App]) -> int:
    """Print what may stand in the place of the last word: a line each, with a tab and a text.

    Args:
        arguments: ``--line`` and what was typed, of a shell that splits words otherwise; or ``--``
            and the words. The first one is ``julep`` only in the line.
        build: Returns the tree that has the command of a first word.

    Returns:
        The exit status.
    """
    kind, *words = arguments or ["--"]
    if kind == "--line":
        words = words_of(words[0])
    *before, current = words or [""]
    found = _candidates(before, current, build)
    if found is None:
        return FILES_FOLLOW
    for word, text in found:
        # An agent may be completed by its name, too.
        is_meant = word.startswith(current) or (
            not current.startswith("-") and text.lower().startswith(current.lower())
        )
        if is_meant:
            sys.stdout.write(f"{printable(word)}\t{printable(text, keep='')}\n")
    return 0


def words_of(line: str) -> list[str]:
    """Return the words of a line behind ``julep``; the last one may be unfinished, or empty."""
    for end in ("", '"', "'"):
        with suppress(ValueError):
            _, *words = shlex.split(f"{line}{end}") or [""]
            is_finished = not end and line[-1:].isspace() and not line.endswith("\\ ")
            return [*words, ""] if is_finished or not words else words
    return [*line.split()[1:], ""]


def _candidates(
    before: Sequence[str], current: str, build: Callable[[str], App]
) -> Iterable[Candidate] | None:
    """Return what may follow; None for a file."""
    general, before = before_command(before)
    if not before:
        return _first(general, current)
    first = before[0]
    if first in CLIENT_COMMANDS:
        plain: PlainCommand = import_module(f"julep._cli.{first}").COMMAND
        slots = [Slot((o.name,), o.text, is_flag=not o.value) for o in plain.options]
        return _of_slots(slots, first, [*general, *before[1:]], current)
    is_server = first in SERVER_COMMANDS
    app = import_module("julep_server.cli").command_line if is_server else build(first)
    depth = 0
    while depth < len(before) and not before[depth].startswith("-") and before[depth] in app:
        app, depth = app[before[depth]], depth + 1
    if app.default_command is None:
        names = [name for name in app if not name.startswith("-")]
        return [Candidate(name, app[name].help.partition("\n")[0]) for name in names]
    slots = [_slot(argument) for argument in app.assemble_argument_collection()]
    return _of_slots(slots, first, [*general, *before[depth:]], current)


def _first(before: Sequence[str], current: str) -> Iterable[Candidate]:
    """Return the commands, or the values of an option before them."""
    if before and before[-1] in GLOBAL_OPTIONS:
        return _profiles() if before[-1] == "--profile" else []
    if current.startswith("-"):
        return map(Candidate, [*GLOBAL_OPTIONS, *([] if before else ["--help", "--version"])])
    known = {**CLIENT_COMMANDS, **RESOURCE_COMMANDS}
    if not before and find_spec("uvicorn") is not None:
        known |= SERVER_COMMANDS
    return [Candidate(name, text) for name, text in sorted(known.items())]


def _slot(argument: Any) -> Slot:
    """Return an argument of the framework."""
    hints = (argument.hint, *get_args(argument.hint))
    is_word = argument.index is not None
    text = argument.parameter.help or ""
    return Slot(
        names=(argument.field_info.name.upper(),) if is_word else tuple(argument.names),
        text=text,
        is_word=is_word,
        is_flag=bool in hints,
        repeats=any(get_origin(hint) in {list, tuple} for hint in hints),
        choices=tuple(c for hint in hints if get_origin(hint) is Literal for c in get_args(hint)),
        is_file=Path in hints or "file" in text.lower().replace(".", " ").split(),
    )


def _of_slots(
    slots: Sequence[Slot], first: str, given: Sequence[str], current: str
) -> Iterable[Candidate] | None:
    """Return options that are not given, or values of the one or the word that is to come.

    Args:
        slots: The options and words that the command takes.
        first: The command's first word.
        given: The words behind the command's name, and the options before it.
        current: The beginning of the word.
    """
    options = {name: slot for slot in slots if not slot.is_word for name in slot.names}
    words = [slot for slot in slots if slot.is_word]
    awaited: Slot | None = None
    used: set[Slot] = set()
    for word in given:
        name, equals, _ = word.partition("=")
        if awaited is not None:
            awaited = None
        elif name in options:
            used.add(options[name])
            awaited = None if equals or options[name].is_flag else options[name]
        elif words and not words[0].repeats:
            words.pop(0)
    if awaited is not None:
        return _values(awaited, first, given)
    name, equals, _ = current.partition("=")
    if equals and name in options:
        found = _values(options[name], first, given)
        return found and [Candidate(f"{name}={word}", text) for word, text in found]
    if words and not current.startswith("-"):
        return _values(words[0], first, given)
    free = [slot for slot in dict.fromkeys(options.values()) if slot.repeats or slot not in used]
    return [*(Candidate(slot.names[0], slot.text) for slot in free), Candidate("--help")]


def _values(slot: Slot, first: str, given: Sequence[str]) -> Iterable[Candidate] | None:
    """Return the values that an option or a word may have; None for a file."""
    if slot.choices:
        return map(Candidate, slot.choices)
    name = slot.names[0]
    if name == "--profile":
        return _profiles()
    if name in _IDS:
        return _ids(first if name == "ID" else _IDS[name], given)
    return None if slot.is_file else []


def _profiles() -> Iterator[Candidate]:
    from julep._cli.profiles import profile_names
    from julep.errors import ConfigurationError

    with suppress(ConfigurationError):
        yield from map(Candidate, profile_names())


def _ids(resource: str, given: Sequence[str]) -> list[Candidate]:
    """Return the newest ids of a resource, or nothing if the server does not answer soon."""
    from julep._cli.connection import connection
    from julep.errors import JulepError

    values = dict(pairwise(given))
    values |= dict(word.split("=", 1) for word in given if word.startswith("--") and "=" in word)
    owner = {
        f"{name}_id": values[option]
        for name in ("agent", "user")
        if (option := f"--{name}") in values and resource in {"docs", "tools", "memories"}
    }
    try:
        found = connection(values.get("--url"), values.get("--profile"))
        with found.client(timeout=_SECONDS, max_retries=0) as client:
            manager: Any = getattr(client, resource)
            if not hasattr(manager, "list"):
                return []
            items: Sequence[Any] = manager.list(**owner, limit=_MAX_IDS)
    except JulepError:
        return []
    return [Candidate(str(item.id), _title(item)) for item in items]


def _title(item: Any) -> str:
    names = ("name", "title", "content", "situation")
    found = next((text for name in names if isinstance(text := getattr(item, name, None), str)), "")
    return " ".join(found.split())[:60]
