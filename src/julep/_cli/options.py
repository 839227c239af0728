"""A method's parameters as options of a command, and the options' values as its arguments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from inspect import Parameter, signature
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Literal,
    NamedTuple,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from julep._cli.exits import UsageError
from julep._cli.names import OPTIONS
from julep._cli.output import note
from julep._cli.owners import BY_NAME
from julep._tools.docstrings import parse_docstring

if TYPE_CHECKING:
    from collections.abc import Callable

    from julep_api.types import JSON

Kind = Literal["text", "texts", "flag", "integer", "number", "choice", "object", "objects"]

_SCALARS: Final[Mapping[object, Kind]] = {bool: "flag", int: "integer", float: "number"}
_TYPES: Final[Mapping[Kind, Any]] = {
    "text": str,
    "texts": list[str],
    "flag": bool,
    "integer": int,
    "number": float,
    "object": list[str],
    "objects": list[str],
}
_HINTS: Final[Mapping[Kind, str]] = {
    "texts": "May be given several times.",
    "object": "KEY=VALUE, several times, or JSON.",
    "objects": "JSON, several times.",
}

# What a docstring says of Python alone.
_TEXTS: Final = {
    "overwrite": "Reset the fields that no option and no file has, instead of keeping them.",
}


class Option(NamedTuple):
    """A parameter of a method, or a key of its body, as an option.

    Attributes:
        name: The parameter's name.
        kind: How its text is read.
        choices: The values that it may have, if they are few.
        text: Its description.
        is_required: Whether the method needs it.
        is_text: Whether one text may stand for a list of one.
    """

    name: str
    kind: Kind
    choices: tuple[str, ...] = ()
    text: str = ""
    is_required: bool = False
    is_text: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names on the command line."""
        return OPTIONS.get(self.name, (f"--{self.name.replace('_', '-')}",))

    def parameter(self, *, positional: bool = False, required: bool = False) -> Parameter:
        """Return the parameter of a command's function."""
        from cyclopts import Parameter as Details

        hint: Any = Literal[self.choices] if self.choices else _TYPES[self.kind]
        by_name = "Or its name." if self.name in BY_NAME and not positional else None
        details = Details(
            name=None if positional else self.names,
            help=" ".join(filter(None, (self._about(), by_name, _HINTS.get(self.kind)))),
            negative=None if self.kind == "flag" else "",
            required=required,
            show_default=False,
        )
        return Parameter(
            self.name,
            Parameter.POSITIONAL_ONLY if positional else Parameter.KEYWORD_ONLY,
            default=Parameter.empty if required else None,
            annotation=cast("Any", Annotated)[hint if required else hint | None, details],
        )

    def _about(self) -> str:
        """Return the description, in the words of a command line."""
        text = _TEXTS.get(self.name, self.text).replace("`", "").replace(", as models or dicts", "")
        text = text.replace("; either this or user_id", "").replace("None for", "by default")
        return f"{text} Required." if self.is_required else text

    def read(self, value: Any) -> object:
        """Return the argument that an option's value means."""
        if self.kind == "object":
            return read_object(self.names[0], value)
        if self.kind == "objects":
            found = [read_json(self.names[0], text) for text in value]
            return found[0] if len(found) == 1 and isinstance(found[0], list) else found
        if self.kind == "texts" and self.is_text and len(value) == 1:
            return value[0]
        return value


def options_of(method: Callable[..., object]) -> tuple[str, dict[str, Option]]:
    """Return the first paragraph of a method's docstring, and its parameters as options."""
    about, texts = parse_docstring(method.__doc__ or "")
    hints = get_type_hints(method)
    found = {
        name: option_of(
            name, hints[name], texts.get(name, ""), is_required=parameter.default is parameter.empty
        )
        for name, parameter in signature(method).parameters.items()
        if name != "self" and parameter.kind is not parameter.VAR_KEYWORD
    }
    first = about.partition("\n\n")[0]
    return " ".join(first.replace("`", "").split()), found


