"""Types of pydantic, which writes their schemas and validates them itself.

Pydantic is no dependency. A type of it exists only if the program imported it, so that it is looked
up among the imported modules.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Protocol, cast, is_typeddict

from julep._json.text import dumps
from julep._tools.classes import Fields
from julep._tools.schema import Schema, SchemaMismatchError
from julep_api.model import Model

if TYPE_CHECKING:
    from julep_api.types import JSON, JSONObject


class Adapter(Protocol):
    """A ``pydantic.TypeAdapter``, as far as it is used here."""

    def json_schema(self) -> JSONObject:
        """Return the JSON Schema."""
        ...

    def validate_json(self, data: str, /) -> object:
        """Read JSON text."""
        ...


def adapter_of(annotation: object, parts: Iterable[object]) -> Adapter | None:
    """Return pydantic's adapter of an annotation, or None when pydantic is not concerned.

    Args:
        annotation: The annotation.
        parts: Its class or its metadata: pydantic is concerned if one of them has its hook, apart
            from the models of this API.

    Raises:
        TypeError: When pydantic has no schema for it.
    """
    pydantic: Any = sys.modules.get("pydantic")
    if pydantic is None or not hasattr(pydantic, "TypeAdapter"):
        return None
    if not any(map(_has_hook, parts)):
        return None
    try:
        adapter: Adapter = pydantic.TypeAdapter(annotation)
    except Exception as error:  # noqa: BLE001  # of a package that is missing, for one
        problem = getattr(error, "message", None) or _first_line(error)
        raise TypeError(f"{annotation!r} has no JSON Schema: {problem}") from None
    return adapter


def _has_hook(part: object) -> bool:
    kind: type[object] = part if isinstance(part, type) else type(part)
    if issubclass(kind, Model) or is_typeddict(kind):
        return False
    hooks = ("__get_pydantic_core_schema__", "__pydantic_validator__")  # that of a dataclass
    return any(hasattr(part, hook) for hook in hooks)


def pydantic_fields(kind: type[object]) -> Fields | None:
    """Return the fields of a class of pydantic, as its constructor takes them; None of others."""
    if not hasattr(kind, "__pydantic_validator__") or getattr(
        kind, "__pydantic_root_model__", False
    ):
        return None
    older: Mapping[str, Any] = getattr(kind, "model_fields", {})
    described: Mapping[str, Any] = getattr(kind, "__pydantic_fields__", older)
    hints: dict[str, object] = {}
    required: set[str] = set()
    for attribute, field in described.items():
        if getattr(field, "init", None) is False:
            continue
        alias: object = field.validation_alias
        name = alias if isinstance(alias, str) else field.alias or attribute
        hints[name] = Annotated[field.annotation, field]
        if field.is_required():
            required.add(name)
    return Fields(hints, required, kind)


def validator(adapter: Adapter, definitions: JSONObject) -> Schema:
    """Return the schema of a type of pydantic, whose definitions are added to others.

    Raises:
        TypeError: When pydantic has no schema for it.
    """
    try:
        document = adapter.json_schema()
    except Exception as error:  # noqa: BLE001  # whatever pydantic raises, by its release
        raise TypeError(f"pydantic has no JSON Schema: {_first_line(error)}") from None
    added = document.pop("$defs", None)
    if isinstance(added, dict):
        names = {name: _free_name(name, each, definitions) for name, each in added.items()}
        document = cast("JSONObject", _renamed(document, names))
        for name, each in added.items():
            definitions[names[name]] = _renamed(each, names)

    def read(value: JSON) -> object:
        try:
            return adapter.validate_json(dumps(value))
        except ValueError as error:
            raise _mismatch(error) from None

    return Schema(document, read)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _free_name(name: str, definition: JSON, taken: Mapping[str, JSON]) -> str:
    found, number = name, 1
    while found in taken and taken[found] != definition:
        number += 1
        found = f"{name}{number}"
    return found


def _renamed(part: JSON, names: Mapping[str, str]) -> JSON:
    """Return a part of a schema whose references have other names."""
    if isinstance(part, list):
        return [_renamed(each, names) for each in part]
    if not isinstance(part, dict):
        return part
    found = {key: _renamed(each, names) for key, each in part.items()}
    reference = part.get("$ref")
    if isinstance(reference, str):
        name = reference.removeprefix("#/$defs/")
        found["$ref"] = f"#/$defs/{names.get(name, name)}"
    return found


def _mismatch(error: ValueError) -> SchemaMismatchError:
    """Convert an error of pydantic's validation."""
    errors: Callable[[], Sequence[Mapping[str, Any]]] | None = getattr(error, "errors", None)
    found: Sequence[Mapping[str, Any]] = errors() if errors is not None else ()
    if not found:
        return SchemaMismatchError(str(error))
    problems = [SchemaMismatchError(str(each["msg"])) for each in found]
    for n, each in enumerate(found):
        for step in reversed(each["loc"]):
            problems[n] = problems[n].under(f"[{step}]" if isinstance(step, int) else str(step))
    if len(problems) == 1:
        return problems[0]
    return SchemaMismatchError("; ".join(map(str, problems)))
