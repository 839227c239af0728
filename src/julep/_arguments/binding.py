"""Assigning arguments to a method's parameters, with the errors of a call that cannot be made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import Parameter
from typing import Final

from julep._arguments.mistakes import argument_advice
from julep_api.checks import suggestion
from julep_api.errors import EncodeError

_BY_POSITION: Final = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def bind(
    method: str,
    parameters: Mapping[str, Parameter],
    args: Sequence[object],
    kwargs: Mapping[str, object],
) -> dict[str, object]:
    """Assign the arguments of a call to the names of a method's parameters.

    Args:
        method: The method's name, such as ``Chat.chat()``.
        parameters: Its parameters by name; a ``**settings`` is replaced by the names that it takes.
        args: The arguments by position; the first one is the method's ``self``.
        kwargs: The arguments by name.

    Returns:
        All arguments by name.

    Raises:
        EncodeError: When an argument has no parameter, has two, or is missing. The message has the
            words of Python's own TypeError, and the nearest parameter.
    """
    positional = [name for name, each in parameters.items() if each.kind in _BY_POSITION]
    bound = dict(zip(positional, args, strict=False))
    for name, value in kwargs.items():
        if name not in parameters:
            left = [each for each in parameters if each not in bound and each not in kwargs]
            problem = f"{method} got an unexpected keyword argument {name!r}"
            hint = argument_advice(method, name) or _id_hint(name, left) or suggestion(name, left)
            raise EncodeError(name, problem + hint, "type")
        if name in bound:
            problem = f"{method} got multiple values for argument {name!r}"
            raise EncodeError(name, problem, "type")
        bound[name] = value
    if len(args) > len(positional):
        raise _surplus(method, parameters, positional, bound, len(args))
    required = [name for name, each in parameters.items() if each.default is Parameter.empty]
    missing = [name for name in required if name not in bound]
    if missing:
        raise _missing(method, parameters, missing)
    return bound


def _surplus(
    method: str,
    parameters: Mapping[str, Parameter],
    positional: Sequence[str],
    bound: Mapping[str, object],
    count: int,
) -> EncodeError:
    least = sum(parameters[name].default is Parameter.empty for name in positional)
    most = len(positional)
    takes = f"{most}" if least == most else f"from {least} to {most}"
    plural = "" if takes == "1" else "s"
    problem = f"{method} takes {takes} positional argument{plural} but {count} were given"
    by_name = [name for name in parameters if name not in bound]
    if by_name:
        problem += f": pass {by_name[0]} by its name, as {by_name[0]}=..."
    # Python counts self, a caller does not.
    return EncodeError(by_name[0] if by_name else f"args[{most - 1}]", problem, "type")


def _id_hint(name: str, left: Sequence[str]) -> str:
    """Return the name of the id, where another id is given that the method does not have."""
    if name != "id" and not name.endswith("_id"):
        return ""
    ids = [each for each in left if each == "id" or each.endswith("_id")]
    return f" (did you mean {ids[0]!r}?)" if len(ids) == 1 else ""


def _missing(
    method: str, parameters: Mapping[str, Parameter], missing: Sequence[str]
) -> EncodeError:
    # As Python does, by position first.
    by_position = [name for name in missing if parameters[name].kind in _BY_POSITION]
    named = by_position or list(missing)
    kind = "positional" if by_position else "keyword-only"
    *first, last = map(repr, named)
    names = f"{', '.join(first)}{',' if len(first) > 1 else ''} and {last}" if first else last
    problem = f"{method} missing {len(named)} required {kind} argument{'s' if first else ''}"
    return EncodeError(named[0], f"{problem}: {names}", "type")
