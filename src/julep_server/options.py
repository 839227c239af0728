"""The settings as parameters of a constructor, as documentation and as options of the command."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from textwrap import fill
from typing import Annotated, Concatenate, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

from julep_server.settings import Option, Settings

P = ParamSpec("P")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class SettingOption:
    """A setting, as its field of :class:`~julep_server.settings.Settings` defines it.

    Attributes:
        type: The type, for the command line.
        annotation: The type as it is written, for signatures.
    """

    name: str
    type: object
    annotation: str
    default: object
    option: Option


def setting_options() -> list[SettingOption]:
    """Return all settings, in order."""
    hints = get_type_hints(Settings, include_extras=True)
    found: list[SettingOption] = []
    for field in fields(Settings):
        hint = hints[field.name]
        if get_origin(hint) is not Annotated:
            raise TypeError(f"the setting {field.name} has no Option")
        kind, option = get_args(hint)
        annotation = str(field.type).removeprefix("Annotated[").partition(", Option(")[0]
        found.append(SettingOption(field.name, kind, annotation, field.default, option))
    return found


def takes_settings(
    settings: Callable[P, Settings],
) -> Callable[[Callable[[S, Settings], None]], Callable[Concatenate[S, P], None]]:
    """Give a constructor the parameters of ``Settings``, for type checkers and at run time.

    Args:
        settings: ``Settings``, whose parameters type checkers take from here.
    """

    def decorate(init: Callable[[S, Settings], None]) -> Callable[Concatenate[S, P], None]:
        @wraps(init)
        def with_parameters(self: S, /, *args: P.args, **kwargs: P.kwargs) -> None:
            init(self, settings(*args, **kwargs))

        own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
        # What inspect.signature, and so help(), shows; a plain function has no such attribute.
        setattr(  # noqa: B010 - type checkers don't know it
            with_parameters,
            "__signature__",
            inspect.Signature(
                [
                    own,
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
            ),
        )
        return with_parameters

    return decorate


def documented_settings(docstring: str | None) -> str | None:
    """Replace the line ``settings: ...`` of a docstring by the descriptions of all settings.

    Args:
        docstring: None, and returned as None, where Python removes docstrings.
    """
    if docstring is None:
        return None
    lines: list[str] = []
    for line in docstring.splitlines():
        if line.strip().startswith("settings: "):
            indent = line[: len(line) - len(line.lstrip())]
            lines += [
                fill(
                    f"{setting.name}: {setting.option.text}",
                    100,
                    initial_indent=indent,
                    subsequent_indent=f"{indent}    ",
                    break_long_words=False,
                    break_on_hyphens=False,
                )
                for setting in setting_options()
            ]
        else:
            lines.append(line)
    return "\n".join(lines)
