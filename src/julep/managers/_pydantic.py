"""The dict types of arguments in pydantic, and so in FastAPI and ``pydantic.validate_call``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Final, TypedDict, is_typeddict

__all__ = ["known_to_pydantic"]

# Keys that a dict type does not have are kept, as the methods keep them.
_CONFIG: Final = {"extra": "allow"}


class _Empty(TypedDict):
    pass


# The class of a dict type that pydantic reads before Python 3.12. There it refuses each type whose
# class is of the module `typing`; a method by which a type describes itself is not called for the
# `Unpack` of keyword arguments.
_ReadableKind: Final = type("_ReadableKind", (type(_Empty),), {"__module__": __name__})


def known_to_pydantic(values: Iterable[object]) -> None:
    """Let pydantic take the dict types among some values; it is not imported."""
    for kind in values:
        if is_typeddict(kind):
            # By setattr, since none of these is a key of the type.
            setattr(kind, "__pydantic_config__", _CONFIG)  # noqa: B010
            if sys.version_info < (3, 12):
                setattr(kind, "__class__", _ReadableKind)  # noqa: B010
                setattr(kind, "__orig_bases__", (TypedDict,))  # noqa: B010  # as later versions have it