def option_of(name: str, hint: object, text: str, *, is_required: bool) -> Option:
    """Return a parameter as an option; its annotation decides how the text is read."""
    members = [member for member in _members(hint) if member is not type(None)]
    is_text = str in members
    for member in members:
        if member in _SCALARS:
            return Option(name, _SCALARS[member], (), text, is_required)
        if get_origin(member) is Literal:
            return Option(name, "choice", get_args(member), text, is_required)
    for member in members:
        if get_origin(member) in {Sequence, list}:
            kind: Kind = "texts" if str in _members(get_args(member)[0]) else "objects"
            return Option(name, kind, (), text, is_required, is_text)
    kind = "text" if is_text else "object"
    return Option(name, kind, (), text, is_required)


def _members(hint: object) -> list[object]:
    """Return the members of a union, or the annotation alone."""
    from types import UnionType
    from typing import NotRequired, Required, Union

    if get_origin(hint) in {NotRequired, Required}:
        hint = get_args(hint)[0]
    if get_origin(hint) in {Union, UnionType}:
        return [each for member in get_args(hint) for each in _members(member)]
    return [hint]


def read_object(name: str, texts: Sequence[str]) -> dict[str, Any]:
    """Read an object from texts: KEY=VALUE, where a value may be JSON, or JSON as a whole.

    Example:
        >>> read_object("--metadata", ["team=support", "level=3"])
        {'team': 'support', 'level': 3}
    """
    found: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if text.lstrip().startswith("{"):
            whole = read_json(name, text)
            if not isinstance(whole, dict):
                raise UsageError(f"{name}: expected an object, got {text}")
            found |= whole
        elif equals and key:
            found[key] = _value(value)
        else:
            raise UsageError(f"{name}: expected KEY=VALUE or a JSON object, got {text!r}")
    return found


def _value(text: str) -> JSON:
    try:
        value: JSON = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text
    return value


def _refuse(text: str) -> None:
    raise ValueError(text)


def read_json(name: str, text: str) -> JSON:
    """Read JSON.

    Raises:
        UsageError: When the text is not JSON; the error has the place.
    """
    try:
        value: JSON = json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        raise UsageError(f"{name}: expected JSON: {error}") from None
    except RecursionError:
        raise UsageError(f"{name}: expected JSON with fewer levels") from None
    return value


def read_file(path: str) -> dict[str, Any]:
    """Read the object of a file, or of standard input for ``-``.

    Raises:
        UsageError: When it cannot be read, or has something else.
    """
    import sys
    from pathlib import Path

    if path == "-" and sys.stdin.isatty():
        note("JSON is read from this terminal: Ctrl-D behind it ends it")
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = getattr(error, "strerror", None) or error
        raise UsageError(f"--file: {path} cannot be read: {problem}") from None
    if not text.strip():
        raise UsageError(f"--file {path}: expected a JSON object; it is empty")
    value = read_json(f"--file {path}", text)
    if not isinstance(value, dict):
        raise UsageError(f"--file {path}: expected a JSON object, got {type(value).__name__}")
    return cast("dict[str, Any]", value)


def in_options(text: str, options: Iterable[Option] = (), words: Iterable[str] = ()) -> str:
    """Return an error's text with the names of the command line in the place of parameters' names.

    Args:
        text: The text, which may begin with the parameter that it is about.
        options: The command's options.
        words: The parameters that are words without an option.
    """
    about, *_ = re.split(r"\W", text, maxsplit=1)
    named = {option.name: option.names[0] for option in options}
    named |= {word: word.upper() for word in words}
    head = named.get(about, about)
    rest = text.removeprefix(about)
    for name, (option, *_) in OPTIONS.items():
        rest = re.sub(rf"\b{name}\b", option, rest)
        head = option if head == name else head
    return head + rest
