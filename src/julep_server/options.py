"""The settings as parameters of a constructor, as documentation and as options of the command."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import Annotated, Concatenate, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

from julep_server.settings import LIMIT, NO_OPTION, Settings

P = ParamSpec("P")
S = TypeVar("S")

_ANNOTATED = re.compile(r"^Annotated\[(.+), [A-Z_]+\]$")
_ARGS = re.compile(r"^Args:\n(?: .*\n)+", re.MULTILINE)
_ENTRY = re.compile(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SettingOption:
    """A setting, as :class:`~julep_server.settings.Settings` defines it.

    Attributes:
        type: The type, for the command line.
        annotation: The type as in the source, for signatures.
        text: The description; empty where Python removes docstrings.
        in_command: Whether ``julep serve`` has an option for it.
        is_limit: Whether it limits what one caller may take.
    """

    name: str
    type: object
    annotation: str
    default: object
    text: str
    in_command: bool
    is_limit: bool = False


def setting_options() -> list[SettingOption]:
    """Return all settings, in order."""
    hints = get_type_hints(Settings, include_extras=True)
    texts = {name: " ".join(text.split()) for name, text in _ENTRY.findall(_args_section())}
    found: list[SettingOption] = []
    for field in fields(Settings):
        if not field.init:
            continue
        hint = hints[field.name]
        kind, *marks = get_args(hint) if get_origin(hint) is Annotated else (hint,)
        annotation = _ANNOTATED.sub(r"\1", str(field.type))
        text = texts.get(field.name, "")
        found.append(
            SettingOption(
                field.name,
                kind,
                annotation,
                field.default,
                text,
                in_command=NO_OPTION not in marks,
                is_limit=LIMIT in marks,
            )
        )
    return found


def takes_settings(
    settings: Callable[P, Settings],
) -> Callable[[Callable[[S, Settings], None]], Callable[Concatenate[S, P], None]]:
    """Return a decorator that adds the parameters of ``Settings`` to a constructor.

    Type checkers see them too.

    Args:
        settings: ``Settings``, from which type checkers take the parameters.
    """
    parameters = [
        inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY),
        *(
            inspect.Parameter(
                setting.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=setting.default,
                annotation=setting.annotation,
            )
            for setting in setting_options()
        ),
    ]

    known = frozenset(item.name for item in setting_options())

    def decorate(init: Callable[[S, Settings], None]) -> Callable[Concatenate[S, P], None]:
        @wraps(init)
        def with_parameters(self: S, /, *args: P.args, **kwargs: P.kwargs) -> None:
            for name in kwargs.keys() - known:
                raise TypeError(f"{type(self).__name__}() has no setting {name!r}{_meant(name)}")
            init(self, settings(*args, **kwargs))

        with_parameters.__annotations__ = {item.name: item.type for item in setting_options()}
        # For inspect.signature, and so for help().
        setattr(with_parameters, "__signature__", inspect.Signature(parameters))  # noqa: B010 - type checkers don't know it
        return with_parameters

    return decorate


def _meant(name: str) -> str:
    """Return a hint, for the end of an error, at the setting that was probably meant."""
    from difflib import get_close_matches

    near = get_close_matches(name, [item.name for item in setting_options()], 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def with_settings_documented(docstring: str | None) -> str | None:
    """Replace the arguments in a docstring by the descriptions of all settings.

    Args:
        docstring: None, and returned as None, where Python removes docstrings.
    """
    return None if docstring is None else _ARGS.sub(_args_section(), inspect.cleandoc(docstring))


def _args_section() -> str:
    found = _ARGS.search(inspect.getdoc(Settings) or "")
    return "" if found is None else found[0]
