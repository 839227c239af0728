"""The dict types of arguments in pydantic, and so in FastAPI and ``pydantic.validate_call``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Any, Final, get_type_hints, is_typeddict

__all__ = ["known_to_pydantic"]

# Keys that a dict type does not have are kept, as the methods keep them.
_CONFIG: Final = {"extra": "allow"}


def known_to_pydantic(values: Iterable[object]) -> None:
    """Let pydantic take the dict types among some values; it is not imported.

    Before Python 3.12, pydantic refuses every ``typing.TypedDict``. It gets one of
    typing_extensions then, which comes with it and is expensive to import.
    """
    for kind in values:
        if is_typeddict(kind):
            setattr(kind, "__pydantic_config__", _CONFIG)  # noqa: B010  # it is no key of the type
            if sys.version_info < (3, 12):
                setattr(kind, "__get_pydantic_core_schema__", classmethod(_core_schema))  # noqa: B010


def _core_schema(kind: Any, source: object, handler: Any) -> object:
    del source
    extensions: Any = import_module("typing_extensions")
    keys = get_type_hints(kind, include_extras=True)
    same = extensions.TypedDict(kind.__name__, keys, total=kind.__total__)
    same.__doc__, same.__pydantic_config__ = kind.__doc__, _CONFIG
    return handler.generate_schema(same)
