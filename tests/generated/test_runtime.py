"""The runtime's small functions, beyond what the contract uses of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import IntEnum, StrEnum
from typing import Any

import pytest

from julep_api import decoding, encoding, parameters
from julep_api.errors import DecodeError, EncodeError, joined, shown
from julep_api.models import ChatMlTextContentPartType

UTC = dt.UTC


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (decoding.string, "a"),
        (decoding.integer, 7),
        (decoding.number, 7),
        (decoding.number, 7.5),
        (decoding.boolean, False),
        (decoding.json_object, {"a": [1]}),
        (decoding.anything, None),
        (decoding.list_of(decoding.integer), [1, 2]),
        (decoding.map_of(decoding.string), {"a": "b"}),
        (decoding.nullable(decoding.string), None),
        (decoding.nullable(decoding.string), "a"),
    ],
)
def test_readers_return_valid_values(reader: Callable[[Any], Any], value: Any) -> None:
    assert reader(value) == value


@pytest.mark.parametrize(
    ("reader", "value", "path"),
    [
        (decoding.string, 1, ""),
        (decoding.integer, True, ""),
        (decoding.integer, 1.0, ""),
        (decoding.number, True, ""),
        (decoding.boolean, 1, ""),
        (decoding.json_object, [], ""),
        (decoding.date_time, "soon", ""),
        (decoding.date_time, 5, ""),
        (decoding.list_of(decoding.list_of(decoding.integer)), [[1], [2, "3"]], "[1][1]"),
        (decoding.list_of(decoding.integer), {}, ""),
        (decoding.map_of(decoding.string), {"a": "b", "c": 1}, "c"),
        (decoding.map_of(decoding.string), [], ""),
        (decoding.nullable(decoding.string), 1, ""),
        (decoding.enum_of(ChatMlTextContentPartType), "image_url", ""),
        (decoding.enum_of(ChatMlTextContentPartType), 1, ""),
    ],
)
def test_readers_refuse_invalid_values(reader: Callable[[Any], Any], value: Any, path: str) -> None:
    with pytest.raises(DecodeError) as caught:
        reader(value)
    assert caught.value.path == path


def test_times_without_an_offset_are_utc() -> None:
    expected = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert decoding.date_time("2026-01-02T03:04:05") == expected
    assert decoding.date_time("2026-01-02T04:04:05+01:00") == expected


class Word(StrEnum):
    HELLO = "hello"


class Size(IntEnum):
    BIG = 9


class Number(float):
    pass


@pytest.mark.parametrize(
    ("encoder", "value", "sent"),
    [
        (encoding.string(), Word.HELLO, "hello"),
        (encoding.string(1, 5), "hello", "hello"),
        (encoding.choice("hello"), Word.HELLO, "hello"),
        (encoding.integer(), Size.BIG, 9),
        (encoding.number(above=0, below=1), 0.5, 0.5),
        (encoding.number(minimum=0), Number(2.5), 2.5),
        (encoding.number(), 7, 7),
        (encoding.list_of(encoding.boolean, unique=True), (True, False), [True, False]),
        (encoding.map_of(encoding.boolean), {Word.HELLO: True}, {"hello": True}),
    ],
)
def test_encoders_return_plain_json(encoder: encoding.Encoder, value: Any, sent: Any) -> None:
    result = encoder(value)
    assert (result, type(result)) == (sent, type(sent))


@pytest.mark.parametrize(
    ("encoder", "value", "problem"),
    [
        (encoding.number(above=0), 0, "expected a finite number > 0; got 0"),
        (encoding.number(below=1.5), 1.5, "expected a finite number < 1.5; got 1.5"),
        (encoding.number(), float("-inf"), "expected a finite number; got -inf"),
        (encoding.integer(1, 5), 6, "expected an int >= 1 and <= 5; got 6"),
        (encoding.string(2), "a", "expected at least 2 characters; got 1: 'a'"),
        (encoding.string(0, 1), "abc", "expected 0 to 1 characters; got 3: 'abc'"),
        (encoding.choice("a"), "b", "expected 'a'; got 'b'"),
        (
            encoding.list_of(encoding.boolean, unique=True),
            [True, True],
            "expected every item once; got some more than once",
        ),
    ],
)
def test_problems_name_what_was_expected(
    encoder: encoding.Encoder, value: Any, problem: str
) -> None:
    with pytest.raises(EncodeError) as caught:
        encoder(value)
    assert caught.value.problem == problem


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_segment_that_names_another_path_is_refused(value: str) -> None:
    with pytest.raises(EncodeError) as caught:
        parameters.path("name", encoding.string())(value)
    assert caught.value.path == "name"


def test_a_segment_is_percent_encoded() -> None:
    segment = parameters.path("name", encoding.string())
    assert segment("a/b?c#d%é ") == "a%2Fb%3Fc%23d%25%C3%A9%20"


def test_scalars_become_text() -> None:
    texts = parameters.query(
        ("b", "b", encoding.boolean, True), ("n", "n", encoding.number(), True)
    )
    assert texts(True, 0.5) == (("b", "true"), ("n", "0.5"))
    assert texts(False, 3) == (("b", "false"), ("n", "3"))


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_any_value_has_a_short_form() -> None:
    assert shown("x" * 999) == f"'{'x' * 78}…"
    assert shown(Unprintable()) == "<Unprintable>"


@pytest.mark.parametrize(
    ("prefix", "path", "whole"),
    [
        ("a", "b", "a.b"),
        ("a", "[0]", "a[0]"),
        ("[1]", "b", "[1].b"),
        ("", "b", "b"),
        ("a", "", "a"),
    ],
)
def test_paths_are_joined(prefix: str, path: str, whole: str) -> None:
    assert joined(prefix, path) == whole
    assert EncodeError(path, "wrong", "id").under(prefix).path == whole
    assert EncodeError(path, "wrong", "id").under(prefix).kind == "id"
    assert DecodeError(path, "wrong").under(prefix).path == whole
