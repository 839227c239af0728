"""Signatures as Python writes them: on one line, or with a line for each parameter."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import Final, ForwardRef

WIDTH: Final = 88
# How parameters without a value are marked, and where an argument is deliberately absent.
_DEFAULTS: Final = {"UNSET": "UNSET", "NO_METADATA": "{}"}
_PRIVATE: Final = re.compile(r"\bjulep(?:_\w+)?(?:\.\w+)+\.(\w+)")


def type_text(annotation: object) -> str:
    """Return an annotation as the source has it, without the modules of names."""
    if annotation is inspect.Parameter.empty:
        return ""
    if isinstance(annotation, ForwardRef):
        annotation = annotation.__forward_arg__
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return _PRIVATE.sub(r"\1", text.replace("typing.", "").replace("collections.abc.", ""))


def parameters_of(function: object) -> list[inspect.Parameter]:
    """Return the parameters of a function, without `self`."""
    return [
        one
        for one in inspect.signature(function).parameters.values()  # type: ignore[arg-type] # callable
        if one.name not in {"self", "cls", "_cls"}
    ]


def signature_of(
    function: object, name: str, decorators: Iterable[str] = (), *, bound: str = "self"
) -> str:
    """Return a function's signature."""
    signature = inspect.signature(function)  # type: ignore[arg-type] # callable
    returned = type_text(signature.return_annotation)
    prefix = "async def" if inspect.iscoroutinefunction(function) else "def"
    parts = [bound] if bound else []
    parts += _parts(parameters_of(function))
    arrow = f" -> {returned}" if returned else ""
    line = f"{prefix} {name}({', '.join(parts)}){arrow}: ..."
    if len(line) > WIDTH:
        inner = "".join(f"    {part},\n" for part in parts)
        line = f"{prefix} {name}(\n{inner}){arrow}: ..."
    return "\n".join([*(f"@{one}" for one in decorators), line])


def short_signature(function: object, name: str) -> str:
    """Return the name, the names of its parameters, and its result, on one line."""
    signature = inspect.signature(function)  # type: ignore[arg-type] # callable
    prefix = "async " if inspect.iscoroutinefunction(function) else ""
    returned = type_text(signature.return_annotation)
    names = ", ".join(part.partition(":")[0] for part in _parts(parameters_of(function)))
    return f"{prefix}{name}({names})" + (f" -> {returned}" if returned else "")


def _parts(parameters: list[inspect.Parameter]) -> list[str]:
    parts: list[str] = []
    starred = False
    for number, one in enumerate(parameters):
        if one.kind is one.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        starred = starred or one.kind is one.VAR_POSITIONAL
        parts.append(_part(one))
        last = number + 1 == len(parameters)
        if one.kind is one.POSITIONAL_ONLY and (
            last or parameters[number + 1].kind is not one.POSITIONAL_ONLY
        ):
            parts.append("/")
    return parts


def _part(one: inspect.Parameter) -> str:
    stars = "*" if one.kind is one.VAR_POSITIONAL else "**" if one.kind is one.VAR_KEYWORD else ""
    annotation = type_text(one.annotation)
    text = f"{stars}{one.name}" + (f": {annotation}" if annotation else "")
    if one.default is one.empty:
        return text
    default = _default(one.default)
    return f"{text} = {default}" if annotation else f"{text}={default}"


def _default(value: object) -> str:
    text = repr(value)
    if text in _DEFAULTS:
        return _DEFAULTS[text]
    if text.startswith("mappingproxy("):
        return text.removeprefix("mappingproxy(").removesuffix(")")
    return "..." if text.startswith("<") else text
