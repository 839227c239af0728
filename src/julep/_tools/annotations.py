"""Annotations, evaluated: names of enclosing functions, and type variables of generic bases."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

_LOCALS: Final = ".<locals>."


def evaluated(
    annotated: object,
    source: object,
    names: Mapping[str, Any],
    globals_: dict[str, Any] | None = None,
) -> dict[str, object]:
    """Return annotations, evaluated.

    A name may be local to an enclosing function that still runs, or whose local is still in use.

    Args:
        annotated: The object that has the annotations.
        source: The class or the function that they were written in.
        names: Names that are known beside the module's.
        globals_: The names of the module; None for those of a class's own module.

    Raises:
        NameError: When an annotation names what cannot be found.
    """
    try:
        return typing.get_type_hints(annotated, globals_, {**names}, include_extras=True)
    except NameError:
        enclosing = {**_enclosing_locals(source), **_closure(source)}
        if not enclosing:
            raise
    return typing.get_type_hints(annotated, globals_, {**enclosing, **names}, include_extras=True)


def _closure(source: object) -> dict[str, object]:
    """Return the variables of enclosing functions that a function uses."""
    code: Any = getattr(source, "__code__", None)
    found: dict[str, object] = {}
    for name, cell in zip(
        code.co_freevars if code else (), getattr(source, "__closure__", None) or (), strict=True
    ):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # it has no value yet
            continue
    return found


def _enclosing_locals(source: object) -> dict[str, object]:
    """Return the variables of the functions that a class or a function is defined in, if they run.

    A program that has all of its code in ``main()`` defines types and tools in there.
    """
    *outer, _ = str(getattr(source, "__qualname__", "")).split(_LOCALS)
    enclosing = {_LOCALS.join(outer[: n + 1]) for n in range(len(outer))}
    module = getattr(source, "__module__", None)
    found: dict[str, object] = {}
    frame = inspect.currentframe()
    while frame is not None and enclosing:
        name = frame.f_code.co_qualname
        if name in enclosing and frame.f_globals.get("__name__") == module:
            enclosing.remove(name)
            found = {**frame.f_locals, **found}
        frame = frame.f_back
    return found


def type_parameters(generic: object) -> dict[str, object]:
    """Return the type parameters of ``class Name[T]`` or ``def name[T]()`` by their names."""
    return {each.__name__: each for each in getattr(generic, "__type_params__", ())}


def class_hints(kind: type[object]) -> dict[str, object]:
    """Return the annotations of a class, evaluated.

    A class is found by its own name, although it may be defined in a function, and so are classes
    within it. Other attributes are not: a method named ``dict`` would hide the builtin.
    """
    inner = {name: each for name, each in vars(kind).items() if isinstance(each, type)}
    names = {**inner, kind.__name__: kind, **type_parameters(kind)}
    hints = evaluated(kind, kind, names)
    owners = [*_generic_bases(kind, {})]
    if hasattr(kind, "__total__"):
        # A TypedDict repeats the keys of those that it is derived from.
        owners.reverse()
    known: set[str] = set()
    for owner, variables in owners:
        for name in {*vars(owner).get("__annotations__", ())} - known:
            known.add(name)
            hints[name] = substituted(hints[name], variables)
    return hints


def substituted(annotation: object, variables: Mapping[object, object]) -> object:
    """Return an annotation with values of its type variables."""
    if isinstance(annotation, typing.TypeVar):
        return variables.get(annotation, annotation)
    parameters: Sequence[object] = getattr(annotation, "__parameters__", ())
    if not parameters or not variables or typing.get_origin(annotation) is None:
        return annotation
    alias: Any = annotation
    return alias[tuple(variables.get(each, each) for each in parameters)]


def _generic_bases(
    kind: type[object], variables: Mapping[object, object]
) -> Iterator[tuple[type[object], Mapping[object, object]]]:
    """Yield a class and what it is derived from, each with the values of its type variables."""
    yield kind, variables
    for base in vars(kind).get("__orig_bases__", kind.__bases__):
        origin: object = typing.get_origin(base) or base
        if not isinstance(origin, type) or origin is object:
            continue
        parameters: Sequence[object] = getattr(origin, "__parameters__", ())
        values = [substituted(each, variables) for each in typing.get_args(base)]
        yield from _generic_bases(
            cast("type[object]", origin), dict(zip(parameters, values, strict=False))
        )
