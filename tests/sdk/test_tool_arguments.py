"""Arguments of tools that are not one parameter each: keywords by Unpack, keys, no arguments."""

from __future__ import annotations

import datetime as dt
import enum
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any, Required, TypedDict, Unpack
from uuid import UUID

import pytest

import julep
from julep._tools.functions import Function
from julep._tools.json_schema import Walk
from julep._tools.schema import SchemaMismatchError
from julep.errors import InvalidArgumentError
from tests.sdk.helpers.methods import MANAGERS, public_methods

ID = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"


class Options(TypedDict, total=False):
    """What a booking may have."""

    nights: Required[int]
    since: dt.date


def book(room: int, **options: Unpack[Options]) -> str:
    """Book.

    Args:
        room: Its number.
        nights: How many.
    """
    return repr((room, options))


def test_keywords_by_unpack_are_parameters() -> None:
    function = Function(book, "tools[0]")
    described: Any = function.tool()
    schema = described["function"]["parameters"]
    assert schema["properties"] == {
        "room": {"type": "integer", "description": "Its number."},
        "nights": {"type": "integer", "description": "How many."},
        "since": {"type": "string", "format": "date"},
    }
    assert schema["required"] == ["room", "nights"]
    found = function.read('{"room": 1, "nights": 2, "since": "2026-01-02"}')
    assert function.call(found) == repr((1, {"nights": 2, "since": dt.date(2026, 1, 2)}))
    with pytest.raises(SchemaMismatchError, match="nights"):
        function.read('{"room": 1}')


def any_keywords(**rest: int) -> int:
    return len(rest)


def any_positions(*rest: int) -> int:
    return len(rest)


@pytest.mark.parametrize("function", [any_keywords, any_positions])
def test_any_number_of_arguments_is_refused(function: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="rest: it cannot be passed by name"):
        Function(function, "tools[0]")


def nothing(a: int = 1) -> int:
    return a


@pytest.mark.parametrize("arguments", ["", "{}", "null", "[]"])
def test_no_arguments_in_every_spelling(arguments: str) -> None:
    function = Function(nothing, "tools[0]")
    assert function.call(function.read(arguments)) == 1


def test_a_list_with_items_is_no_object() -> None:
    with pytest.raises(SchemaMismatchError, match="expected an object"):
        Function(nothing, "tools[0]").read("[1]")


class Color(enum.Enum):
    """A key by its value."""

    RED = 1


@pytest.mark.parametrize(
    ("keys", "text", "value"),
    [
        (int, "1", 1),
        (float, "1.5", 1.5),
        (bool, "true", True),
        (bool, "false", False),
        (Decimal, "1.50", Decimal("1.50")),
        (UUID, ID, UUID(ID)),
        (Color, "1", Color.RED),
        (int | str, "1", 1),
        (int | str, "a", "a"),
    ],
)
def test_keys_of_mappings(keys: Any, text: str, value: object) -> None:
    walk = Walk()
    schema = walk.complete(walk.schema(dict[keys, int]))
    found: Any = schema.read({text: 2})
    [(key, _)] = found.items()
    assert (key, type(key)) == (value, type(value))
    json.dumps(schema.document)


@pytest.mark.parametrize(
    ("annotation", "problem"),
    [
        (dict[int | None, int], "keys are NoneType has"),
        (dict[tuple[int, int], int], r"keys are tuple\[int, int\] has"),
        (set[list[int]], r"a set of list\[int\] has"),
    ],
)
def test_types_are_named_as_they_are_written(annotation: Any, problem: str) -> None:
    with pytest.raises(TypeError, match=problem):
        Walk().schema(annotation)


def test_a_path_by_its_protocol() -> None:
    assert Walk().schema(os.PathLike[str]).read("/x") == Path("/x")


# These take functions, which no model can write.
REFUSED = {
    **dict.fromkeys(("run", "iterate_run", "stream_run", "parse"), "tools"),
    "add": "on_file",
}


@pytest.mark.parametrize("kind", [julep.Client, julep.AsyncClient])
def test_methods_of_a_client_are_tools(kind: type[julep.Client | julep.AsyncClient]) -> None:
    client = kind(base_url="http://127.0.0.1:1/api")
    refused: dict[str, str] = {}
    for resource, managers in MANAGERS.items():
        manager = getattr(client, resource)
        for name in public_methods(managers.sync):
            method = getattr(manager, name)
            try:
                Function(method, "tools[0]")
            except InvalidArgumentError as error:
                refused[name] = str(error)
    assert refused == {
        name: f"tools[0]: {name}: {parameter}: Callable has no JSON Schema"
        for name, parameter in REFUSED.items()
    }
