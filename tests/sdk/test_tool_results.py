"""Results of tool functions: whatever a function returns, a model reads text or JSON."""

from __future__ import annotations

import array
import asyncio
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import io
import ipaddress
import json
import pathlib
import re
import sqlite3
import types
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from typing import Any, NamedTuple

import attrs
import numpy as np
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep._tools.calls import FunctionCall, ToolResult
from julep._tools.functions import Function
from julep._tools.results import result_text
from julep.types import DocIds
from tests.sdk.helpers.tool_types import Circle, Packet


class Color(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    when: dt.date = dt.date(2024, 1, 2)


@attrs.define
class Shape:
    points: list[Point]


class Row(NamedTuple):
    a: int
    b: object


class Street(pydantic.BaseModel):
    name: str = pydantic.Field(alias="Name")
    seen: dt.datetime = dt.datetime(2024, 1, 2)  # noqa: DTZ001  # without a zone
    raw: Any = None


class Root(pydantic.RootModel[list[int]]):
    """A list."""


class Plain:
    def __init__(self) -> None:
        self.a = 1
        self._hidden = 2


class Slots:
    __slots__ = ("a",)

    def __init__(self) -> None:
        self.a = 1


class Items:
    """It can be iterated, and nothing else."""

    def __iter__(self) -> Iterator[int]:
        return iter([1, 2])


class Frame:
    """Like a table of pandas."""

    def to_dict(self) -> dict[str, dict[int, int]]:
        return {"c": {0: 1}}

    def __repr__(self) -> str:
        return "   c\n0  1"


class Record:
    """Like a record of a database."""

    def _asdict(self) -> dict[str, object]:
        return {"id": uuid.UUID(int=5)}


class Unwilling:
    def __repr__(self) -> str:
        raise ValueError("it has no text")


MIDNIGHT = dt.datetime(2024, 1, 2, tzinfo=dt.UTC)
GROUP = "ExceptionGroup: two (2 sub-exceptions): ValueError: bad; KeyError"


def sqlite3_row() -> object:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute("select 1 as a, 'x' as b").fetchone()


class NamedRow(collections.UserList[int]):
    """A sequence with names, as SQLAlchemy's rows are."""

    def __init__(self) -> None:
        super().__init__([1])

    def _asdict(self) -> dict[str, int]:
        return {"a": 1}


RESULTS: list[tuple[object, object]] = [
    (None, None),
    (1.5, 1.5),
    (float("nan"), "NaN"),
    (float("-inf"), "-Infinity"),
    ({"city": "Köln", "東京": "ß"}, {"city": "Köln", "東京": "ß"}),
    (b"text", "text"),
    (b"\xff\x00", "/wA="),
    (array.array("i", [1, 2]), [1, 2]),
    (Color.RED, "red"),
    (MIDNIGHT, "2024-01-02T00:00:00+00:00"),
    (dt.date(2024, 1, 2), "2024-01-02"),
    (dt.timedelta(seconds=90), "PT90S"),
    (uuid.UUID(int=5), "00000000-0000-0000-0000-000000000005"),
    (decimal.Decimal("1.50"), "1.50"),
    (fractions.Fraction(1, 3), "1/3"),
    (pathlib.PurePosixPath("/x"), "/x"),
    (ipaddress.ip_network("10.0.0.0/8"), "10.0.0.0/8"),
    ({3, 1, 2}, [1, 2, 3]),
    (frozenset("ba"), ["a", "b"]),
    (
        {1: "a", None: "b", Color.RED: "c", (1, 2): "d"},
        {"1": "a", "null": "b", "red": "c", "[1, 2]": "d"},
    ),
    (collections.deque([1, 2]), [1, 2]),
    (types.MappingProxyType({"a": 1}), {"a": 1}),
    (collections.ChainMap({"a": 1}), {"a": 1}),
    (collections.UserList([1]), [1]),
    ({"a": 1}.items(), [["a", 1]]),
    (range(3), [0, 1, 2]),
    ((n * n for n in range(3)), [0, 1, 4]),
    (map(str, [1]), ["1"]),
    (io.StringIO("a\nb"), ["a\n", "b"]),
    (Point(1), {"x": 1, "when": "2024-01-02"}),
    (Shape([Point(1)]), {"points": [{"x": 1, "when": "2024-01-02"}]}),
    (Row(1, Point(2)), {"a": 1, "b": {"x": 2, "when": "2024-01-02"}}),
    (Street(Name="High"), {"Name": "High", "seen": "2024-01-02T00:00:00", "raw": None}),
    (
        [Street(Name="x", raw=b"\xff")],
        [{"Name": "x", "seen": "2024-01-02T00:00:00", "raw": "/w=="}],
    ),
    (Root([1]), [1]),
    (DocIds(agent_doc_ids=[], user_doc_ids=["a"]), {"agent_doc_ids": [], "user_doc_ids": ["a"]}),
    (types.SimpleNamespace(a=Color.RED), {"a": "red"}),
    (Plain(), {"a": 1}),
    (Slots(), {"a": 1}),
    (Items(), [1, 2]),
    (Frame(), {"c": {"0": 1}}),
    (Record(), {"id": "00000000-0000-0000-0000-000000000005"}),
    (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
    (np.int64(3), 3),
    (np.float32(0.5), 0.5),
    ({"a": np.bool_(True)}, {"a": True}),
    (ValueError("bad"), "ValueError: bad"),
    (ExceptionGroup("two", [ValueError("bad"), KeyError()]), GROUP),
    (sqlite3_row(), {"a": 1, "b": "x"}),
    (NamedRow(), {"a": 1}),
    (Packet(2), {"itemCount": 2, "note": ""}),
    (Circle(3), {"type": "circle", "size": 3}),
    (collections.UserString("ab"), "ab"),
    (re.compile("a+"), "a+"),
    (Unwilling(), "<Unwilling>"),
]


@pytest.mark.parametrize(("result", "expected"), RESULTS)
def test_a_result_is_json(result: object, expected: object) -> None:
    text = result_text(result)
    assert json.loads(text) == expected
    assert "\\u" not in text


@pytest.mark.parametrize("text", ["as it is", "", "東京", '{"a": 1}', "two\nlines"])
def test_a_text_stays_as_it_is(text: str) -> None:
    assert result_text(text) == text


def test_what_contains_itself_ends() -> None:
    circle: list[object] = []
    circle.append({"again": circle})
    assert result_text(circle) == '[{"again": "…"}]'
    deep: list[object] = []
    for _ in range(10_000):
        deep = [deep]
    assert json.loads(result_text(deep))


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.binary()
    | st.datetimes()
    | st.timedeltas()
    | st.decimals()
    | st.complex_numbers()
    | st.sampled_from([Color.RED, Plain(), object(), len, Point, ...]),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.integers() | st.text() | st.binary() | st.dates(), inner)
        | st.builds(Row, st.integers(), inner)
    ),
)


