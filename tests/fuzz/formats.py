"""What the contract cannot say in schemas, as hooks; schemathesis imports it."""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

from hypothesis import strategies as st

schemathesis = import_module("schemathesis")

# "A UUID v4", say the descriptions of all ids; the format has no word for the version.
schemathesis.openapi.format("uuid", st.uuids(version=4).map(str))


def filter_case(context: object, case: Any) -> bool:
    """Leave out bodies with a null where none is documented but a value is optional.

    The server takes such a null for "not given", because the released 0.3 client sends one for all
    that it was not given.
    """
    del context
    return not _has_null(case.body)


schemathesis.hook(filter_case)


def _has_null(value: object) -> bool:
    if isinstance(value, dict):
        members = cast("dict[str, object]", value).values()
        return any(each is None or _has_null(each) for each in members)
    return isinstance(value, list) and any(map(_has_null, cast("list[object]", value)))