@given(ANYTHING)
def test_every_result_can_be_sent(value: object) -> None:
    text = result_text(value)
    text.encode()
    if not isinstance(value, str):
        json.loads(text, parse_constant=_refuse)


def _refuse(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


def result_of(function: Callable[..., object]) -> ToolResult:
    tool = Function(function, "tools[0]")
    return FunctionCall(tool.name, "{}", {tool.name: tool}).run()


class Later:
    """What an async function of another library may return: it is awaited."""

    def __await__(self) -> Any:
        yield from asyncio.sleep(0).__await__()
        return "later"


class Pages:
    """It can be iterated with ``async for``, and is no iterator itself."""

    async def __aiter__(self) -> AsyncIterator[int]:
        yield 1
        yield 2


async def _sunny() -> str:
    await asyncio.sleep(0)
    return "sunny"


def coroutine() -> object:
    return _sunny()


def awaitable() -> object:
    return Later()


def pages() -> object:
    return Pages()


async def _numbers() -> AsyncIterator[int]:
    yield 1
    await asyncio.sleep(0)
    yield 2


def numbers() -> object:
    return _numbers()


ASYNC: list[tuple[Callable[[], object], str]] = [
    (coroutine, "sunny"),
    (awaitable, "later"),
    (pages, "[1, 2]"),
    (numbers, "[1, 2]"),
]


@pytest.mark.parametrize(("function", "content"), ASYNC)
def test_an_async_result_is_awaited_in_a_sync_client(
    function: Callable[[], object], content: str
) -> None:
    found = result_of(function)
    assert (found.content, found.error) == (content, None)


@pytest.mark.parametrize(("function", "content"), ASYNC)
def test_an_async_result_is_awaited_where_a_loop_runs(
    function: Callable[[], object], content: str
) -> None:
    async def notebook() -> ToolResult:
        return result_of(function)

    assert asyncio.run(notebook()).content == content


class BrokenError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("it has no text")


def items_until(error: Exception) -> Callable[[], object]:
    def failing() -> Iterator[int]:
        yield 1
        raise error

    return failing


def raising(error: Exception) -> Callable[[], object]:
    def failing() -> object:
        raise error

    return failing


@pytest.mark.parametrize(
    ("error", "content"),
    [
        (ValueError("no such city: Köln"), '{"error": "ValueError: no such city: Köln"}'),
        (KeyError("x"), '{"error": "KeyError: \'x\'"}'),
        (ValueError(), '{"error": "ValueError"}'),
        (ExceptionGroup("two", [ValueError("bad"), KeyError()]), json.dumps({"error": GROUP})),
        (BrokenError(), '{"error": "BrokenError: <BrokenError>"}'),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "\ud800"), None),
    ],
)
@pytest.mark.parametrize("make", [raising, items_until])
def test_an_error_is_reported_to_the_model(
    error: Exception, content: str | None, make: Callable[[Exception], Callable[[], object]]
) -> None:
    found = result_of(make(error))
    assert found.error is error
    assert found.content == (content or found.content)
    assert list(json.loads(found.content)) == ["error"]
    found.content.encode()


def test_a_result_that_cannot_be_written_is_no_error() -> None:
    """The function was run, so that a model must not run it again."""

    class Hostile(dict[str, object]):
        def items(self) -> Any:
            raise ValueError("not now")

    found = result_of(lambda_named("order", Hostile))
    assert found.error is None
    assert "error" not in found.content


def lambda_named(name: str, function: Callable[[], object]) -> Callable[[], object]:
    def call() -> object:
        return function()

    call.__name__ = name
    return call
